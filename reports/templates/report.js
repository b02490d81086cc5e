(() => {
  const { make, diagram } = wire;
  const scenarios = [...document.querySelectorAll("details.scenario")];
  const groups = [...document.querySelectorAll("section.group")];
  const filters = document.getElementById("filters");

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

  const draw = (scenario) => {
    const place = scenario.querySelector(".wire");
    const source = place && place.querySelector("script");
    if (!source) return;
    const { stations, remark, messages } = JSON.parse(source.textContent);
    source.remove();
    if (remark) place.append(make("p", "remark", remark));
    if (!messages.length) return;
    const { element, append } = diagram([...stations, "central system"]);
    place.append(element);
    for (const message of messages) append(message);
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
