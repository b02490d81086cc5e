"""The pytest plugin: from a suite on disk to a run record."""

from __future__ import annotations

import textwrap

import pytest

from harness import record
from harness.expected import Standing
from harness.verdict import Verdict

pytest_plugins = ["pytester"]

CONFTEST = """
    from tests.harness.rehearsal import Empty

    def pytest_plugfest_stage(settings, mutant, number, of):
        return Empty()
"""

PREAMBLE = """
    from harness.scenario import Declares, scenario
    from harness.verdict import SHALL, SHOULD
    from tests.harness.rehearsal import hear
"""


@pytest.fixture
def play(pytester: pytest.Pytester) -> object:
    """Return a function that plays a suite of one module and returns its results by the end of their ids."""

    def run(body: str, *options: str) -> dict[str, record.Result]:
        pytester.makeconftest(textwrap.dedent(CONFTEST))
        pytester.makepyfile(test_suite=textwrap.dedent(PREAMBLE) + textwrap.dedent(body))
        plugins = ("--disable-plugin-autoload", "-pharness.plugin", "-pno:cacheprovider")
        pytester.runpytest_inprocess("--out=out", *plugins, *options)
        results = record.read(pytester.path / "out" / "run.jsonl").results
        return {result.id.rpartition(".")[2]: result for result in results}

    return run


GOOD = "hear(trace); check.equal(1, 1, clause='c')"


def scenario_of(name: str, body: str, *, needs: str = "", arguments: str = "check, trace") -> str:
    """Return the source of one scenario."""
    lines = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    marker = f'@scenario("v16.core.feature.{name}", spec=["OCPP 1.6 1"], needs=[{needs}])'
    return f'\n{marker}\nasync def test_{name}({arguments}):\n    """It does."""\n{lines}\n'


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


def test_rule_of_the_wire_has_one_verdict_of_its_own(play, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    """However many scenarios break it, a rule is one result of the run; its breach is news and colours no scenario."""
    bad = "hear(trace, SHALL); check.equal(1, 1, clause='c')"
    results = play(scenario_of("one", bad) + scenario_of("two", GOOD) + scenario_of("three", bad))
    run = record.read(pytester.path / "out" / "run.jsonl")
    (rule,) = run.rules
    assert {one.verdict for one in results.values()} == {Verdict.PASSED}
    assert (rule.id, rule.verdict, rule.standing) == ("v16.wire.frame.array", Verdict.FAILED, Standing.NEWS)
    assert rule.message.startswith("2 of 3 in 2 scenarios, first in v16.core.feature.one #0")
    assert run.footer is not None
    assert (run.footer.news, run.truncated) == (1, False)


def test_strict_levels_reach_the_rules(play, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    """With strict levels a rule fails that would only remark."""
    play(scenario_of("one", "hear(trace, SHOULD)"), "--strict-levels")
    assert record.read(pytester.path / "out" / "run.jsonl").rules[0].verdict is Verdict.FAILED


def test_list_that_does_not_fit_is_told_in_the_footer(play, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    """Entries of the expected list that nothing needed are part of the record, as are the options for another try."""
    pytester.path.joinpath("acme.toml").write_text('[csms]\nexpected = "list.toml"\n', encoding="utf-8")
    entry = '["v16.firmware.*"]\nverdict = "failed"\nreason = "r"\n'
    pytester.path.joinpath("list.toml").write_text(entry, encoding="utf-8")
    play(scenario_of("one", GOOD), "--target=acme.toml")
    run = record.read(pytester.path / "out" / "run.jsonl")
    assert run.header.options == ("--target=acme.toml",)
    assert run.footer is not None
    assert "match nothing that was played: v16.firmware.*" in run.footer.remarks[0]


def test_options_select_scenarios(play) -> None:  # type: ignore[no-untyped-def]
    """Only the selected scenarios are played."""
    assert list(play(scenario_of("one", GOOD) + scenario_of("two", GOOD), "--scenario=*.two")) == ["two"]


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
    body = "\ndef test_ordinary():\n    assert True\n" + scenario_of("one", GOOD)
    assert list(play(body)) == ["one"]


def test_scenarios_that_wait_come_first(play, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    """Those that wait for a declared time are not left to the end, where nothing else is to be done."""
    pytester.makefile(".toml", target="[policies]\ncall_timeout = 1\n")
    body = scenario_of("a", GOOD) + scenario_of("b", GOOD, needs='Declares("call_timeout")')
    assert list(play(body, "--target=target.toml", "--at-once=1")) == ["b", "a"]


def test_record_says_how_many_were_selected(play, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    """The header counts scenarios, over the acts of all processes."""
    body = "".join(scenario_of(name, GOOD) for name in "abc")
    play(body, "-pxdist.plugin", "-n2")
    run = record.read(pytester.path / "out" / "run.jsonl")
    assert (run.header.selected, len(run.results), run.truncated) == (3, 3, False)


def test_strict_levels_reach_the_judgement(play) -> None:  # type: ignore[no-untyped-def]
    """With strict levels a SHOULD fails the scenario."""
    body = scenario_of("one", "hear(trace); check.equal(1, 2, clause='c', level='SHOULD')")
    assert play(body, "--strict-levels")["one"].verdict is Verdict.FAILED
