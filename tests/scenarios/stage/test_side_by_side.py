"""What is said of a central system does not depend on how many scenarios are under way at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.playing import Player, Terms
from harness.record import Result
from harness.scenario import Part, parts_of
from harness.settings import load
from scenarios.stage.identities import Identities
from scenarios.stage.stage import Stage
from scenarios.v16.core import test_boot
from scenarios.validation import test_calls
from server.driver import ReferenceDriver

SETTINGS = load(None, {"PLUGFEST_CSMS_PATIENCE": "1"})


def chosen() -> Sequence[Part]:
    """Return some scenarios with a station of their own, and some that share booted ones, good and bad CALLs mixed."""
    bad, good = parts_of(test_calls.test_invalid_call_is_refused), parts_of(test_calls.test_valid_call_is_accepted)
    own = parts_of(test_boot.test_boot_answer_is_complete)
    return [good[0], bad[0], good[1], *own, bad[1], good[2], bad[2]]


async def verdicts(mutant: str | None, at_once: int) -> dict[str, str]:
    """Play the scenarios, and return what each says."""
    results: list[Result] = []
    stage = Stage(SETTINGS, ReferenceDriver(mutant), Identities(SETTINGS))
    await Player(stage, Terms(SETTINGS, at_once), results.append).play(chosen())
    return {result.id: result.verdict.value for result in results}


@pytest.mark.parametrize("mutant", [None, "refusals-unanswered", "nothing-answered"])
async def test_verdicts_are_the_same_one_at_a_time_and_many_at_once(mutant: str | None) -> None:
    """Against a system that answers, that leaves some CALLs unanswered, and that is silent."""
    single, many = await verdicts(mutant, 1), await verdicts(mutant, 64)
    assert single == many
    assert len(set(single.values())) == (2 if mutant == "refusals-unanswered" else 1)
