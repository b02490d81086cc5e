"""The pytest plugin: turns test functions into judged scenarios, and a test session into a run record.

It is the only module that knows pytest's hooks. A scenario is judged in the process that played it; the record is
written by the process that controls the run, as results come in.
"""

from __future__ import annotations

import asyncio
import functools
import json
import time
from collections.abc import Container, Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from harness import expected, settings
from harness.csms import Driver
from harness.evidence import Evidence, Judgement
from harness.record import Header, Recorder, Result
from harness.scenario import Declares, Scenario, family_of, scenario_of, unmet
from harness.selection import Selection
from harness.trace import Trace
from harness.verdict import Checks, Inconclusive, Verdict

SCENARIO_LIMIT = 20
"""A scenario may take this many times the patience of the run before the harness ends it."""


class Hooks:
    """The hooks that the plugin adds to pytest's."""

    @pytest.hookspec(firstresult=True)
    def pytest_plugfest_driver(self, settings: settings.Settings, mutant: str | None) -> Driver | None:
        """Return the driver for a target, not yet entered."""

    @pytest.hookspec
    def pytest_plugfest_result(self, result: Result, trace_path: Path | None) -> None:
        """Take the result of a scenario while its test is still under way, in the process that played it."""

    @pytest.hookspec
    def pytest_plugfest_started(self, header: Header) -> None:
        """Take the header of the run record, in the process that controls the run."""

    @pytest.hookspec
    def pytest_plugfest_recorded(self, result: Result) -> None:
        """Take a result that has been recorded, in the process that controls the run."""


@dataclass
class Run:
    """What one process knows of the run."""

    settings: settings.Settings
    strict: bool
    out: Path | None
    expectations: expected.Expectations
    driver: Driver


class ScenarioFailed(Exception):
    """Tells pytest that a scenario did not pass; the text says why."""


_RUN = pytest.StashKey[Run]()
_EVIDENCE = pytest.StashKey[Evidence]()
_ATTACHED = "plugfest_result"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    group = parser.getgroup("plugfest", "OCPP central system under test")
    group.addoption("--target", metavar="FILE", help="target file; without one, the reference in this process")
    group.addoption("--endpoint", metavar="URL", help="where stations connect, in place of the target file's endpoint")
    for option in ("--scenario", "--octt", "--requirement", "--profile"):
        group.addoption(option, action="append", default=[], help="play only these scenarios")
    group.addoption("--strict-levels", action="store_true", help="let SHOULD and policy checks fail a scenario")
    group.addoption("--mutant", metavar="NAME", help="play against the reference with this defect")
    group.addoption("--out", metavar="DIR", help="folder for run.jsonl and traces")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the plugin's own hooks."""
    pluginmanager.add_hookspecs(Hooks)


def selection_of(config: pytest.Config) -> Selection:
    """Return the selection that the options describe."""
    option = config.getoption
    return Selection(option("scenario"), option("octt"), option("requirement"), option("profile"))


def settings_of(config: pytest.Config) -> settings.Settings:
    """Return the settings of the target that the options name."""
    target, endpoint = config.getoption("target"), config.getoption("endpoint")
    return settings.load(Path(target) if target else None, endpoint=endpoint)


def pytest_configure(config: pytest.Config) -> None:
    """Register the recorder where the run is controlled and a folder is given."""
    if config.getoption("out") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeper(config), "plugfest-keeper")
    if not hasattr(config.option, "tbstyle"):
        config.option.tbstyle = "native"  # nobody is shown pytest's own tracebacks, which take long to make


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each scenario of a family."""
    members = family_of(metafunc.function)
    if members:
        metafunc.parametrize("case", [pytest.param(case, id=id) for id, (_, case) in members.items()])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the selected scenarios, ordered by id; those that wait come first, lest the run waits for them."""
    selection = selection_of(config)
    chosen = [(one, item) for item in items if (one := _scenario(item)) and selection.matches(one)]
    kept = [item for _, item in sorted(chosen, key=lambda pair: (not _waits(pair[0]), pair[0].id))]
    kept += [item for item in items if _scenario(item) is None and item not in kept]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Decide whether the scenario is applicable, before anything is started for it."""
    scenario = _scenario(item)
    if scenario is None:
        return
    run = _run(item)
    trace = Trace()
    item.stash[_EVIDENCE] = Evidence(trace, Checks(trace.evidence, strict=run.strict))
    if reason := unmet(scenario, run.settings, run.driver):
        result = _result(item, Judgement(Verdict.NOT_APPLICABLE, reason))
        item.ihook.pytest_plugfest_result(result=result, trace_path=None)
        pytest.skip(reason)
    if isinstance(item, pytest.Function):
        item.obj = _bounded(item.obj, run.settings.csms.patience * SCENARIO_LIMIT)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Play a scenario and judge it; pytest learns of it by an exception unless it passed."""
    if _scenario(pyfuncitem) is None:
        return (yield)
    error: BaseException | None = None
    try:
        yield
    except Exception as raised:
        error = raised
    result = _judge(pyfuncitem, error)
    if result.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.ERROR):
        raise ScenarioFailed(f"{result.verdict}: {result.message}") from error
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the result along with the last report of the scenario; trouble around it makes it an error."""
    report = yield
    evidence = item.stash.get(_EVIDENCE, None)
    if evidence is None:
        return report
    error = call.excinfo.value if call.excinfo else None
    if report.failed and call.when != "call" and error is not None:
        _judge(item, error)
    if call.when == "teardown" and evidence.result is not None:
        setattr(report, _ATTACHED, json.dumps(evidence.result.to_json()))
    return report


@pytest.fixture(scope="session")
def plugfest_run(request: pytest.FixtureRequest) -> Run:
    """What this process knows of the run: settings and driver."""
    return _run_of(request.config)


@pytest.fixture
def trace(request: pytest.FixtureRequest) -> Trace:
    """The recorded wire of this scenario's stations."""
    return request.node.stash[_EVIDENCE].trace  # type: ignore[no-any-return]


