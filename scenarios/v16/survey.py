"""Whether a feature profile is there at all: asked once, before the scenarios that take it are played.

A central system that refuses every message of a profile does not have it, which is one cause and not a hundred. Where
a profile has messages of the central system only, it is not there if the product can perform none of its operations.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from harness.csms import Attended, Driver, DriverError, Operation, Unsupported, v16
from harness.findings import UNDECLARED
from harness.ocppj import Payload
from harness.verdict import Inconclusive, Nonconformity
from simulators.certificates import StationKey
from simulators.observation import Refusal, Silence
from simulators.v16 import ChargePoint, now, timestamp

MESSAGES: Mapping[str, Mapping[str, Callable[[], Payload]]] = {
    "FirmwareManagement": {
        "DiagnosticsStatusNotification": lambda: {"status": "Idle"},
        "FirmwareStatusNotification": lambda: {"status": "Idle"},
    },
    "Security": {
        "SecurityEventNotification": lambda: {"type": "StartupOfTheDevice", "timestamp": now()},
        "LogStatusNotification": lambda: {"status": "Idle"},
        "SignedFirmwareStatusNotification": lambda: {"status": "Idle"},
        "SignCertificate": lambda: {"csr": StationKey.ecdsa().request("plugfest", "plugfest")},
    },
}
"""Profile → the messages of a station that belong to it, those that have the least effect first."""

OPERATIONS: Mapping[str, Sequence[Callable[[str], Operation]]] = {
    "LocalAuthListManagement": (
        lambda to: v16.GetLocalListVersion(station=to),
        lambda to: v16.SendLocalList(station=to, update_type="Full", list_version=1, local_authorization_list=()),
    ),
    "RemoteTrigger": (lambda to: v16.TriggerMessage(station=to, requested_message="Heartbeat"),),
    "Reservation": (
        lambda to: v16.CancelReservation(station=to, reservation_id=1),
        lambda to: v16.ReserveNow(station=to, connector_id=1, expiry_date=_soon(), id_tag="PLUGFEST", reservation_id=1),
    ),
    "SmartCharging": (
        lambda to: v16.GetCompositeSchedule(station=to, connector_id=1, duration=60),
        lambda to: v16.ClearChargingProfile(station=to, id=1),
    ),
}
"""Profile without messages of a station → its operations, those that have the least effect first."""

SURVEYED = frozenset({*MESSAGES, *OPERATIONS})
"""The profiles that can be asked about; never Core, without which there is no central system."""

_ABSENT = ("NotImplemented", "NotSupported")


async def absent(station: ChargePoint, driver: Driver, profiles: Iterable[str]) -> Mapping[str, str]:
    """Return which of some profiles are not there at all, each with one sentence.

    A station that is not accepted, or a system that does not answer, ends the survey: patience is spent once.
    """
    wanted = sorted(SURVEYED.intersection(profiles))
    if not wanted:
        return {}
    try:
        await station.ready(announce=False)
        missing = [one for one in wanted if one in MESSAGES and await _refused(station, MESSAGES[one])]
        missing += [one for one in wanted if one in OPERATIONS and await _unsupported(station, driver, OPERATIONS[one])]
    except (Inconclusive, Nonconformity):
        return {}
    return {one: reason(one) for one in missing}


def reason(profile: str) -> str:
    """Return why the scenarios of a profile that is not there are not applicable, the same words for all."""
    name = "Security extension" if profile == "Security" else profile
    return f"{name}: not implemented; {UNDECLARED}"


async def _refused(station: ChargePoint, messages: Mapping[str, Callable[[], Payload]]) -> bool:
    """Whether every message is refused as one that is not known; raises Inconclusive where none is answered."""
    for action, payload in messages.items():
        outcome = await station.attempt(action, payload())
        if isinstance(outcome, Silence):
            raise Inconclusive(f"{action}: {outcome}")
        if not (isinstance(outcome, Refusal) and outcome.code in _ABSENT):
            return False
    return True


async def _unsupported(station: ChargePoint, driver: Driver, operations: Iterable[Callable[[str], Operation]]) -> bool:
    """Whether the product has no function for any of these operations, as far as the driver performs them.

    A person is not asked for the sake of a survey.
    """
    if isinstance(driver, Attended):
        return False
    orders = [order for build in operations if type(order := build(station.id)) in driver.operations]
    for order in orders:
        try:
            async with asyncio.timeout(station.patience):
                await driver.perform(order)
        except Unsupported:
            continue
        except (DriverError, Inconclusive, TimeoutError):
            return False
        return False
    return bool(orders)


def _soon() -> str:
    return timestamp(datetime.now(UTC) + timedelta(hours=1))
