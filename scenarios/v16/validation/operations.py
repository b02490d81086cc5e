"""One ordinary operation of each kind, to be answered by a station in every way.

What an operation refers to exists: the transaction runs, the tag is accepted, the reservation, the charging profile and
the certificate are ones that the station has told the central system of. Times lie in the future.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from harness.csms import v16
from harness.csms.console import Csms
from harness.csms.operation import Operation
from harness.ocppj import Payload
from harness.verdict import Inconclusive, Nonconformity
from scenarios.stage.population import Tags
from simulators.certificates import from_pem
from simulators.v16 import ChargePoint, later, timestamp

_CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBbTCCAROgAwIBAgICXsEwCgYIKoZIzj0EAwIwNDERMA8GA1UECgwIcGx1Z2Zl
c3QxHzAdBgNVBAMMFnBsdWdmZXN0IHNwZWNpbWVuIHJvb3QwIBcNMjUwMTAxMDAw
MDAwWhgPMjEyNTAxMDEwMDAwMDBaMDQxETAPBgNVBAoMCHBsdWdmZXN0MR8wHQYD
VQQDDBZwbHVnZmVzdCBzcGVjaW1lbiByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAErOlqlrhuou5U918YiAwf1BBOw3pZJC9UnCyZxdshcG4IP4aJmRo7/ggi
25VdMZr7/sJBB682EZFOdLW4Qb6OhaMTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNIADBFAiBv4nKODp6aopyjferFTmLU4gffTN5yxJN0Yj+Ng9U/WgIh
ALStcffcZY9RFOjjqF+KeeHRgW7NRy4CkhR/6YPzo+8N
-----END CERTIFICATE-----
"""
"""The certificate of a root that signs nothing; its key was thrown away."""


def _profile() -> dict[str, Any]:
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.1}]}
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }


def _set_profile(to: str) -> Operation:
    return v16.SetChargingProfile(station=to, connector_id=1, cs_charging_profiles=_profile())


def _reserve(to: str, tag: str) -> Operation:
    return v16.ReserveNow(station=to, connector_id=1, expiry_date=later(hours=1), id_tag=tag)


def _certificates(to: str) -> Operation:
    return v16.GetInstalledCertificateIds(station=to, certificate_type="CentralSystemRootCertificate")


async def _accepted(order: Operation, station: ChargePoint, csms: Csms, **more: Any) -> Payload:
    """Have an operation performed, accept it until the operator is told, and return what the central system sent."""
    request = await csms.perform(order)
    call = await station.next_call(order.action())
    await call.answer(status="Accepted", **more)
    await csms.outcome(request)
    return call.payload


_PLAIN: Mapping[str, Callable[[str], Operation]] = {
    "CertificateSigned": lambda to: v16.CertificateSigned(station=to, certificate_chain=_CERTIFICATE),
    "ChangeAvailability": lambda to: v16.ChangeAvailability(station=to, connector_id=1, type="Operative"),
    "ChangeConfiguration": lambda to: v16.ChangeConfiguration(station=to, key="MinimumStatusDuration", value="2"),
    "ClearCache": lambda to: v16.ClearCache(station=to),
    "DataTransfer": lambda to: v16.DataTransfer(station=to, vendor_id="org.plugfest", message_id="corpus"),
    "ExtendedTriggerMessage": lambda to: v16.ExtendedTriggerMessage(station=to, requested_message="Heartbeat"),
    "GetCompositeSchedule": lambda to: v16.GetCompositeSchedule(station=to, connector_id=1, duration=60),
    "GetConfiguration": lambda to: v16.GetConfiguration(station=to, key=("MinimumStatusDuration",)),
    "GetDiagnostics": lambda to: v16.GetDiagnostics(station=to, location="ftp://files.example/logs"),
    "GetInstalledCertificateIds": _certificates,
    "GetLocalListVersion": lambda to: v16.GetLocalListVersion(station=to),
    "GetLog": lambda to: v16.GetLog(
        station=to, log_type="SecurityLog", log={"remoteLocation": "ftp://files.example/logs"}
    ),
    "InstallCertificate": lambda to: v16.InstallCertificate(
        station=to, certificate_type="CentralSystemRootCertificate", certificate=_CERTIFICATE
    ),
    "Reset": lambda to: v16.Reset(station=to, type="Soft"),
    "SetChargingProfile": _set_profile,
    "TriggerMessage": lambda to: v16.TriggerMessage(station=to, requested_message="Heartbeat"),
    "UnlockConnector": lambda to: v16.UnlockConnector(station=to, connector_id=1),
}
"""Action → an operation of that action on a station, which refers to nothing that has to exist."""

