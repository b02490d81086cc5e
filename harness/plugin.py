"""The pytest plugin: collects test functions as scenarios, has them played, and turns a session into a run record.

It is the only module that knows pytest's hooks. The scenarios of one process are one act, a single test to pytest, for
they are played side by side in one event loop. They are judged there; the record is written by the process that
controls the run, as results come in.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import pytest

from harness import expected, settings, tally
from harness.adversity import Adversity
from harness.disclosure import disclosed
from harness.patient_loop import PatientLoop
from harness.playing import Player, Stage, Terms
from harness.record import NAME, Header, Recorder, Result, read, standing
from harness.scenario import Catalogue, Declares, Part, Scenario, parts_of
from harness.selection import Selection
from harness.verdict import Verdict
from harness.versions import known_rules


class Hooks:
    """The hooks that the plugin adds to pytest's."""

    @pytest.hookspec(firstresult=True)
    def pytest_plugfest_stage(
        self, settings: settings.Settings, mutant: str | None, adversity: Adversity, number: int, of: int
    ) -> Stage | None:
        """Return the stage of a target, not yet entered, for one of several processes; ``number`` counts from 0."""

    @pytest.hookspec(firstresult=True)
    def pytest_plugfest_ordered(self, parts: Sequence[Part], settings: settings.Settings) -> Sequence[Part] | None:
        """Return the scenarios of a run in the order in which they are to begin."""

    @pytest.hookspec
    def pytest_plugfest_started(self, header: Header) -> None:
        """Take the header of the run record, in the process that controls the run."""

    @pytest.hookspec
    def pytest_plugfest_recorded(self, result: Result) -> None:
        """Take a result that has been recorded, in the process that controls the run."""


_SELECTED = "plugfest_selected"
_RESULT = "plugfest_result"


SELECTING = ("--scenario", "--octt", "--requirement", "--profile", "--ocpp-version", "--station", "--mode")
"""The options that select scenarios, in the order of the members of a Selection; pytest has a --version of its own."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    group = parser.getgroup("plugfest", "OCPP central system under test")
    group.addoption("--target", metavar="FILE", help="target file; without one, the reference in this process")
    group.addoption("--bundled", action="store_true", help="the target file need not be named to play a scenario again")
    group.addoption("--endpoint", metavar="URL", help="where stations connect, in place of the target file's endpoint")
    for option in SELECTING:
        group.addoption(option, action="append", default=[], help="play only these scenarios")
    group.addoption("--at-once", metavar="N", type=int, help="how many scenarios may be under way, in place of at_once")
    group.addoption("--strict-levels", action="store_true", help="let SHOULD and policy checks fail a scenario")
    group.addoption("--mutant", metavar="NAME", help="play against the reference with this defect")
    group.addoption("--network", metavar="NAME", help="play under this network condition")
    group.addoption("--networks", metavar="FILE", help="network conditions of your own")
    group.addoption("--fault", metavar="FAULT", action="append", default=[], help="have this happen to messages")
    group.addoption("--seed", metavar="N", type=int, default=0, help="what all chance of the run follows from")
    group.addoption("--ping", metavar="S", type=float, action="append", default=[], help="what the condition adds")
    group.addoption("--patience", metavar="S", type=float, help="seconds in place of the target file's patience")
    group.addoption("--gate", metavar="GATE", action="append", default=[], help="what the figures are to be held to")
    group.addoption("--earlier", metavar="FILE", help="record of a run that was left, whose verdicts stand")
    group.addoption("--out", metavar="DIR", help="folder for run.jsonl and traces")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the plugin's own hooks."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Register the recorder where the run is controlled and a folder is given."""
    if config.getoption("out") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeper(config), "plugfest-keeper")


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> list[pytest.Item] | None:
    """Collect each scenario of a function, if it plays any, as an act of its own."""
    parts = parts_of(obj) if name.startswith("test_") else ()
    return [Act.from_parent(collector, name=part.scenario.id, parts=[part]) for part in parts] or None


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the selected scenarios out to one act for each process; those that wait come first, lest the run waits."""
    selection = selection_of(config)
    acts = [item for item in items if isinstance(item, Act)]
    done = {result.id for result in earlier_of(config)}
    chosen = [act for act in acts if selection.matches(one := act.parts[0].scenario) and one.id not in done]
    config.hook.pytest_deselected(items=[act for act in acts if act not in chosen])
    parts = [part for act in chosen for part in act.parts]
    parts.sort(key=lambda part: (not _waits(part.scenario), part.scenario.id))
    parts = config.hook.pytest_plugfest_ordered(parts=parts, settings=settings_of(config)) or parts
    of = min(int(getattr(config, "workerinput", {}).get("workercount", 1)), len(parts))
    shared = {"of": of, "selected": len(parts)}
    items[:] = [item for item in items if not isinstance(item, Act)]
    for number in range(of):
        name = f"act {number + 1} of {of}"
        items.append(Act.from_parent(session, name=name, parts=parts[number::of], number=number, **shared))


class Act(pytest.Item):
    """Scenarios that are played together: act ``number`` (from 0) of ``of``, with ``selected`` scenarios in all."""

    def __init__(self, *, parts: Sequence[Part], number: int = 0, of: int = 1, selected: int = 1, **node: Any) -> None:
        super().__init__(**node)
        self.parts = parts
        self._number = number
        self._of = of
        self._selected = selected

    def runtest(self) -> None:
        """Play the scenarios, and report each as soon as it is judged."""
        self._report("setup", "passed", None, **{_SELECTED: self._selected})
        option, target = self.config.getoption, settings_of(self.config)
        share = {"number": self._number, "of": self._of, "adversity": adversity_of(self.config)}
        stage = self.config.hook.pytest_plugfest_stage(settings=target, mutant=option("mutant"), **share)
        out = Path(option("out")) if option("out") else None
        bounds = [option("at_once") or target.csms.at_once, len(target.stations.identities)]
        at_once = max(1, min(bound for bound in bounds if bound) // self._of)
        terms = Terms(target, at_once, option("strict_levels"), out, expectations_of(target))
        patient = PatientLoop if sys.platform != "win32" else None  # where no loop of its kind runs programs
        with asyncio.Runner(loop_factory=patient) as runner:
            runner.run(Player(stage, terms, self._tell).play(self.parts))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Say where the act is from: it has no file of its own."""
        return self.path, None, self.name

    def _tell(self, result: Result) -> None:
        broken = result.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.ERROR)
        said = f"{result.id}: {result.verdict}. {result.message}" if broken else None
        attached = {_RESULT: json.dumps(result.to_json())}
        self._report("call", "failed" if broken else "passed", said, **attached)

    def _report(
        self, when: Literal["setup", "call"], outcome: Literal["passed", "failed"], said: str | None, **more: Any
    ) -> None:
        report = pytest.TestReport(self.nodeid, self.location, {}, outcome, said, when, **more)
        self.ihook.pytest_runtest_logreport(report=report)


