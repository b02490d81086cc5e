"""Playing scenarios: side by side, within bounds, and each with a verdict of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.csms import DriverError, Refused
from harness.csms.abilities import Restart
from harness.csms.v16 import Reset
from harness.playing import Terms
from harness.scenario import PROXY, Crowd, Declares, Member, Need, Part, family, parts_of
from harness.settings import Settings, load
from harness.trace import Direction, Event, Trace
from harness.verdict import POLICY, SHOULD, Checks, Inconclusive, Nonconformity, Verdict
from tests.harness.rehearsal import Empty, Idle, Turnstile, hear, part, play, several

TERMS = Terms(Settings())


def passes(check: Checks, trace: Trace) -> None:
    """See something of the central system, and find it right."""
    hear(trace)
    check.equal(1, 1, clause="c")


def passing(name: str = "one", *needs: Any) -> Part:
    """Return a scenario that passes."""

    async def function(check: Checks, trace: Trace) -> None:
        passes(check, trace)

    return part(function, name, *needs)


def differs(check: Checks, trace: Trace, **more: Any) -> None:
    """See something of the central system, and find it wrong."""
    hear(trace)
    check.equal(1, 2, clause="c", **more)


def differs_and_raises(error: Exception) -> Callable[[Checks, Trace], None]:
    """Return what finds something wrong, and is ended by an error."""

    def acted(check: Checks, trace: Trace) -> None:
        differs(check, trace)
        raise error

    return acted


def raises(error: Exception) -> Callable[[Checks, Trace], None]:
    """Return what is ended by an error."""

    def acted(check: Checks, trace: Trace) -> None:
        raise error

    return acted


@pytest.mark.parametrize(
    ("acted", "verdict"),
    [
        (passes, Verdict.PASSED),
        (differs, Verdict.FAILED),
        (lambda check, trace: differs(check, trace, level=SHOULD), Verdict.REMARKED),
        (lambda check, trace: differs(check, trace, axis=POLICY), Verdict.REMARKED),
        (lambda check, trace: check.equal(1, 1, clause="c"), Verdict.INCONCLUSIVE),
        (lambda check, trace: hear(trace), Verdict.INCONCLUSIVE),
        (raises(Nonconformity("an answer", "silence", clause="c")), Verdict.FAILED),
        (raises(Inconclusive("not reached")), Verdict.INCONCLUSIVE),
        (raises(Refused("not today")), Verdict.INCONCLUSIVE),
        (differs_and_raises(Inconclusive("late")), Verdict.FAILED),
        (differs_and_raises(KeyError("ours")), Verdict.ERROR),
        (raises(TimeoutError("ours")), Verdict.ERROR),
    ],
)
async def test_verdict_follows_from_what_happened(acted: Callable[[Checks, Trace], object], verdict: Verdict) -> None:
    """Checks, judged frames and the exception that ended the scenario decide its verdict."""

    async def function(check: Checks, trace: Trace) -> None:
        acted(check, trace)

    assert (await play(part(function), terms=TERMS))["one"].verdict is verdict


async def test_strict_promotes_what_only_remarks() -> None:
    """With strict levels a SHOULD fails the scenario."""

    async def function(check: Checks, trace: Trace) -> None:
        differs(check, trace, level=SHOULD)

    results = await play(part(function), terms=Terms(Settings(), strict=True))
    assert results["one"].verdict is Verdict.FAILED


async def test_nothing_starts_for_scenarios_that_are_not_applicable() -> None:
    """Unmet needs are found before the stage is entered, and nothing is guessed that the target does not declare."""
    stage = Empty()
    results = await play(
        passing("operation", Reset), passing("policy", Declares("call_timeout")), stage=stage, terms=TERMS
    )
    assert {result.verdict for result in results.values()} == {Verdict.NOT_APPLICABLE}
    assert results["operation"].message == "the driver cannot perform Reset"
    assert "call_timeout" in results["policy"].message
    assert stage.entered == 0


@pytest.mark.parametrize("stage", [Empty(before=OSError("no room")), Empty(after=OSError("no way back"))])
async def test_trouble_around_a_scenario_is_an_error(stage: Empty) -> None:
    """What breaks in setting or clearing the scene is never the central system's fault."""
    result = (await play(passing(), stage=stage, terms=TERMS))["one"]
    assert (result.verdict, "no " in result.message) == (Verdict.ERROR, True)


async def test_scene_that_cannot_be_had_is_inconclusive() -> None:
    """A stage may find that the question cannot be asked."""
    result = (await play(passing(), stage=Empty(before=Inconclusive("no tag")), terms=TERMS))["one"]
    assert (result.verdict, result.message) == (Verdict.INCONCLUSIVE, "no tag")


