"""Sessions against the reference, as it should be and with defects."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from harness.settings import Settings, load
from plugfest.targets import REFERENCE
from scenarios.exploration.explorer import Explored, Explorer
from scenarios.exploration.session import Unreached
from scenarios.exploration.steps import Verb, parse, written
from scenarios.stage.driver import driver_of

ALL = """
authorize A blocked; plug A.1; start A.1 accepted; meter A.1; repeat A; stop A.1 by-same one-value; repeat A
start A.2 unknown; meter A.2 signed; meter A.0 celsius; stop A.2 none by-blocked empty-data year-2001; unplug A.1
start A.1 member answer-lost; return A new-ids; stop A.1 EVDisconnected by-sibling many-values answer-lost; return A
stray-stop A never-given; stray-stop A minus-one; stray-stop A ended
start B.1 second meter=-5; meter B.1 answer-lost; return B boots-not
stray-stop A of-other-station; stop B.1 Remote by-second reactive nothing-charged
reserve A.1 member for-group; plug A.1; start A.1 sibling; stop A.1; reserve A.2; cancel A Rejected; cancel A
reserve A.2 second; start A.2 expired; stop A.2 by-unknown; fail A.2; repair A.2; reserve A.0; start A.1
reserve A.1 lost; return A; remote-stop A.1; remote-start A.0; remote-start A.0 second; reserve A.0
reset A Hard; return A; reset A Soft lost; return A; availability A.1 Inoperative; reserve A.1
availability A.0 Operative
unlock A.1; reboot A; overtake A
"""
"""A session in which every step makes sense."""

AWAY = """
lose B; start B.1; stop B.1 PowerLoss; start B.2 second; return B; lose A closed; reset A Hard; restart; return A
"""


def explorer(mutant: str | None = None, *, patience: float = 5.0, **options: Any) -> Explorer:
    """Return an explorer of the reference, or of a mutant."""
    settings = load(REFERENCE, {"PLUGFEST_CSMS_PATIENCE": str(patience)})
    return Explorer(settings, driver_of(settings, mutant), **{"seed": 0, "seconds": 60.0, **options})


async def replayed(text: str, mutant: str | None = None, **options: Any) -> Explored:
    """Play a session."""
    return await explorer(mutant, **options).replay(parse(text))


@pytest.mark.parametrize("text", [ALL, AWAY])
async def test_reference_does_nothing_wrong(text: str) -> None:
    """Every step of a long session is played against the reference, and there is nothing to find or to remark."""
    explored = await replayed(text, strict=True)
    assert explored.counterexamples == []
    assert explored.steps == len(parse(text))


def test_every_verb_is_tried() -> None:
    """Those two sessions have steps of every verb."""
    assert {step.verb for text in (ALL, AWAY) for step in parse(text)} == set(Verb)


MUTANTS: Sequence[tuple[str, str, str]] = [
    ("start-without-id", "start A.1", "OCPP-J 1.6 4.2.4"),
    ("start-accepts-all", "start A.1 blocked", "OCPP 1.6 4.8"),
    ("transaction-id-constant", "start A.1; start A.2 second", "OCPP 1.6 errata 3.54"),
    ("stop-closes-all", "start A.1; start A.2 second; stop A.2", "OCPP 1.6 4.10"),
    ("stop-closes-none", "start A.1; stop A.1", "OCPP 1.6 4.10"),
    ("stop-of-other-station", "start B.1; stray-stop A of-other-station", "OCPP 1.6 4.10"),
    ("stop-of-nothing-guessed", "start A.1; stray-stop A minus-one", "OCPP 1.6 4.10"),
    ("old-start-invalid", "lose A; start A.1; return A", "OCPP 1.6 4.8"),
    ("reservation-tag-mangled", "reserve A.1", "OCPP 1.6 6.37"),
    ("reservation-id-constant", "reserve A.1; reserve A.2 second", "OCPP 1.6 6.37"),
    ("cancelled-reservation-mistaken", "reserve A.1; cancel A", "OCPP 1.6 6.5"),
    ("remote-start-tag-mangled", "remote-start A.1", "OCPP 1.6 6.33"),
    ("remote-stop-foreign-transaction", "start A.1; remote-stop A.1", "OCPP 1.6 6.35"),
    ("reset-type-swapped", "reset A Hard", "OCPP 1.6 6.39"),
    ("lost-call-taken-for-accepted", "reset A Hard lost; return A", "OCPP-J 1.6 4.1.1"),
    ("away-order-delivered-twice", "reboot A; lose A; reset A Hard; return A", "OCPP-J 1.6 5.4"),
    ("answered-operation-sent-again", "reset A Hard Rejected; lose A; return A", "OCPP-J 1.6 5.4"),
    ("lost-without-close-unnoticed", "plug A.1; lose A; return A", "OCPP-J 1.6 5.4"),
]


@pytest.mark.parametrize(("mutant", "text", "clause"), MUTANTS)
async def test_defects_are_found(mutant: str, text: str, clause: str) -> None:
    """A defect is a counterexample, with the clause that is broken and what shows it."""
    [found] = (await replayed(text, mutant, patience=0.5)).counterexamples
    assert found.check.clause == clause
    assert written(found.played.steps) == written(parse(text))


REMARKS: Sequence[tuple[str, str]] = [
    ("repeated-start-runs-twice", "start A.1 answer-lost; return A"),
    ("repeated-stop-refused", "start A.1; stop A.1; repeat A"),
    ("away-order-forgotten", "reboot A; lose A; reset A Hard; return A"),
    ("shown-offline-after-return", "reboot A; lose A; return A boots-not"),
    ("transactions-dated-by-arrival", "lose A; start A.1; return A"),
    ("reservation-outlives-failure", "reserve A.1; fail A.1"),
]


@pytest.mark.parametrize(("mutant", "text"), REMARKS)
async def test_what_is_only_recommended_is_remarked(mutant: str, text: str) -> None:
    """What the text does not demand is no counterexample, unless one is strict."""
    explored = await replayed(text, mutant, patience=0.5)
    assert (explored.counterexamples, len(explored.remarks) > 0) == ([], True)
    assert (await replayed(text, mutant, patience=0.5, strict=True)).counterexamples


async def test_search_finds_and_shortens() -> None:
    """A defect is found by itself, with few steps, and shows again."""
    explored = await explorer("stop-closes-none", patience=0.5, seed=1, first=True).explore()
    [found] = explored.counterexamples
    assert found.shown == 2
    assert len(found.played.steps) <= 3


async def test_known_defects_do_not_hide_others() -> None:
    """The search goes on after a counterexample, and tells each cause once."""
    explored = await explorer("start-without-id", patience=0.5, seconds=3.0).explore()
    assert len({found.check.clause for found in explored.counterexamples}) == len(explored.counterexamples) >= 1


async def test_same_seed_draws_the_same() -> None:
    """Two searches with one seed find the same in the same session."""
    found = [
        (await explorer("start-with-meter", patience=0.5, seed=4, first=True).explore()).counterexamples[0]
        for _ in range(2)
    ]
    assert found[0].session == found[1].session
    assert written(found[0].played.steps) == written(found[1].played.steps)


async def test_interruption_keeps_what_was_done() -> None:
    """Whoever cancels the search gets what was done until then."""
    exploring = explorer()
    task = asyncio.create_task(exploring.explore())
    while exploring.explored.sessions < 3:  # noqa: ASYNC110 - the search is in a thread, and tells nobody
        await asyncio.sleep(0.01)
    task.cancel()
    explored = await task
    assert explored.interrupted
    assert explored.sessions >= 3


async def test_nobody_there() -> None:
    """An endpoint that nobody serves is told as such."""
    settings = Settings.model_validate({"csms": {"endpoint": "ws://127.0.0.1:9/ocpp", "patience": 0.2}})
    with pytest.raises(Unreached, match="cannot be reached"):
        await Explorer(settings, driver_of(settings), seed=0, seconds=1.0).explore()


async def test_abilities_decide_what_is_drawn() -> None:
    """Steps for which the driver or the target lacks something are not drawn."""
    settings = load(REFERENCE).model_copy(
        update={"features": load(REFERENCE).features.model_copy(update={"profiles": ("Core",)})}
    )
    one = Explorer(settings, driver_of(settings), seed=0, seconds=0.0)
    assert set(Verb) - {*(await one.explore()).verbs} == {Verb.RESERVE, Verb.CANCEL}
