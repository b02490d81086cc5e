"""Tests of who takes part in a scenario."""

from __future__ import annotations

import pytest

from harness.csms import Tag, TagStatus, Unsupported
from harness.csms.console import Csms
from harness.drivers.none import NoDriver
from harness.settings import Settings, load
from harness.trace import Trace
from scenarios.stage.identities import Identities, Loan
from scenarios.stage.population import SecureStations, Stations, Tags
from server.driver import ReferenceDriver
from simulators.connection import Endpoint
from simulators.v16 import ChargePoint


class Provisioning:
    """A driver that makes and forgets stations, and remembers which."""

    operations = frozenset[object]()

    def __init__(self) -> None:
        self.made: list[str] = []
        self.forgotten: list[str] = []

    async def provision_station(self, station: str) -> None:
        """Make a station known."""
        self.made.append(station)

    async def remove_station(self, station: str) -> None:
        """Forget a station."""
        self.forgotten.append(station)


def target(**variables: str) -> Settings:
    """Return the settings of a target with these environment variables."""
    return load(None, {f"PLUGFEST_{name.upper()}": value for name, value in variables.items()})


def stations(run: Settings, driver: Provisioning, loan: Loan) -> Stations:
    """Return what makes the stations of a scenario."""
    csms = Csms(driver, patience=5, kept=run.stations.identities)  # type: ignore[arg-type]
    return Stations(ChargePoint, run, loan, driver, csms, Endpoint("ws://127.0.0.1:1"), Trace())  # type: ignore[arg-type]


async def test_listed_station_is_not_provisioned() -> None:
    """A station of the target file is used as it is; one that is made up is made known, and forgotten afterwards."""
    driver, run = Provisioning(), target(stations_identities="CP-1")
    made = stations(run, driver, Loan(Identities(run)))
    assert (await made.new()).id == "CP-1"
    await made.new("MADE-UP")
    await made.leave()
    assert driver.made == driver.forgotten == ["MADE-UP"]


async def test_credentials_of_a_listed_station_stay() -> None:
    """A station that a scenario gives credentials of its own is made up, lest a listed one cannot get in any more."""
    run = target(stations_identities="CP-1")
    async with ReferenceDriver() as driver:
        csms = Csms(driver, patience=5, kept=run.stations.identities)
        made = Stations(ChargePoint, run, Loan(Identities(run)), driver, csms, Endpoint(driver.endpoint), Trace())
        secured = await SecureStations(made, csms).station(1)
        assert secured.id != "CP-1"
        await made.leave()


async def test_conduct_of_an_identity_outlives_the_scenario() -> None:
    """A station that meets an identity in a later scenario, and a twin of it, keep to what the earlier one did."""
    run = target(stations_identities="CP-1", stations_pace="5")
    identities = Identities(run)
    async with identities.loan(several=False) as loan:
        first = await stations(run, Provisioning(), loan).new()
    async with identities.loan(several=False) as loan:
        later = stations(run, Provisioning(), loan)
        second = await later.new()
        assert first.conduct is second.conduct is later.twin(second).conduct


def test_unknown_tag_is_never_the_same() -> None:
    """What one scenario taught the central system of a tag must not meet another, whatever the target file lists."""
    tags = Tags(target(id_tags_invalid="0000"), ReferenceDriver())
    assert tags.unknown() != tags.unknown() != "0000"


def test_invalid_tag_is_that_of_the_target_file() -> None:
    """A central system that accepts tags it never heard of names one that it calls Invalid."""
    assert Tags(target(id_tags_invalid="0000"), ReferenceDriver()).invalid() == "0000"
    assert Tags(target(), ReferenceDriver()).invalid()


class Limited(NoDriver):
    """A driver that can only make accepted tags."""

    async def provision_tag(self, tag: Tag) -> None:
        """Make a tag, or say that the product has no such state."""
        if tag.status is not TagStatus.ACCEPTED:
            raise Unsupported(f"no {tag.status}")


async def test_tag_of_the_target_file_stands_in_for_one_that_cannot_be_made() -> None:
    """Where the product cannot be told of a state, the target file's tag in that state is used, if it names one."""
    tags = Tags(target(id_tags_expired="04E1"), Limited())
    assert await tags.expired() == "04E1"
    with pytest.raises(Unsupported, match="no Blocked"):
        await tags.blocked()
    assert await tags.accepted()