_OF_A_TIME: Mapping[str, Callable[[str, str], Operation]] = {
    "SignedUpdateFirmware": lambda to, when: v16.SignedUpdateFirmware(
        station=to,
        firmware={
            "location": "ftp://files.example/fw",
            "retrieveDateTime": when,
            "signingCertificate": _CERTIFICATE,
            "signature": "cGx1Z2Zlc3Q=",
        },
    ),
    "UpdateFirmware": lambda to, when: v16.UpdateFirmware(
        station=to, location="ftp://files.example/fw", retrieve_date=when
    ),
}
"""Action → an operation of that action on a station, for a time at which firmware may be fetched."""


_OF_A_TAG: Mapping[str, Callable[[str, str], Operation]] = {
    "RemoteStartTransaction": lambda to, tag: v16.RemoteStartTransaction(station=to, id_tag=tag, connector_id=1),
    "ReserveNow": _reserve,
    "SendLocalList": lambda to, tag: v16.SendLocalList(
        station=to,
        update_type="Full",
        local_authorization_list=({"idTag": tag, "idTagInfo": {"status": "Accepted"}},),
    ),
}
"""Action → an operation of that action on a station, for a tag that is accepted."""


async def _cancel_reservation(station: ChargePoint, csms: Csms, tags: Tags) -> Operation:
    made = await _accepted(_reserve(station.id, await tags.accepted()), station, csms)
    return v16.CancelReservation(station=station.id, reservation_id=int(made["reservationId"]))


async def _clear_profile(station: ChargePoint, csms: Csms, tags: Tags) -> Operation:
    made = await _accepted(_set_profile(station.id), station, csms)
    return v16.ClearChargingProfile(station=station.id, id=int(made["csChargingProfiles"]["chargingProfileId"]))


async def _delete_certificate(station: ChargePoint, csms: Csms, tags: Tags) -> Operation:
    (installed,) = from_pem(_CERTIFICATE, clause="security white paper 6.1")
    hash_data = installed.hash_data("SHA256")
    await _accepted(_certificates(station.id), station, csms, certificateHashData=[hash_data])
    return v16.DeleteCertificate(station=station.id, certificate_hash_data=hash_data)


_OF_SOMETHING: Mapping[str, Callable[[ChargePoint, Csms, Tags], Awaitable[Operation]]] = {
    "CancelReservation": _cancel_reservation,
    "ClearChargingProfile": _clear_profile,
    "DeleteCertificate": _delete_certificate,
}
"""Action → an operation of that action on a station, once what it refers to has been made."""

BEFORE: Mapping[str, type[Operation]] = {
    "CancelReservation": v16.ReserveNow,
    "ClearChargingProfile": v16.SetChargingProfile,
    "DeleteCertificate": v16.GetInstalledCertificateIds,
}
"""Action → the operation from which the central system knows what the one of this action refers to."""

ACTIONS = tuple(sorted({*_PLAIN, *_OF_A_TIME, *_OF_A_TAG, *_OF_SOMETHING, "RemoteStopTransaction"}))
"""The actions of all operations."""


@asynccontextmanager
async def ordinary(action: str, station: ChargePoint, csms: Csms, tags: Tags) -> AsyncIterator[Operation]:
    """Yield an operation of an action on a booted station; a transaction that it is about ends with it."""
    if action in _PLAIN:
        yield _PLAIN[action](station.id)
    elif action in _OF_A_TIME:
        yield _OF_A_TIME[action](station.id, timestamp(csms.retrieval))
    elif action in _OF_A_TAG:
        yield _OF_A_TAG[action](station.id, await tags.accepted())
    elif action in _OF_SOMETHING:
        yield await _OF_SOMETHING[action](station, csms, tags)
    else:
        transaction = await station.charging(await tags.accepted())
        try:
            yield v16.RemoteStopTransaction(station=station.id, transaction_id=transaction.id)
        finally:
            with suppress(Inconclusive, Nonconformity):
                await station.stop_transaction(transaction.id)
