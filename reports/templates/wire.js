"use strict";
// The sequence diagram of a wire, as the report and the page of a watch show it.
const wire = (() => {
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
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

  const diagram = (names) => {
    const element = make("div", "diagram");
    element.style.setProperty("--lanes", names.length);
    const heads = element.appendChild(make("div", "heads"));
    heads.append(make("span"));
    const lanes = heads.appendChild(make("span", "lanes"));
    names.forEach((name, lane) => {
      for (const part of [lanes.appendChild(make("span", "head", name)), element.appendChild(make("span", "lifeline"))]) {
        part.style.setProperty("--lane", lane);
        part.title = name;
      }
    });
    let next = null;
    const append = (message) => {
      if (next !== null && message.index > next) {
        element.append(make("p", "gap", `… ${message.index - next} events are not shown`));
      }
      next = message.index + 1;
      element.append(row(message));
    };
    return { element, append };
  };

  return { make, diagram };
})();
