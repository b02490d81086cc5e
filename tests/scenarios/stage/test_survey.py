"""What is not there at all is asked once, and only where it may be absent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from harness.csms import DriverError
from harness.findings import UNOFFERED
from harness.scenario import Scenario
from harness.settings import FeaturesSection, Settings
from scenarios.stage.identities import Identities
from scenarios.stage.stage import Stage
from server.driver import ReferenceDriver


def scenarios(*ids: str) -> list[Scenario]:
    """Return scenarios of these ids."""
    return [Scenario(id, "It does.", ("c",), (), (), (), (), __name__) for id in ids]


CORE, FIRMWARE, SECURITY = "v16.core.a.one", "v16.firmware.a.one", "v16.security.a.one"
RESERVATION, CHARGING = "v16.reservation.a.one", "v16.smart-charging.a.one"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A stage with the reference central system."""
    async with Stage(Settings(), ReferenceDriver(), Identities(Settings())) as entered:
        yield entered


@pytest.mark.parametrize(
    ("variant", "missing"), [(None, []), ("without-security", [SECURITY]), ("without-reservation", [])]
)
async def test_profiles_that_are_not_there(variant: str | None, missing: list[str]) -> None:
    """A station of its own asks for them; an operation that the driver does not offer is not asked for."""
    async with Stage(Settings(), ReferenceDriver(variant=variant), Identities(Settings())) as stage:
        absent = await stage.absent(scenarios(CORE, FIRMWARE, RESERVATION, SECURITY, CHARGING))
    assert list(absent) == missing


async def test_survey_without_a_station_learns_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no station can be had, everything is there until a scenario says otherwise."""

    async def refuse(self: object, station: str) -> None:
        raise DriverError("no console")

    monkeypatch.setattr(ReferenceDriver, "provision_station", refuse)
    assert await stage.absent(scenarios(SECURITY, "v201.transport.a.one")) == {}


async def test_nobody_is_asked_for_what_is_always_there(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of one version without a scenario of a profile that may be absent makes no station for the survey."""

    async def never(self: object, station: str) -> None:
        raise AssertionError

    monkeypatch.setattr(ReferenceDriver, "provision_station", never)
    assert await stage.absent(scenarios(CORE, "v16.transport.a.one")) == {}


async def test_declared_profiles_are_not_asked_for() -> None:
    """What the target file declares is there, whatever a survey would say."""
    settings = Settings(features=FeaturesSection(profiles=("Core", "Security")))
    async with Stage(settings, ReferenceDriver(variant="without-security"), Identities(settings)) as stage:
        assert await stage.absent(scenarios(CORE, SECURITY)) == {}


async def test_version_that_is_not_offered_is_left_out() -> None:
    """Of two versions, the one that is not negotiated is not played, and the reason names its subprotocol."""
    async with Stage(Settings(), ReferenceDriver(versions=("1.6",)), Identities(Settings())) as stage:
        absent = await stage.absent(scenarios(CORE, "v201.transport.a.one"))
        assert await stage.absent(scenarios("v201.transport.a.one")) == {}
    assert absent == {"v201.transport.a.one": f"the target does not offer ocpp2.0.1; {UNOFFERED}"}
