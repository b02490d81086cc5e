"""The pytest plugin: from what happens in a scenario to verdict, record and trace."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from harness import record
from harness.expected import Standing
from harness.verdict import Verdict

pytest_plugins = ["pytester"]

CONFTEST = """
    from harness.csms.v16 import ClearCache

    class Nothing:
        operations = frozenset({ClearCache})

    def pytest_plugfest_driver(settings, mutant):
        return Nothing()
"""

PREAMBLE = """
    import asyncio
    import pytest
    from harness.csms.v16 import ClearCache, Reset
    from harness.ocppj import Problem
    from harness.scenario import Declares, scenario
    from harness.trace import Direction, Event
    from harness.verdict import POLICY, SHALL, SHOULD, Inconclusive, Nonconformity

    def hear(trace, *problems):
        return trace.add("CP", Direction.RECEIVED, Event.TEXT, '[3,"1",{}]', problems=problems)
"""


@pytest.fixture
def play(pytester: pytest.Pytester) -> object:
    """Return a function that plays a suite of one module and returns its results by the end of their ids."""

    def run(body: str, *options: str) -> dict[str, record.Result]:
        pytester.makeconftest(textwrap.dedent(CONFTEST))
        pytester.makepyfile(test_suite=textwrap.dedent(PREAMBLE) + textwrap.dedent(body))
        plugins = ("--disable-plugin-autoload", "-pharness.plugin", "-ppytest_asyncio.plugin", "-pno:cacheprovider")
        mode = ("--override-ini=asyncio_mode=auto", "-Wignore")
        pytester.runpytest_inprocess("--out=out", *plugins, *mode, *options)
        results = record.read(pytester.path / "out" / "run.jsonl").results
        return {result.id.rpartition(".")[2]: result for result in results}

    return run


def scenario_of(name: str, body: str, *, needs: str = "", fixtures: str = "check, trace") -> str:
    """Return the source of one scenario."""
    lines = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    marker = f'@scenario("v16.core.feature.{name}", spec=["OCPP 1.6 1"], needs=[{needs}])'
    return f'\n{marker}\nasync def test_{name}({fixtures}):\n    """It does."""\n{lines}\n'


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("hear(trace); check.equal(1, 1, clause='c')", Verdict.PASSED),
        ("hear(trace); check.equal(1, 2, clause='c')", Verdict.FAILED),
        ("hear(trace); check.equal(1, 2, clause='c', level=SHOULD)", Verdict.REMARKED),
        ("hear(trace); check.equal(1, 2, clause='c', axis=POLICY)", Verdict.REMARKED),
        ("check.equal(1, 1, clause='c')", Verdict.ERROR),
        ("hear(trace)", Verdict.ERROR),
        ("raise Nonconformity('an answer', 'silence', clause='c')", Verdict.FAILED),
        ("raise Inconclusive('not reached')", Verdict.INCONCLUSIVE),
        ("hear(trace); check.equal(1, 2, clause='c'); raise Inconclusive('late')", Verdict.FAILED),
        ("hear(trace); check.equal(1, 1, clause='c'); raise KeyError('ours')", Verdict.ERROR),
        ("hear(trace, Problem('c', SHALL, 'x', 'y')); check.equal(1, 1, clause='c')", Verdict.FAILED),
        ("hear(trace, Problem('c', SHOULD, 'x', 'y')); check.equal(1, 1, clause='c')", Verdict.REMARKED),
    ],
)
def test_verdict_follows_from_what_happened(play, body: str, verdict: Verdict) -> None:  # type: ignore[no-untyped-def]
    """Checks, judged frames and the exception that ended the scenario decide its verdict."""
    assert play(scenario_of("one", body))["one"].verdict is verdict


def test_strict_promotes_what_only_remarks(play) -> None:  # type: ignore[no-untyped-def]
    """With strict levels a SHOULD fails the scenario."""
    body = scenario_of("one", "hear(trace); check.equal(1, 2, clause='c', level=SHOULD)")
    assert play(body, "--strict-levels")["one"].verdict is Verdict.FAILED


def test_nothing_starts_for_a_scenario_that_is_not_applicable(play) -> None:  # type: ignore[no-untyped-def]
    """Unmet needs are found before a fixture is set up."""
    fixture = "\n@pytest.fixture\ndef trap():\n    raise AssertionError('set up')\n"
    result = play(fixture + scenario_of("one", "pass", needs="Reset", fixtures="trap"))["one"]
    assert (result.verdict, result.message) == (Verdict.NOT_APPLICABLE, "the driver cannot perform Reset")


def test_undeclared_policy_makes_a_scenario_not_applicable(play) -> None:  # type: ignore[no-untyped-def]
    """A scenario that needs a declared policy does not guess."""
    result = play(scenario_of("one", "pass", needs='Declares("call_timeout")'))["one"]
    assert "call_timeout" in result.message


def test_trouble_in_set_up_or_tear_down_is_an_error(play) -> None:  # type: ignore[no-untyped-def]
    """What breaks around a scenario is never the central system's fault."""
    fixtures = """
@pytest.fixture
def broken():
    raise OSError('no room')

@pytest.fixture
def breaking():
    yield
    raise OSError('no way back')
"""
    good = "hear(trace); check.equal(1, 1, clause='c')"
    results = play(
        fixtures
        + scenario_of("before", good, fixtures="check, trace, broken")
        + scenario_of("after", good, fixtures="check, trace, breaking")
    )
    assert {name: (one.verdict, "no " in one.message) for name, one in results.items()} == {
        "before": (Verdict.ERROR, True),
        "after": (Verdict.ERROR, True),
    }


