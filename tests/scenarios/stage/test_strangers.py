"""Stations that are made up: nobody is accused of turning a stranger away."""

from __future__ import annotations

from typing import Any

import pytest

from harness.csms import Registration
from harness.drivers.none import NoDriver
from harness.settings import Settings
from harness.verdict import Inconclusive
from scenarios.stage.strangers import Strangers
from server.driver import ReferenceDriver
from simulators.connection import Endpoint
from simulators.manners import Manners
from simulators.station import Station
from simulators.v16 import ChargePoint
from simulators.v201 import ChargingStation

NOWHERE = Endpoint("ws://127.0.0.1:9/ocpp")
CONDUCT = Manners().of("STRANGER")


def settings(**tables: Any) -> Settings:
    """Return the settings of a target that nobody operates."""
    return Settings(**{"csms": {"driver": "none", "patience": 1}, **tables})


async def test_strangers_that_are_not_let_in() -> None:
    """Where a made-up station is refused, scenarios that need a known one are told what to do; it is tried once."""
    async with ReferenceDriver() as driver:
        strangers = Strangers(settings(), NoDriver(), Endpoint(driver.endpoint))
        with pytest.raises(Inconclusive, match=r"not served \(HTTP 404\): list some that it knows in \[stations"):
            await strangers.demand_served(ChargePoint, "STRANGER", CONDUCT)
        await driver.provision_station("STRANGER")
        with pytest.raises(Inconclusive, match="HTTP 404"):
            await strangers.demand_served(ChargePoint, "STRANGER", CONDUCT)


async def test_strangers_that_are_not_accepted() -> None:
    """A made-up station that is let in and told to wait is not served either."""
    async with ReferenceDriver() as driver:
        await driver.provision_station("STRANGER")
        await driver.set_registration("STRANGER", Registration.PENDING)
        with pytest.raises(Inconclusive, match="their BootNotification is answered Pending"):
            await Strangers(settings(), NoDriver(), Endpoint(driver.endpoint)).demand_served(
                ChargePoint, "STRANGER", Manners().of("STRANGER")
            )


async def test_strangers_that_are_served() -> None:
    """Where a made-up station is accepted, it is as good as any."""
    async with ReferenceDriver(accept_unknown=True) as driver:
        await Strangers(settings(), NoDriver(), Endpoint(driver.endpoint)).demand_served(
            ChargePoint, "STRANGER", Manners().of("STRANGER")
        )


async def test_target_that_cannot_be_reached_is_for_the_scenarios() -> None:
    """Whatever else goes wrong is judged where it happens."""
    await Strangers(settings(), NoDriver(), NOWHERE).demand_served(ChargePoint, "STRANGER", CONDUCT)


@pytest.mark.parametrize(
    ("tables", "driver"),
    [
        ({"stations": {"identities": ["CP1"]}}, NoDriver()),
        ({"policies": {"unknown_stations": "accepted"}}, NoDriver()),
        ({}, ReferenceDriver()),
    ],
)
async def test_stations_that_are_no_strangers(tables: dict[str, Any], driver: Any) -> None:
    """Nobody is tried where stations are listed, provisioned, or accepted by declaration."""
    strangers = Strangers(settings(**tables), driver, Endpoint("ws://nobody.may.ask.invalid"))
    await strangers.demand_served(ChargePoint, "CP1", CONDUCT)


async def test_strangers_are_tried_by_the_version_that_they_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """A station of a version that is turned away says nothing of those of another."""

    async def turned_away(self: object, station: Station) -> str | None:
        return "HTTP 400" if isinstance(station, ChargingStation) else None

    monkeypatch.setattr(Strangers, "_try", turned_away)
    strangers = Strangers(settings(), NoDriver(), NOWHERE)
    with pytest.raises(Inconclusive, match="HTTP 400"):
        await strangers.demand_served(ChargingStation, "STRANGER", CONDUCT)
    await strangers.demand_served(ChargePoint, "STRANGER", CONDUCT)
