"""Through the relay the simulated station bears out a central system, and finds out a bad one."""

from __future__ import annotations

import asyncio

import pytest

from harness.csms import CertificateRequest, SecureEndpoint, v16
from harness.trace import Direction, Event
from harness.verdict import Verdict
from server.driver import ReferenceDriver
from simulators.connection import Declined, Endpoint
from simulators.credentials import Trust
from simulators.v16 import ChargePoint
from tests.simulators.watched.conftest import PATIENCE, Watch, Watching


async def day(station: ChargePoint, driver: ReferenceDriver) -> None:
    """Have a station do what stations do, whatever comes of it."""
    await station.connect()
    for action, payload in station.core_calls("TAG"):
        await station.attempt(action, payload)
    await driver.perform(v16.Reset(station=station.id, type="Soft"))
    await station.probe()
    await station.leave()


async def watched(watching: Watching, mutant: str | None) -> Watch:
    """Return what a relay has heard of a day with the reference, or a mutant of it."""
    settings = {"accept_unknown": True, "accept_unknown_tags": True}
    async with ReferenceDriver(mutant, **settings) as driver:
        watch = await watching(Endpoint(driver.endpoint))
        station = watch.station()
        station.patience = 2 * PATIENCE
        await day(station, driver)
        await watch.heard(Event.CLOSED)
    return watch


async def test_reference_is_not_accused(watching: Watching) -> None:
    """Neither side of a proper day has a problem."""
    watch = await watched(watching, None)
    assert watch.broken() == []
    assert {one.verdict for one in watch.results().values()} == {Verdict.PASSED}
    assert {entry.direction for entry in watch.entries if entry.event is Event.TEXT} == set(Direction)


@pytest.mark.parametrize(
    ("mutant", "rule"),
    [
        ("boot-time-missing", "v16.wire.payload.BootNotification.response"),
        ("start-id-as-text", "v16.wire.payload.StartTransaction.response"),
        ("answer-id-upper-case", "v16.wire.unique-id.known"),
        ("heartbeat-answer-binary", "v16.wire.frame.text"),
    ],
)
async def test_mutant_is_found_out(watching: Watching, mutant: str, rule: str) -> None:
    """The rule that it breaks is one of the central system's, and the station is not blamed."""
    watch = await watched(watching, mutant)
    assert rule in watch.broken()
    assert all(one.startswith("v16.wire.") for one in watch.broken())
    assert watch.results()["v16.station.CP1"].verdict is Verdict.PASSED


async def test_central_system_with_tls_sees_the_certificate_of_the_target_file(watching: Watching) -> None:
    """A station without TLS comes through to an endpoint that demands a certificate, and its own password does."""
    async with ReferenceDriver() as driver:
        await driver.provision_station("CP1")
        await driver.set_security("CP1", 3, None)
        found = await driver.secure_endpoint(3)
        assert isinstance(found, SecureEndpoint)
        own = await driver.client_certificate(CertificateRequest(common_name="CP1"))
        trust = Trust(authority=found.authority, chain=own.chain, key=own.key)
        watch = await watching(Endpoint(found.url, trust.context(), found.authority))
        station = watch.station()
        await station.ready()
        await station.leave()
        await watch.heard(Event.CLOSED)
        untrusting = await watching(Endpoint(found.url, Trust().context()))
        outcome = await untrusting.station().knock()
    assert watch.broken() == []
    assert isinstance(outcome, Declined)
    assert outcome.status == 502
    ((_, why),) = untrusting.seen(Event.LOST)
    assert "TLS" in why


async def test_many_stations_at_once(watching: Watching) -> None:
    """Each has a conversation of its own, and none is accused of what another does."""
    async with ReferenceDriver(accept_unknown=True) as driver:
        watch = await watching(Endpoint(driver.endpoint))
        stations = [watch.station(identity=f"CP{number}") for number in range(20)]
        await asyncio.gather(*(station.ready() for station in stations))
        await stations[0].send("{}")
        await asyncio.gather(*(station.heartbeat() for station in stations))
        await asyncio.gather(*(station.leave() for station in stations))
        await watch.heard(Event.CLOSED, 20)
    assert watch.broken() == ["v16.station-wire.frame.array"]
    assert [id for id, one in watch.results().items() if one.breaches] == ["v16.station.CP0"]


async def test_mutant_that_answers_nothing_is_found_out(watching: Watching) -> None:
    """A CALL without an answer is a fault of who owed it."""
    async with ReferenceDriver("meter-values-unanswered", accept_unknown=True, accept_unknown_tags=True) as driver:
        watch = await watching(Endpoint(driver.endpoint))
        station = watch.station()
        station.patience = PATIENCE
        await station.ready()
        calls = dict(station.core_calls("TAG"))
        await asyncio.gather(station.attempt("MeterValues", calls["MeterValues"]), asyncio.sleep(PATIENCE))
        await station.leave()
        await watch.heard(Event.CLOSED)
    found = watch.results()["v16.central-system.CP1"]
    assert [one.expected for one in found.checks if not one.held] == ["an answer of the central system to MeterValues"]
    assert watch.results()["v16.station.CP1"].verdict is Verdict.PASSED
