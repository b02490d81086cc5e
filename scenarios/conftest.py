"""Has the suite played on its stage."""

from __future__ import annotations

from collections.abc import Sequence

from harness.adversity import Adversity
from harness.scenario import Part
from harness.settings import Settings
from scenarios.stage.driver import driver_of
from scenarios.stage.identities import Identities
from scenarios.stage.stage import Stage


def pytest_plugfest_stage(settings: Settings, mutant: str | None, adversity: Adversity, number: int, of: int) -> Stage:
    """Build the stage for the target."""
    return Stage(settings, driver_of(settings, mutant), Identities(settings, number, of), adversity)


def pytest_plugfest_ordered(parts: Sequence[Part], settings: Settings) -> Sequence[Part] | None:
    """Order scenarios for a person: what takes none first, then one operation after the other, so as to stay at it."""
    if settings.csms.driver != "manual":
        return None
    return sorted(parts, key=lambda part: (_asked(part), part.scenario.id))


def _asked(part: Part) -> tuple[int, list[str]]:
    names = sorted(operation.action() for operation in part.scenario.operations)
    return len(names), names
