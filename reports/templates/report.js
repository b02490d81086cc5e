// Filters, search, addresses within the page, keys and colours.
(() => {
  const scenarios = [...document.querySelectorAll("details.scenario")];
  const groups = [...document.querySelectorAll("section.group")];
  const filters = document.getElementById("filters");
  const search = filters.elements.words;
  const boxes = [...filters.querySelectorAll("[name=verdict]")];

  const texts = new Map(scenarios.map((one) => {
    const [title, why] = [".title", ".why"].map((part) => one.querySelector(part)?.textContent ?? "");
    return [one, `\n${one.id}\n${title}\n${why}\n${one.dataset.words}\n`.toLowerCase()];
  }));

  // What is quoted is a whole clause, case, requirement, id or title; other words may be parts of any.
  const wanted = (words) => (words.toLowerCase().match(/"[^"]*"|[^\s"]+/g) ?? [])
    .map((word) => (word[0] === '"' ? `\n${word.slice(1, -1)}\n` : word));

  const filter = () => {
    const chosen = new FormData(filters);
    const verdicts = new Set(chosen.getAll("verdict"));
    const words = wanted(chosen.get("words"));
    let shown = 0;
    for (const scenario of scenarios) {
      const { verdict, profile, news } = scenario.dataset;
      const matches = verdicts.has(verdict)
        && (!chosen.get("profile") || chosen.get("profile") === profile)
        && (!chosen.get("news") || news === "yes")
        && words.every((word) => texts.get(scenario).includes(word));
      scenario.hidden = !matches;
      shown += matches;
    }
    for (const group of groups) group.hidden = !group.querySelector("details.scenario:not([hidden])");
    document.getElementById("shown").textContent = `${shown} of ${scenarios.length} shown`;
    document.getElementById("nothing").hidden = shown > 0;
  };

  const address = (fragment) => history.replaceState(null, "", fragment || location.pathname + location.search);

  const filtered = () => {
    const chosen = new FormData(filters);
    if (boxes.every((box) => box.checked)) chosen.delete("verdict");
    const named = [...chosen].filter(([, value]) => value);
    address(named.length ? `#?${new URLSearchParams(named)}` : "");
    filter();
  };

  // "#?verdict=failed&words=..." are filters.
  const choose = (query) => {
    const chosen = new URLSearchParams(query);
    const verdicts = chosen.getAll("verdict");
    for (const box of boxes) box.checked = !verdicts.length || verdicts.includes(box.value);
    filters.elements.profile.value = chosen.get("profile") ?? "";
    filters.elements.news.checked = chosen.has("news");
    search.value = chosen.get("words") ?? "";
    filter();
    document.getElementById("scenarios").scrollIntoView();
  };

  const frame = (scenario, index) => {
    const message = scenario.querySelector(`.message[data-index="${CSS.escape(index)}"]`);
    if (!message) {
      scenario.querySelector(".wire")?.scrollIntoView({ block: "center" });
      return;
    }
    document.querySelectorAll(".found").forEach((element) => element.classList.remove("found"));
    message.classList.add("found");
    message.open = true;
    message.scrollIntoView({ block: "center" });
    message.querySelector("summary").focus({ preventScroll: true });
  };

  // "#<id>" is a scenario, a rule or a finding, "#<id>/<number>" a frame of it.
  const follow = async () => {
    const fragment = location.hash.slice(1);
    if (fragment.startsWith("?")) {
      choose(fragment.slice(1));
      return;
    }
    const [id, index] = fragment.split("/").map(decodeURIComponent);
    const found = document.getElementById(id);
    if (!found?.matches("details")) return;
    if (found.hidden) {
      filters.reset();
      found.hidden = false;
      found.closest("section").hidden = false;
    }
    found.open = true;
    if (!found.matches(".scenario")) return;
    await scenario.draw(found);
    found.scrollIntoView();
    if (index !== undefined) frame(found, index);
    else found.querySelector("summary").focus({ preventScroll: true });
  };

  for (const one of scenarios) one.addEventListener("toggle", () => one.open && scenario.draw(one));

  // Where a reader opens something, the address becomes that of what was opened.
  document.addEventListener("click", (event) => {
    const summary = event.target.closest("summary");
    const opened = summary?.closest("details.scenario, details.finding");
    if (!opened || summary.parentElement.open) return;
    const message = summary.closest(".message");
    address(`#${encodeURIComponent(opened.id)}${message ? `/${message.dataset.index}` : ""}`);
  });

  const neighbour = (summary, step) => {
    const all = [...document.querySelectorAll("summary")].filter((one) => one.checkVisibility());
    return all[all.indexOf(summary) + step];
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = document.activeElement;
    if (event.key === "/" && !at.matches("input, select")) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (at.matches("summary") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      neighbour(at, event.key === "ArrowDown" ? 1 : -1)?.focus();
    } else if (event.key === "ArrowDown" && at === search) {
      event.preventDefault();
      scenarios.find((one) => !one.hidden)?.querySelector("summary").focus();
    }
  });

  const colours = document.getElementById("colours");
  colours.addEventListener("change", (event) => { document.documentElement.style.colorScheme = event.target.value; });
  colours.hidden = false;

  filters.addEventListener("input", filtered);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => requestAnimationFrame(filter));
  filters.querySelector("[type=reset]").addEventListener("click", () => address(""));
  filters.hidden = false;
  filter();
  follow();
  addEventListener("hashchange", follow);
})();
