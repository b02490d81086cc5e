"""One ordinary operation of each kind, to be answered by a station in every way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.csms import v16
from harness.csms.operation import Operation
from simulators.v16 import later

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
_HASH_DATA = {"hashAlgorithm": "SHA256", "issuerKeyHash": "ab12", "issuerNameHash": "cd34", "serialNumber": "1"}


def _profile() -> dict[str, Any]:
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.1}]}
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }


OPERATIONS: Mapping[str, Callable[[str], Operation]] = {
    "CancelReservation": lambda to: v16.CancelReservation(station=to, reservation_id=1),
    "CertificateSigned": lambda to: v16.CertificateSigned(station=to, certificate_chain=_CERTIFICATE),
    "ChangeAvailability": lambda to: v16.ChangeAvailability(station=to, connector_id=1, type="Operative"),
    "ChangeConfiguration": lambda to: v16.ChangeConfiguration(station=to, key="HeartbeatInterval", value="300"),
    "ClearCache": lambda to: v16.ClearCache(station=to),
    "ClearChargingProfile": lambda to: v16.ClearChargingProfile(station=to, id=1),
    "DataTransfer": lambda to: v16.DataTransfer(station=to, vendor_id="org.plugfest"),
    "DeleteCertificate": lambda to: v16.DeleteCertificate(station=to, certificate_hash_data=_HASH_DATA),
    "ExtendedTriggerMessage": lambda to: v16.ExtendedTriggerMessage(station=to, requested_message="Heartbeat"),
    "GetCompositeSchedule": lambda to: v16.GetCompositeSchedule(station=to, connector_id=1, duration=60),
    "GetConfiguration": lambda to: v16.GetConfiguration(station=to),
    "GetDiagnostics": lambda to: v16.GetDiagnostics(station=to, location="ftp://files.example/logs"),
    "GetInstalledCertificateIds": lambda to: v16.GetInstalledCertificateIds(
        station=to, certificate_type="CentralSystemRootCertificate"
    ),
    "GetLocalListVersion": lambda to: v16.GetLocalListVersion(station=to),
    "GetLog": lambda to: v16.GetLog(
        station=to, log_type="SecurityLog", log={"remoteLocation": "ftp://files.example/logs"}, request_id=1
    ),
    "InstallCertificate": lambda to: v16.InstallCertificate(
        station=to, certificate_type="CentralSystemRootCertificate", certificate=_CERTIFICATE
    ),
    "RemoteStartTransaction": lambda to: v16.RemoteStartTransaction(station=to, id_tag="PLUGFEST", connector_id=1),
    "RemoteStopTransaction": lambda to: v16.RemoteStopTransaction(station=to, transaction_id=1),
    "ReserveNow": lambda to: v16.ReserveNow(
        station=to, connector_id=1, expiry_date=later(hours=1), id_tag="PLUGFEST", reservation_id=1
    ),
    "Reset": lambda to: v16.Reset(station=to, type="Soft"),
    "SendLocalList": lambda to: v16.SendLocalList(
        station=to, update_type="Full", list_version=1, local_authorization_list=()
    ),
    "SetChargingProfile": lambda to: v16.SetChargingProfile(
        station=to, connector_id=1, cs_charging_profiles=_profile()
    ),
    "SignedUpdateFirmware": lambda to: v16.SignedUpdateFirmware(
        station=to,
        request_id=1,
        firmware={
            "location": "ftp://files.example/fw",
            "retrieveDateTime": later(hours=1),
            "signingCertificate": _CERTIFICATE,
            "signature": "cGx1Z2Zlc3Q=",
        },
    ),
    "TriggerMessage": lambda to: v16.TriggerMessage(station=to, requested_message="Heartbeat"),
    "UnlockConnector": lambda to: v16.UnlockConnector(station=to, connector_id=1),
    "UpdateFirmware": lambda to: v16.UpdateFirmware(
        station=to, location="ftp://files.example/fw", retrieve_date=later(hours=1)
    ),
}
"""Action → an operation of that action on a station, which a central system can send without any preparation."""
