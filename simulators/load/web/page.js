"use strict";
// Charts of a load run that grow: points are asked for once a second, those that may still change again. The last one
// is under way, and not shown.

const WIDTH = 620, HEIGHT = 190, LEFT = 52, TOP = 8, BOTTOM = 24;
const PERCENTILES = [["p50", "good"], ["p95", "first"], ["p99", "second"], ["max", "bad"]];
const percentiles = (since) => PERCENTILES.map(([name, style]) => [name, style, (point) => point[since][name]]);
const member = (name, style, key) => [name, style, (point) => point[key]];
const limit = (key) => ["limit", "limit", () => known.limits[key]];
const CHARTS = [
  ["Latency from when messages were due", "ms", percentiles("due"), true],
  ["Latency from when they were sent", "ms", percentiles("sent"), true],
  ["Stations", "", [member("expected", "quiet", "expected"), member("connected", "good", "connected")]],
  ["CALLs per second", "/s", [member("answered", "good", "answered"),
    member("wrong or not answered", "bad", "errors"), member("connections failed", "warn", "failures")]],
  ["Generator: CPU of the busiest worker", "%", [member("CPU", "first", "cpu"), limit("cpu")]],
  ["Generator: how late its loop was", "ms", [member("lag", "second", "lag"), limit("lag")]],
];
const known = { run: 0, settled: 0, width: 1, points: [], incidents: [], limits: {} };

function drawn(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Round numbers from 0 to an end. */
function steps(end, most) {
  const power = 10 ** Math.floor(Math.log10(end / most));
  const step = power * [1, 2, 5, 10].find((factor) => power * factor >= end / most);
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, index) => +(index * step).toPrecision(6));
}

/** Where a value stands, from the top, and at which values there are lines across. */
function scale(values, log) {
  const highest = Math.max(...values, 0) || 1;
  const place = (share) => TOP + (HEIGHT - TOP) * (1 - share);
  if (!log) {
    const ticks = steps(highest, 4), last = Math.max(highest, ticks.at(-1));
    return { ticks, at: (value) => place(value / last) };
  }
  const lowest = Math.min(...values.filter((value) => value > 0), highest);
  const first = Math.floor(Math.log10(lowest)), last = Math.max(Math.ceil(Math.log10(highest)), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
  const at = (value) => place(value > 0 ? Math.max(0, (Math.log10(value) - first) / (last - first)) : 0);
  return { ticks, at };
}

/** The points of each stretch of a line without a gap. */
function stretches(across, heights) {
  const found = [[]];
  heights.forEach((height, index) => (height === undefined ? found.push([]) : found.at(-1).push(`${across[index].toFixed(1)},${height.toFixed(1)}`)));
  return found.filter((stretch) => stretch.length);
}

function chart([title, unit, lines, log]) {
  const points = known.points.slice(0, -1), from = points[0].second, span = points.at(-1).second + known.width - from;
  const across = points.map((point) => WIDTH * (point.second + known.width / 2 - from) / span);
  const values = lines.map(([, , value]) => points.map((point) => value(point) ?? undefined));
  const { ticks, at } = scale(values.flat().filter((value) => value !== undefined), log);
  const svg = drawn("svg", { viewBox: `${-LEFT} 0 ${WIDTH + LEFT + 20} ${HEIGHT + BOTTOM}`, role: "img", "aria-label": title });
  for (const tick of ticks) {
    svg.append(drawn("line", { class: "grid", x1: 0, x2: WIDTH, y1: at(tick), y2: at(tick) }));
    svg.append(drawn("text", { x: -6, y: at(tick) + 4, "text-anchor": "end" }, `${tick}`));
  }
  for (const tick of steps(span, 6)) {
    svg.append(drawn("text", { x: WIDTH * tick / span, y: HEIGHT + 18, "text-anchor": "middle" }, `${from + tick} s`));
  }
  const figure = document.createElement("figure"), caption = document.createElement("figcaption");
  caption.append(unit ? `${title} (${unit})` : title);
  lines.forEach(([name, style], index) => {
    const key = document.createElement("span"), last = values[index].findLast((value) => value !== undefined);
    key.className = style;
    key.textContent = last === undefined ? name : `${name} ${+last.toPrecision(3)}`;
    caption.append(key);
    const heights = values[index].map((value) => (value === undefined ? undefined : at(value)));
    for (const stretch of stretches(across, heights)) svg.append(drawn("polyline", { class: style, points: stretch.join(" ") }));
  });
  figure.append(caption, svg);
  return figure;
}

function draw() {
  const charts = document.getElementById("charts"), incidents = document.getElementById("incidents");
  charts.replaceChildren(...(known.points.length > 1 ? CHARTS.map(chart) : []));
  incidents.replaceChildren(...known.incidents.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

function tell(text) {
  const state = document.getElementById("state");
  if (state.textContent !== text) state.textContent = text;
}

async function look() {
  try {
    const answer = await fetch(`points?run=${known.run}&since=${known.settled}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const told = await answer.json();
    const kept = told.run === known.run ? known.points.filter((point) => point.second < known.settled) : [];
    Object.assign(known, told, { points: [...kept, ...told.points] });
    draw();
    tell(known.points.length ? "" : "No test has been started yet.");
  } catch {
    tell("Locust does not answer.");
  }
  setTimeout(look, 1000);
}

look();
