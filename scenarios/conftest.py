"""Has the suite played on its stage."""

from __future__ import annotations

from harness.adversity import Adversity
from harness.settings import Settings
from scenarios.stage.driver import driver_of
from scenarios.stage.identities import Identities
from scenarios.stage.stage import Stage


def pytest_plugfest_stage(settings: Settings, mutant: str | None, adversity: Adversity, number: int, of: int) -> Stage:
    """Build the stage for the target."""
    return Stage(settings, driver_of(settings, mutant), Identities(settings, number, of), adversity)
