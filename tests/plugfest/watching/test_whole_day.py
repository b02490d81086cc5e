"""The whole day of the real MicroOCPP, seen by ``plugfest watch``."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from socket import create_server

import pytest
from rich.console import Console

from harness.csms import v16
from harness.csms.console import Csms
from harness.csms.operation import Operation
from harness.expected import Expectations
from harness.record import Run
from harness.settings import load
from harness.trace import Direction, Entry, Trace
from harness.verdict import Checks, Inconclusive, Nonconformity, Verdict
from harness.versions import V16
from plugfest.targets import REFERENCE
from plugfest.watch import Watched
from plugfest.watching.logbook import Logbook
from plugfest.watching.screen import Screen
from scenarios.real_station.charging import in_service, running
from scenarios.real_station.test_operation import LIMIT as POWER
from server.driver import ReferenceDriver
from simulators.dialogue import Dialogue
from simulators.microocpp.finding import find
from simulators.microocpp.profile import profile
from simulators.microocpp.station import MicroOcpp

pytestmark = pytest.mark.microocpp

ID = "MO1"
TAG = "TAG1"

PATIENCE = 5.0
"""Seconds for each answer."""

BACK = 20.0
"""Seconds in which it is back after a reset, for which it takes 10."""


class Straight:
    """The way to the relay, which is never barred."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def bar(self) -> None:
        """Nobody takes its network away."""

    async def clear(self) -> None:
        """Nobody has taken its network away."""


class Day:
    """One MicroOCPP and its operator."""

    def __init__(self, device: MicroOcpp, driver: ReferenceDriver) -> None:
        self._device = device
        self._dialogue = device.dialogue
        self._csms = Csms(driver, patience=PATIENCE)
        self._csms.watch(device.dialogue)
        self._check = Checks(lambda: None)

    async def goes_on(self) -> None:
        """Have everything happen that can happen to a charger in a day, up to an order to reset."""
        await in_service(self._device)
        await self._looks_after_it()
        await self._charges_by_card()
        await self._charges_from_afar()
        await self._charges_what_was_reserved()
        await self._order(v16.Reset(station=ID, type="Soft"))
        await self._dialogue.told("StopTransaction", reason="SoftReset")

    async def comes_back(self) -> None:
        """Wait until it is back after the reset."""
        await self._dialogue.told("BootNotification", within=BACK)
        await self._dialogue.told("StatusNotification", connectorId=2)

    async def _order(self, operation: Operation) -> None:
        await self._csms.perform(operation)
        await self._dialogue.ordered(operation.action())

    async def _looks_after_it(self) -> None:
        await self._order(v16.GetConfiguration(station=ID))
        await self._order(v16.ChangeConfiguration(station=ID, key="MeterValueSampleInterval", value="1"))
        await self._order(v16.ChangeConfiguration(station=ID, key="HeartbeatInterval", value="1"))
        await self._dialogue.told("Heartbeat")
        entry = {"idTag": TAG, "idTagInfo": {"status": "Accepted"}}
        await self._order(v16.SendLocalList(station=ID, update_type="Full", local_authorization_list=(entry,)))
        await self._order(v16.GetLocalListVersion(station=ID))
        await self._order(v16.ClearCache(station=ID))
        await self._order(v16.UnlockConnector(station=ID, connector_id=1))
        await self._order(v16.DataTransfer(station=ID, vendor_id="org.example", data="abc"))
        for availability in ("Inoperative", "Operative"):
            await self._order(v16.ChangeAvailability(station=ID, connector_id=2, type=availability))
        await self._order(v16.TriggerMessage(station=ID, requested_message="StatusNotification", connector_id=1))

    async def _charges_by_card(self) -> None:
        await self._device.plug()
        await running(self._device, TAG, self._check)
        await self._order(v16.SetChargingProfile(station=ID, connector_id=1, cs_charging_profiles=_limit()))
        await self._order(v16.GetCompositeSchedule(station=ID, connector_id=1, duration=60))
        await self._device.obeys(POWER)
        await self._order(v16.ClearChargingProfile(station=ID))
        await self._dialogue.told("MeterValues")
        await self._device.suspend()
        await self._dialogue.told("StatusNotification", status="SuspendedEV")
        await self._device.present(TAG)
        await self._dialogue.told("StopTransaction", reason="Local")
        await self._device.unplug()
        await self._dialogue.told("StatusNotification", connectorId=1, status="Available")

    async def _charges_from_afar(self) -> None:
        await self._device.plug(2)
        await self._order(v16.RemoteStartTransaction(station=ID, id_tag=TAG, connector_id=2))
        start = await self._dialogue.told("StartTransaction", connectorId=2)
        await self._dialogue.told("StatusNotification", connectorId=2, status="Charging")
        await self._order(v16.RemoteStopTransaction(station=ID, transaction_id=start.answer["transactionId"]))
        await self._dialogue.told("StopTransaction", reason="Remote")
        await self._device.unplug(2)
        await self._dialogue.told("StatusNotification", connectorId=2, status="Available")

    async def _charges_what_was_reserved(self) -> None:
        expiry = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        await self._csms.perform(v16.ReserveNow(station=ID, connector_id=1, expiry_date=expiry, id_tag=TAG))
        order = await self._dialogue.ordered("ReserveNow")
        number = order.payload["reservationId"]
        await self._order(v16.CancelReservation(station=ID, reservation_id=number))
        await self._order(v16.ReserveNow(station=ID, connector_id=1, expiry_date=expiry, id_tag=TAG))
        await self._device.plug()
        await running(self._device, TAG, self._check)


