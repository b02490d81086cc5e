"use strict";
(() => {
  const scenarios = [...document.querySelectorAll("details.scenario")];
  const groups = [...document.querySelectorAll("section.group")];
  const filters = document.getElementById("filters");

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const filter = () => {
    const chosen = new FormData(filters);
    const verdicts = new Set(chosen.getAll("verdict"));
    const words = chosen.get("words").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const scenario of scenarios) {
      const { verdict, profile, news, words: text } = scenario.dataset;
      const matches = verdicts.has(verdict)
        && (!chosen.get("profile") || chosen.get("profile") === profile)
        && (!chosen.get("news") || news === "yes")
        && words.every((word) => text.includes(word));
      scenario.hidden = !matches;
      shown += matches;
    }
    for (const group of groups) group.hidden = !group.querySelector("details.scenario:not([hidden])");
    document.getElementById("shown").textContent = `${shown} of ${scenarios.length} shown`;
    document.getElementById("nothing").hidden = shown > 0;
  };

  // Only white space between tokens changes: a reader must see numbers, escapes and doubled members as they were sent.
  const laidOut = (text) => {
    let depth = 0;
    const line = () => "\n" + "  ".repeat(Math.min(Math.max(depth, 0), 40));
    return text.replace(/"(?:[^"\\]|\\.)*"?|\s*(?:[[{]\s*[\]}]|[[\]{},:])\s*/gs, (match) => {
      if (match[0] === '"') return match;
      const token = match.replace(/\s+/g, "");
      if (token === "[" || token === "{") { depth += 1; return token + line(); }
      if (token === "]" || token === "}") { depth -= 1; return line() + token; }
      return token === "," ? token + line() : token === ":" ? ": " : token;
    });
  };

  const frame = (message) => {
    const box = make("div", "frame");
    if (message.problems.length) {
      const problems = box.appendChild(make("ul", "problems"));
      for (const problem of message.problems) problems.append(make("li", "", problem));
    }
    const pre = make("pre", "", message.text || "no text");
    if (/^\s*[[{]/.test(message.text)) {
      const toggle = make("button", "", "as sent");
      toggle.type = "button";
      pre.textContent = laidOut(message.text);
      toggle.addEventListener("click", () => {
        const raw = toggle.textContent === "as sent";
        pre.textContent = raw ? message.text : laidOut(message.text);
        toggle.textContent = raw ? "laid out" : "as sent";
      });
      box.append(toggle);
    }
    box.append(pre);
    return box;
  };

  const row = (message) => {
    const details = make("details", `message ${message.direction} ${message.shape}`);
    details.dataset.index = message.index;
    const summary = details.appendChild(make("summary"));
    const clock = summary.appendChild(make("span", "clock"));
    clock.append(make("span", "number", `#${message.index}`), ` ${message.at.toFixed(3)} s`);
    const arrow = summary.appendChild(make("span", "lanes")).appendChild(make("span", "arrow"));
    arrow.style.setProperty("--lane", message.lane);
    arrow.append(make("span", "label", message.label));
    if (message.problems.length) arrow.append(make("span", "mark problem", "⚠ invalid"));
    for (const kind of ["violated", "remarked", "held"]) {
      const numbers = message[kind];
      if (numbers) arrow.append(make("span", `mark ${kind}`, `${kind}: check ${numbers.join(", ")}`));
    }
    if (message.violated) details.classList.add("judged");
    details.addEventListener("toggle", () => details.append(frame(message)), { once: true });
    return details;
  };

  const draw = (scenario) => {
    const place = scenario.querySelector(".wire");
    const source = place && place.querySelector("script");
    if (!source) return;
    const wire = JSON.parse(source.textContent);
    source.remove();
    if (wire.remark) place.append(make("p", "remark", wire.remark));
    if (!wire.messages.length) return;
    const diagram = place.appendChild(make("div", "diagram"));
    diagram.style.setProperty("--lanes", wire.stations.length + 1);
    const heads = diagram.appendChild(make("div", "heads"));
    heads.append(make("span"));
    const lanes = heads.appendChild(make("span", "lanes"));
    [...wire.stations, "central system"].forEach((name, lane) => {
      for (const element of [lanes.appendChild(make("span", "head", name)), diagram.appendChild(make("span", "lifeline"))]) {
        element.style.setProperty("--lane", lane);
        element.title = name;
      }
    });
    let next = wire.messages[0].index;
    for (const message of wire.messages) {
      if (message.index > next) diagram.append(make("p", "gap", `… ${message.index - next} events are not shown`));
      next = message.index + 1;
      diagram.append(row(message));
    }
  };

  const show = (scenario, index) => {
    draw(scenario);
    const message = scenario.querySelector(`.message[data-index="${index}"]`);
    if (!message) {
      scenario.querySelector(".wire").scrollIntoView({ block: "center" });
      return;
    }
    scenario.querySelectorAll(".found").forEach((element) => element.classList.remove("found"));
    message.classList.add("found");
    message.open = true;
    message.scrollIntoView({ block: "center" });
  };

  const follow = () => {
    const scenario = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!scenario || !scenario.matches("details")) return;
    if (scenario.hidden) filters.reset();
    scenario.hidden = false;
    scenario.open = true;
    draw(scenario);
    scenario.scrollIntoView();
  };

  for (const scenario of scenarios) {
    scenario.addEventListener("toggle", () => draw(scenario), { once: true });
    scenario.addEventListener("click", (event) => {
      const button = event.target.closest("button.evidence");
      if (button) show(scenario, button.dataset.index);
    });
  }
  filters.addEventListener("input", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => requestAnimationFrame(filter));
  filters.hidden = false;
  filter();
  follow();
  addEventListener("hashchange", follow);
})();
