"""The suite against central systems that do nothing useful: what passes there has a reason, or proves nothing."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from harness.csms import Driver, Operation
from harness.playing import Player, Terms
from harness.record import Result
from harness.scenario import Catalogue, Part, parts_of
from harness.settings import CsmsSection, Settings
from harness.verdict import Verdict
from harness.versions import VERSIONS
from scenarios.stage.identities import Identities
from scenarios.stage.stage import Stage
from tests.null_systems.systems import (
    AnswersAll,
    ClosesAlways,
    LetsInOnly,
    NeverCalls,
    RefusesAll,
    RefusesOrders,
    SaysNothing,
    TurnsAwayAll,
)

AT_ONCE = 150
PATIENCE = 5.0
"""Seconds that stations wait: long enough for what is answered to come on a busy machine."""

BRIEF = 2.0
"""Seconds that they wait where only a handshake is answered, and everything is waited for."""

SYSTEMS: dict[str, tuple[type[Driver], float]] = {
    "never-calls": (NeverCalls, PATIENCE),
    "answers-all": (AnswersAll, PATIENCE),
    "refuses-all": (RefusesAll, PATIENCE),
    "lets-in-only": (LetsInOnly, PATIENCE),
    "closes-always": (ClosesAlways, PATIENCE),
    "turns-away-all": (TurnsAwayAll, PATIENCE),
    "says-nothing": (SaysNothing, BRIEF),
}

LIST = tomllib.loads(Path(__file__).with_name("may_pass.toml").read_text(encoding="utf-8"))["may_pass"]
"""Which scenarios may pass or remark on which systems, as globs of their ids, and why."""


def suite() -> list[Part]:
    """Return all scenarios."""
    modules = {one.module for one in Catalogue.load()}
    members = [(name, member) for name in sorted(modules) for member in vars(sys.modules[name]).values()]
    return [part for name, member in members for part in parts_of(member) if part.scenario.module == name]


def gives_orders(part: Part) -> bool:
    """Return whether a scenario has something done by the operator."""
    return any(isinstance(need, type) and issubclass(need, Operation) for need in part.scenario.needs)


async def played(driver: Driver, patience: float, parts: Sequence[Part]) -> list[Result]:
    """Return what came of scenarios."""
    settings = Settings(csms=CsmsSection(patience=patience, versions=tuple(VERSIONS)))
    results: list[Result] = []
    stage = Stage(settings, driver, Identities(settings))
    await Player(stage, Terms(settings, AT_ONCE), results.append).play(parts)
    return results


@pytest.mark.parametrize("name", SYSTEMS)
async def test_nothing_passes_without_a_reason(name: str) -> None:
    """No scenario ends in error, none passes that is not listed, and nothing is listed that does not pass."""
    system, patience = SYSTEMS[name]
    results = await played(system(), patience, suite())
    passed = [one.id for one in results if one.verdict in (Verdict.PASSED, Verdict.REMARKED)]
    listed = [glob for entry in LIST if name in entry["on"] for glob in entry["scenarios"]]

    assert [f"{one.id}: {one.message}" for one in results if one.verdict is Verdict.ERROR] == []
    assert [id for id in passed if not any(fnmatchcase(id, glob) for glob in listed)] == []
    assert [glob for glob in listed if not any(fnmatchcase(id, glob) for id in passed)] == []


async def test_refused_order_accuses_nobody() -> None:
    """Where every order is refused, none fails, and only those learn something to which a refusal is an answer."""
    results = await played(RefusesOrders(), PATIENCE, [part for part in suite() if gives_orders(part)])
    nothing = (Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE)

    assert {one.id: one.verdict for one in results if one.verdict not in nothing} == {
        "v16.core.registration.pending-stays-open": Verdict.PASSED,
        "v16.remote-trigger.boot.of-a-pending-station": Verdict.REMARKED,
        "v16.resilience.crash.waiting-orders": Verdict.PASSED,
        "v201.resilience.crash.waiting-orders": Verdict.PASSED,
    }


@pytest.mark.parametrize("entry", LIST, ids=lambda entry: entry["scenarios"][0])
def test_entry_is_of_use(entry: dict[str, list[str]]) -> None:
    """An entry names systems that there are, and gives a reason."""
    assert set(entry) == {"on", "reason", "scenarios"}
    assert set(entry["on"]) <= set(SYSTEMS)
    assert entry["reason"]
