(() => {
  const { make, diagram } = wire;
  const MOST_ROWS = 1000;
  const at = (id) => document.getElementById(id);
  const body = (id) => at(id).querySelector("tbody");
  let events = null;
  let chosen = null;
  let drawing = null;

  const cell = (text, className) => make("td", className, String(text));

  const station = (one) => {
    const row = make("tr", chosen === `${one.version} ${one.station}` ? "chosen" : "");
    const head = row.appendChild(make("th"));
    head.scope = "row";
    const button = head.appendChild(make("button", "", one.station));
    button.type = "button";
    const state = [one.connected ? "connected" : "away", one.registration].filter(Boolean).join(", ");
    const connectors = Object.entries(one.connectors).map(([name, status]) => `${name} ${status}`).join(", ");
    const owed = one.owed.map(({ action, by, seconds }) => `${by}: ${action} ${seconds} s`).join(", ");
    row.append(
      cell(one.version), cell(state, one.connected ? "on" : "none"), cell(connectors), cell(one.sent), cell(one.received),
      cell(one.stationProblems, one.stationProblems ? "bad" : "none"),
      cell(one.centralProblems, one.centralProblems ? "bad" : "none"), cell(one.remarks), cell(owed),
    );
    row.addEventListener("click", () => choose(one.station, one.version));
    return row;
  };

  const problem = (one) => {
    const row = make("tr", one.level === "SHALL" ? "violated" : "remarked");
    row.append(cell(one.time), cell(one.station), cell(one.side), cell(one.clause), cell(one.expected), cell(one.observed));
    return row;
  };

  const show = ({ title, stations, problems }) => {
    at("title").textContent = document.title = title;
    at("nobody").hidden = stations.length > 0;
    at("stations").hidden = !stations.length;
    body("stations").replaceChildren(...stations.map(station));
    at("fine").hidden = problems.length > 0;
    at("problems").hidden = !problems.length;
    body("problems").replaceChildren(...problems.map(problem).reverse());
    if (chosen === null && stations.length) choose(stations[0].station, stations[0].version);
  };

  const add = (message) => {
    drawing.append(message);
    const rows = drawing.element.querySelectorAll(".message");
    if (/^p[io]ng\b/.test(message.label)) rows[rows.length - 1].classList.add("beat");
    if (rows.length > MOST_ROWS) rows[0].remove();
    if (at("follow").checked) at("wire").scrollTop = at("wire").scrollHeight;
  };

  const listen = (query) => {
    if (events) events.close();
    events = new EventSource(`/events${query}`);
    events.addEventListener("open", () => { at("link").textContent = "live"; restart(); });
    events.addEventListener("error", () => { at("link").textContent = "the watch does not answer"; });
    events.addEventListener("end", () => { events.close(); at("link").textContent = "the watch has ended; see its report"; });
    events.addEventListener("state", (event) => show(JSON.parse(event.data)));
    events.addEventListener("message", (event) => add(JSON.parse(event.data)));
  };

  // The server tells the latest messages again to whoever connects again.
  const restart = () => {
    if (chosen === null) return;
    drawing = diagram([chosen.slice(chosen.indexOf(" ") + 1), "central system"]);
    at("wire").replaceChildren(drawing.element);
  };

  const choose = (name, version) => {
    chosen = `${version} ${name}`;
    at("choose").hidden = true;
    listen(`?${new URLSearchParams({ station: name, version })}`);
  };

  at("beats").addEventListener("change", () => at("wire").classList.toggle("without-beats", !at("beats").checked));
  listen("");
})();