async def test_without_a_stage_every_scenario_is_an_error() -> None:
    """A central system that does not start is told by each scenario that it keeps from being played."""
    stage = Empty(entering=DriverError("port in use"))
    results = await play(passing("one"), passing("two"), stage=stage, terms=TERMS)
    assert {(name, one.verdict, one.message) for name, one in results.items()} == {
        ("one", Verdict.ERROR, "DriverError: port in use"),
        ("two", Verdict.ERROR, "DriverError: port in use"),
    }


async def test_scenario_that_never_ends_is_inconclusive() -> None:
    """A scenario is bounded by a multiple of the patience."""

    async def function(check: Checks) -> None:
        await asyncio.Event().wait()

    terms = Terms(load(None, {"PLUGFEST_CSMS_PATIENCE": "0.005"}))
    result = (await play(part(function), terms=terms))["one"]
    assert (result.verdict, "not through" in result.message) == (Verdict.INCONCLUSIVE, True)


async def test_trace_is_kept_in_a_file(tmp_path: Path) -> None:
    """The wire of a scenario is a file of its own, one line per event."""
    result = (await play(passing(), terms=Terms(Settings(), out=tmp_path)))["one"]
    assert len((tmp_path / str(result.trace)).read_text(encoding="utf-8").splitlines()) == 1


async def test_member_of_a_family_gets_its_case() -> None:
    """One function plays all cases, each under its own id."""

    async def function(check: Checks, trace: Trace, case: int) -> None:
        hear(trace)
        check.equal(case, 1, clause="c")

    members = [Member(id=f"v16.core.feature.n{n}", title="It does.", case=n, spec=["c"]) for n in (1, 2)]
    results = await play(*parts_of(family(members)(function)), terms=TERMS)
    assert {id: one.verdict for id, one in results.items()} == {"n1": Verdict.PASSED, "n2": Verdict.FAILED}


async def test_scenarios_wait_side_by_side() -> None:
    """All of them are under way at once where there is room for all."""
    turnstile = Turnstile(3)

    async def acted(name: str) -> None:
        await turnstile.pass_through()

    await play(*several(acted, ["a", "b", "c"]), terms=TERMS)
    assert turnstile.most == 3


async def test_no_more_are_under_way_than_there_is_room_for() -> None:
    """A bound of one plays them one after the other, in their order."""
    turnstile = Turnstile(1)

    async def acted(name: str) -> None:
        await turnstile.pass_through()

    results = await play(*several(acted, ["c", "a", "b"]), terms=TERMS, at_once=1)
    assert (turnstile.most, list(results)) == (1, ["c", "a", "b"])


async def test_result_is_told_as_soon_as_it_is_there() -> None:
    """A scenario that is through does not wait for one that began before it."""
    through = asyncio.Event()

    async def acted(name: str) -> None:
        if name == "fast":
            through.set()
        await through.wait()
        if name == "slow":
            await asyncio.sleep(0.01)

    assert list(await play(*several(acted, ["slow", "fast"]), terms=TERMS)) == ["fast", "slow"]


async def test_one_scenario_does_not_colour_another() -> None:
    """Checks, wire and errors of scenarios that are under way together are kept apart."""
    turnstile = Turnstile(2)

    async def breaks(check: Checks, trace: Trace) -> None:
        await turnstile.pass_through()
        differs_and_raises(KeyError("ours"))(check, trace)

    async def holds(check: Checks, trace: Trace) -> None:
        await turnstile.pass_through()
        passes(check, trace)

    results = await play(part(breaks, "breaks"), part(holds, "holds"), terms=TERMS)
    assert {name: (one.verdict, len(one.checks)) for name, one in results.items()} == {
        "breaks": (Verdict.ERROR, 1),
        "holds": (Verdict.PASSED, 1),
    }


@pytest.mark.parametrize(("used", "plays"), [(True, ["used", "fresh"]), (False, ["fresh"])])
async def test_what_does_not_pass_on_a_used_scene_is_played_again(used: bool, plays: list[str]) -> None:
    """Only the play on a fresh scene counts, so that nobody is blamed for what another scenario caused."""
    stage = Empty()
    stage.used = used

    async def function(check: Checks, trace: Trace) -> None:
        hear(trace)
        check.equal(stage.plays[-1], "fresh", clause="c")

    results = await play(part(function), stage=stage, terms=TERMS)
    assert (results["one"].verdict, stage.plays) == (Verdict.PASSED, plays)


