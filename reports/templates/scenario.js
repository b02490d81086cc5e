// What a scenario shows once it is opened: facts, checks, details, wire. All of it is packed in the page.
const scenario = (() => {
  const { make, diagram } = wire;
  const chunks = new Map();

  // Each chunk is base64 of what raw deflate made of a JSON list.
  const unpacked = (number) => {
    if (!chunks.has(number)) {
      const text = document.querySelectorAll("script.chunk")[number].textContent;
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
      chunks.set(number, new Response(stream).json());
    }
    return chunks.get(number);
  };

  const link = (text, address) => {
    if (!address) return document.createTextNode(text);
    const element = make("a", "", text);
    element.setAttribute("href", address);
    return element;
  };

  const facts = (all) => {
    const list = make("dl", "facts");
    for (const [name, values] of all) {
      const fact = list.appendChild(make("div"));
      fact.append(make("dt", "", name));
      const told = fact.appendChild(make("dd"));
      values.forEach(([text, address], index) => told.append(index ? ", " : "", link(text, address)));
    }
    return list;
  };

  // What may be wider than the page scrolls by itself, and by the keyboard too.
  const scrolling = (name, element) => {
    const group = make("div", "scroll");
    group.tabIndex = 0;
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", name);
    group.append(element);
    return group;
  };

  const evidence = (index, address) => {
    const cell = make("td");
    if (index !== null) cell.append(address ? link(`#${index}`, `${address}/${index}`) : `#${index}`);
    return cell;
  };

  const row = (check, number, address) => {
    const element = make("tr", check.outcome);
    element.append(make("td", "", number));
    element.appendChild(make("td")).append(link(check.clause, check.address));
    const level = element.appendChild(make("td", "", check.level));
    level.append(make("br"), make("span", "axis", check.axis));
    for (const text of [check.expected, check.observed]) {
      element.appendChild(make("td", "wide")).append(make("div", "", text));
    }
    element.appendChild(make("td")).append(make("span", `outcome ${check.outcome}`, check.outcome));
    element.append(evidence(check.evidence, address));
    return element;
  };

  const checks = (all, address) => {
    const table = make("table", "checks");
    const heads = table.appendChild(make("thead")).appendChild(make("tr"));
    for (const name of ["#", "clause", "level", "expected", "observed", "outcome", "frame"]) {
      heads.appendChild(make("th", "", name)).scope = "col";
    }
    const rows = table.appendChild(make("tbody"));
    all.forEach((check, index) => rows.append(row(check, index + 1, address)));
    return scrolling("Checks", table);
  };

  const traced = ({ stations, remark, messages }) => {
    const place = make("div", "wire");
    if (remark) place.append(make("p", "remark", remark));
    if (!messages.length) return place;
    const { element, append } = diagram([...stations, "central system"]);
    messages.forEach(append);
    place.append(scrolling("Sequence diagram", element));
    return place;
  };

  const bodies = new Map();

  const drawn = async (element) => {
    const [chunk, number] = element.dataset.place.split("/");
    const told = (await unpacked(Number(chunk)))[Number(number)];
    const body = make("div", "body");
    const heading = (text) => body.append(make("h4", "", text));
    body.append(facts(told.facts));
    if (told.expectation !== null) {
      const said = body.appendChild(make("p", "expectation"));
      said.append(make("strong", "", "The list of expected verdicts says:"), ` ${told.expectation}`);
    }
    if (told.checks.length) {
      heading("Checks");
      body.append(checks(told.checks, told.wire && `#${encodeURIComponent(element.id)}`));
    }
    if (told.unchecked) body.append(make("p", "quiet", "No check was made."));
    if (told.details) {
      heading("Details");
      body.append(scrolling("Details", make("pre", "details", told.details)));
    }
    if (told.wire) {
      heading("Wire");
      body.append(make("p", "quiet", told.trace), traced(told.wire));
    }
    element.append(body);
  };

  // Returns a promise of the body, which is drawn once.
  const draw = (element) => {
    if (!bodies.has(element)) bodies.set(element, drawn(element));
    return bodies.get(element);
  };

  return { draw };
})();