@pytest.fixture
def check(request: pytest.FixtureRequest) -> Checks:
    """The checks of this scenario."""
    return request.node.stash[_EVIDENCE].checks  # type: ignore[no-any-return]


def _waits(scenario: Scenario) -> bool:
    return any(isinstance(need, Declares) for need in scenario.needs)


def _scenario(item: pytest.Item) -> Scenario | None:
    function = getattr(item, "function", None)
    callspec = getattr(item, "callspec", None)
    if callspec is not None and (member := family_of(function).get(callspec.id)):
        return member[0]
    return scenario_of(function)


def _run(item: pytest.Item) -> Run:
    return _run_of(item.config)


def _run_of(config: pytest.Config) -> Run:
    run = config.stash.get(_RUN, None)
    if run is None:
        target, mutant = settings_of(config), config.getoption("mutant")
        driver = config.hook.pytest_plugfest_driver(settings=target, mutant=mutant)
        out = config.getoption("out")
        run = Run(
            target,
            config.getoption("strict_levels"),
            Path(out) if out else None,
            expectations_of(target),
            driver,
        )
        config.stash[_RUN] = run
    return run


def expectations_of(target: settings.Settings, known: Container[str] | None = None) -> expected.Expectations:
    """Return the verdicts expected of a target; raises ExpectationError."""
    if target.csms.expected is None:
        return {}
    return expected.load(target.resolve(target.csms.expected), known)


def _bounded(function: Any, limit: float) -> Any:
    @functools.wraps(function)
    async def bounded(*args: Any, **kwargs: Any) -> None:
        try:
            async with asyncio.timeout(limit) as bound:
                await function(*args, **kwargs)
        except TimeoutError:
            if bound.expired():
                raise Inconclusive(f"the scenario was not through after {limit:g} s") from None
            raise

    return bounded


def _judge(item: pytest.Item, error: BaseException | None) -> Result:
    """Draw the verdict on a scenario and keep its trace."""
    evidence = item.stash[_EVIDENCE]
    result = _result(item, evidence.judgement(error))
    path = _keep_trace(item, evidence)
    item.ihook.pytest_plugfest_result(result=result, trace_path=path)
    return result


def _result(item: pytest.Item, judgement: Judgement) -> Result:
    scenario, run, evidence = _scenario(item), _run(item), item.stash[_EVIDENCE]
    assert scenario is not None
    path = f"traces/{scenario.id}.jsonl" if run.out and len(evidence.trace) else None
    evidence.result = evidence.result_of(scenario, judgement, run.expectations.get(scenario.id), trace=path)
    return evidence.result


def _keep_trace(item: pytest.Item, evidence: Evidence) -> Path | None:
    run = _run(item)
    if run.out is None or evidence.result is None or evidence.result.trace is None:
        return None
    path = run.out / evidence.result.trace
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in evidence.trace.lines())
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    return path


class Keeper:
    """Keeps the run record, in the process that controls the run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._began = time.monotonic()
        self._recorder: Recorder | None = None
        self._interrupted = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Open the record where this process plays the scenarios itself."""
        if self._config.pluginmanager.get_plugin("dsession") is None:
            self._open(sum(_scenario(item) is not None for item in session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Open the record as soon as the first worker knows what is to be played."""
        if self._recorder is None:
            self._open(len(ids))

    def _open(self, selected: int) -> None:
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
        )
        out.mkdir(parents=True, exist_ok=True)
        self._recorder = Recorder(out / "run.jsonl", header)
        self._config.hook.pytest_plugfest_started(header=header)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Append the result that comes with the last report of a scenario."""
        line = getattr(report, _ATTACHED, None)
        if line is not None and self._recorder is not None:
            result = Result.from_json(json.loads(line))
            self._recorder.add(result)
            self._config.hook.pytest_plugfest_recorded(result=result)

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that a person ended the run."""
        self._interrupted = True

    def pytest_sessionfinish(self) -> None:
        """Write the footer."""
        if self._recorder is not None:
            with self._recorder:
                self._recorder.finish(round(time.monotonic() - self._began, 3), interrupted=self._interrupted)