async def test_what_passes_on_a_used_scene_is_played_once() -> None:
    """Only trouble is worth a second look."""
    stage = Empty()
    stage.used = True
    results = await play(passing(), stage=stage, terms=TERMS)
    assert (results["one"].verdict, stage.plays) == (Verdict.PASSED, ["used"])


@pytest.mark.parametrize("need", [Restart, Crowd(2)])
async def test_scenario_that_disturbs_others_is_played_alone(need: Need) -> None:
    """One that restarts the central system, or brings a crowd, begins when all others are through."""
    under_way: list[str] = []

    class Restarting(Idle):
        async def kill(self) -> None: ...

        async def restart(self) -> None: ...

    async def alone(check: Checks, trace: Trace) -> None:
        assert under_way == []
        passes(check, trace)

    async def acted(name: str) -> None:
        under_way.append(name)
        await asyncio.sleep(0.01)
        under_way.remove(name)

    stage = Empty()
    stage.driver = Restarting()
    results = await play(part(alone, "alone", need), *several(acted, ["a", "b"]), stage=stage, terms=TERMS)
    assert (list(results)[-1], results["alone"].verdict) == ("alone", Verdict.PASSED)


async def test_profile_that_is_not_there_takes_its_scenarios_along() -> None:
    """Scenarios of a profile that the central system does not have are not applicable, all for the same reason."""
    stage, parts = Empty(), [passing("one"), passing("two")]
    stage.missing = {part.scenario.id: "Core: not there" for part in parts}
    results = await play(*parts, stage=stage, terms=TERMS)
    assert {(one.verdict, one.message) for one in results.values()} == {(Verdict.NOT_APPLICABLE, "Core: not there")}
    assert (stage.asked, stage.plays) == ([frozenset(stage.missing)], [])


async def test_survey_that_breaks_is_an_error_of_every_scenario() -> None:
    """A stage that cannot say what is there lets nobody play, and each scenario says why."""

    class Broken(Empty):
        async def absent(self, scenarios: object) -> Any:
            raise RuntimeError("no idea")

    (result,) = (await play(passing(), stage=Broken(), terms=TERMS)).values()
    assert (result.verdict, result.message) == (Verdict.ERROR, "RuntimeError: no idea")


def striking(times: int, name: str = "one", *needs: Any) -> Part:
    """Return a scenario whose connection the network ends so many times before it passes."""
    left = [times]

    async def function(check: Checks, trace: Trace) -> None:
        left[0] -= 1
        if left[0] < 0:
            passes(check, trace)
            return
        differs(check, trace)
        trace.add("CP", Direction.SENT, Event.LOST, "the network is down")

    return part(function, name, *needs)


async def test_what_the_network_struck_is_played_again() -> None:
    """A scenario that failed while the network came between is played again, and only the last time counts."""
    result = (await play(striking(3), terms=TERMS))["one"]
    assert (result.verdict, len(result.checks)) == (Verdict.PASSED, 1)


async def test_network_that_always_strikes_accuses_nobody() -> None:
    """A scenario in which the network comes between each time remains open, and says why."""
    result = (await play(striking(99), terms=TERMS))["one"]
    assert (result.verdict, result.checks) == (Verdict.INCONCLUSIVE, ())
    assert result.message == "the network struck in each of 10 attempts, at last: the network is down"


async def test_scenario_that_makes_the_faults_is_played_once() -> None:
    """What a scenario does to its own network is no reason to play it again."""
    assert (await play(striking(1, "one", PROXY), terms=TERMS))["one"].verdict is Verdict.FAILED


async def test_fault_that_was_asked_for_accuses_nobody() -> None:
    """A scenario that fails after such a fault remains open and tells both; one that passes tells of the fault."""

    async def failing(check: Checks, trace: Trace) -> None:
        trace.add("CP", Direction.RECEIVED, Event.FAULT, "drop X 1")
        differs(check, trace)

    async def holding(check: Checks, trace: Trace) -> None:
        trace.add("CP", Direction.RECEIVED, Event.FAULT, "drop X 1")
        passes(check, trace)

    results = await play(part(failing, "failing"), part(holding, "holding"), terms=TERMS)
    said = "a fault that was asked for struck (drop X 1); it would have been failed: c: expected 2, observed 1"
    assert [(one.verdict, one.message, one.struck) for one in results.values()] == [
        (Verdict.INCONCLUSIVE, said, ["drop X 1"]),
        (Verdict.PASSED, "", ["drop X 1"]),
    ]