def test_scenario_that_never_ends_is_inconclusive(play, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """A scenario is bounded by a multiple of the patience."""
    monkeypatch.setenv("PLUGFEST_CSMS_PATIENCE", "0.005")
    result = play(scenario_of("one", "await asyncio.Event().wait()"))["one"]
    assert (result.verdict, "not through" in result.message) == (Verdict.INCONCLUSIVE, True)


def test_trace_is_kept_beside_the_record(play, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    """The wire of a scenario is a file of its own, one line per event."""
    result = play(scenario_of("one", "hear(trace); hear(trace); check.equal(1, 1, clause='c')"))["one"]
    path: Path = pytester.path / "out" / str(result.trace)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2


def test_known_failure_is_as_expected(play, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    """A verdict on the list of the target is no news; the verdict itself stays what it is."""
    target, expected = pytester.path / "acme.toml", pytester.path / "acme.expected.toml"
    target.write_text('[csms]\nexpected = "acme.expected.toml"\n', encoding="utf-8")
    entry = '["v16.core.feature.one"]\nverdict = "failed"\nreason = "fixed in 4.3"\nfinding = "ACME-17"\n'
    expected.write_text(entry, encoding="utf-8")
    body = scenario_of("one", "hear(trace); check.equal(1, 2, clause='c')")
    result = play(body, f"--target={target}")["one"]
    assert (result.verdict, result.standing, result.expectation) == (
        Verdict.FAILED,
        Standing.AS_EXPECTED,
        "ACME-17: fixed in 4.3",
    )


def test_options_select_scenarios(play) -> None:  # type: ignore[no-untyped-def]
    """Only the selected scenarios are played."""
    good = "hear(trace); check.equal(1, 1, clause='c')"
    assert list(play(scenario_of("one", good) + scenario_of("two", good), "--scenario=*.two")) == ["two"]


def test_each_member_of_a_family_is_a_scenario(play) -> None:  # type: ignore[no-untyped-def]
    """A family has one result per case, each under its own id, and can be selected by it."""
    body = """
from harness.scenario import Member, family

CASES = [Member(id=f"v16.core.feature.n{n}", title="It does.", case=n, spec=["c"]) for n in (1, 2)]

@family(CASES)
async def test_all(check, trace, case):
    hear(trace)
    check.equal(case, 1, clause="c")
"""
    assert {id: one.verdict for id, one in play(body).items()} == {"n1": Verdict.PASSED, "n2": Verdict.FAILED}
    assert list(play(body, "--scenario=*.n2")) == ["n2"]


def test_tests_that_are_no_scenarios_are_left_alone(play) -> None:  # type: ignore[no-untyped-def]
    """An ordinary test in the suite plays no part in the record."""
    assert play("\ndef test_ordinary():\n    assert True\n") == {}