def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Have an act played; its reports are those of its scenarios."""
    if not isinstance(item, Act):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    item.runtest()
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def selection_of(config: pytest.Config) -> Selection:
    """Return the selection that the options describe."""
    return Selection(*(config.getoption(option) for option in SELECTING))


def settings_of(config: pytest.Config) -> settings.Settings:
    """Return the settings of the target that the options name."""
    target, endpoint = config.getoption("target"), config.getoption("endpoint")
    found = settings.load(Path(target) if target else None, endpoint=endpoint)
    patience = config.getoption("patience")
    if patience is None:
        return found
    return found.model_copy(update={"csms": found.csms.model_copy(update={"patience": patience})})


def earlier_of(config: pytest.Config) -> Sequence[Result]:
    """Return the results that stand of a run that was left."""
    earlier = config.getoption("earlier")
    return standing(read(Path(earlier))) if earlier else ()


def adversity_of(config: pytest.Config) -> Adversity:
    """Return what the options put in the way."""
    option = config.getoption
    networks = Path(option("networks")) if option("networks") else None
    return Adversity(network=option("network"), networks=networks, faults=tuple(option("fault")), seed=option("seed"))


def expectations_of(target: settings.Settings, catalogue: Catalogue | None = None) -> expected.Expectations:
    """Return the verdicts expected of a target; raises ExpectationError, for unknown ids if there is a catalogue."""
    if target.csms.expected is None:
        return expected.Expectations()
    known = None if catalogue is None else {*(one.id for one in catalogue), *known_rules()}
    return expected.load(target.resolve(target.csms.expected), known)


def _waits(scenario: Scenario) -> bool:
    return any(isinstance(need, Declares) for need in scenario.needs)


class Keeper:
    """Keeps the run record, in the process that controls the run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._began = time.monotonic()
        self._recorder: Recorder | None = None
        self._interrupted = False
        self._results: list[Result] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Open the record when the first act begins, and append the result that a report brings."""
        selected, line = getattr(report, _SELECTED, None), getattr(report, _RESULT, None)
        if self._recorder is None and selected is not None:
            earlier = earlier_of(self._config)
            self._recorder = self._opened(selected + len(earlier))
            for result in earlier:
                self._take(result)
        if self._recorder is not None and line is not None:
            self._take(Result.from_json(json.loads(line)))

    def _take(self, result: Result) -> None:
        assert self._recorder is not None
        self._recorder.add(result)
        self._results.append(result)
        self._config.hook.pytest_plugfest_recorded(result=result)

    def _opened(self, selected: int) -> Recorder:
        out, target = Path(self._config.getoption("out")), settings_of(self._config)
        header = Header(
            plugfest=version("plugfest"),
            target=target.csms.name,
            endpoint=target.csms.endpoint,
            driver=target.csms.driver,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            selected=selected,
            strict=self._config.getoption("strict_levels"),
            mutant=self._config.getoption("mutant"),
            options=_naming_the_target(self._config),
            network=self._config.getoption("network"),
            faults=self._config.getoption("fault"),
            seed=self._config.getoption("seed"),
            pings=self._config.getoption("ping"),
            gates=self._config.getoption("gate"),
            settings=disclosed(target),
        )
        out.mkdir(parents=True, exist_ok=True)
        recorder = Recorder(out / NAME, header)
        self._config.hook.pytest_plugfest_started(header=header)
        return recorder

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that a person ended the run."""
        self._interrupted = True

    def pytest_sessionfinish(self) -> None:
        """Judge the rules of the wire over the whole run, and write the footer."""
        if self._recorder is None:
            return
        expectations = expectations_of(settings_of(self._config))
        with self._recorder:
            ruled = list(tally.rule_results(self._results, expectations))
            for rule in ruled:
                self._recorder.add_rule(rule)
                self._config.hook.pytest_plugfest_recorded(result=rule)
            seconds = round(time.monotonic() - self._began, 3)
            remarks = list(expectations.remarks([*self._results, *ruled]))
            self._recorder.finish(seconds, interrupted=self._interrupted, remarks=remarks)


def _naming_the_target(config: pytest.Config) -> list[str]:
    """Return the options that name the target, as on the command line."""
    names = ["endpoint", "mutant", "network", "networks", *(["seed"] if config.getoption("seed") else [])]
    given = {name: config.getoption(name) for name in ([] if config.getoption("bundled") else ["target"]) + names}
    named = [f"--{name}={value}" for name, value in given.items() if value is not None]
    return named + [f"--fault={fault}" for fault in config.getoption("fault")]