def _limit() -> dict[str, object]:
    period = {"startPeriod": 0, "limit": POWER}
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "W", "chargingSchedulePeriod": [period]},
    }


@asynccontextmanager
async def watching(folder: Path, driver: ReferenceDriver) -> AsyncIterator[tuple[Logbook, MicroOcpp]]:
    """Watch in this process, as the command does, until Ctrl-C at the end; yield the logbook and a MicroOCPP."""
    settings, trace = load(REFERENCE), Trace()

    def hear(_: object, entry: Entry) -> None:
        trace.take(entry, judged=entry.direction is Direction.RECEIVED)

    with (
        create_server(("127.0.0.1", 0)) as listener,
        create_server(("127.0.0.1", 0)) as page,
        Logbook(folder, settings) as logbook,
    ):
        logbook.listeners.append(hear)
        screen = Screen(Console(file=StringIO()), logbook.conversations, frames=False)
        watched = Watched(settings, driver, logbook, screen)
        relay = asyncio.create_task(watched.until(None, listener, page, security=None, faults=[], seed=0))
        device = MicroOcpp(
            Dialogue(ID, V16, trace, patience=PATIENCE, slack=PATIENCE),
            Straight(f"ws://127.0.0.1:{listener.getsockname()[1]}"),
            find(),
            profile("default", {}),
            folder,
            None,
            lambda _: None,
        )
        try:
            yield logbook, device
        finally:
            await device.leave()
            signal.raise_signal(signal.SIGINT)
            await relay


async def day(folder: Path, mutant: str | None = None) -> Run:
    """Return the record of a day; with a mutant it ends where MicroOCPP cannot go on, at the reset at the latest."""
    driver = ReferenceDriver(mutant=mutant, accept_unknown=True, accept_unknown_tags=True, call_timeout=2.0)
    async with watching(folder, driver) as (logbook, device):
        present = Day(device, driver)
        if mutant is None:
            await present.goes_on()
            await present.comes_back()
        else:
            with suppress(Inconclusive, Nonconformity):
                await present.goes_on()
    return logbook.finish(Expectations(), mutant=mutant, faults=[], seed=0, endpoint=None)


async def test_reference_and_firmware_are_both_without_a_problem(tmp_path: Path) -> None:
    """A day on the reference accuses nobody, and everything was said in it."""
    run = await day(tmp_path)
    assert {result.id: (result.verdict, result.message) for result in run.results} == {
        f"v16.central-system.{ID}": (Verdict.PASSED, ""),
        f"v16.station.{ID}": (Verdict.PASSED, ""),
    }
    assert [rule.id for rule in run.rules if rule.verdict is not Verdict.PASSED] == []
    answered = {check.expected for result in run.results for check in result.checks}
    assert len(answered) == 7 + 17, "what firmware tells in a day, and what it is ordered"


@pytest.mark.parametrize(
    ("mutant", "broken"),
    [
        ("authorize-with-user", "v16.wire.payload.Authorize.response"),
        ("stop-with-cost", "v16.wire.payload.StopTransaction.response"),
        ("clock-seven-digits", "v16.wire.timestamp.form"),
        ("call-id-constant", "v16.wire.unique-id.fresh"),
        ("result-fourth-element", "v16.wire.call-result.elements"),
        ("v16.Reset.request.mistyped", "v16.wire.payload.Reset.request"),
    ],
)
async def test_mutant_is_accused_of_its_defect_alone(tmp_path: Path, mutant: str, broken: str) -> None:
    """A day on a mutant breaks the one rule that it breaks, and nothing is laid to the firmware's charge."""
    run = await day(tmp_path, mutant)
    assert [rule.id for rule in run.rules if rule.verdict is not Verdict.PASSED] == [broken]
