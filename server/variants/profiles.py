"""Variants without one of the feature profiles: its CALLs are not implemented, its operations do not exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocpp.exceptions import NotImplementedError  # noqa: A004  (that is its name in ocpp)

from server.core.bundle import Handler
from server.core.operator import Operator
from server.core.session import Session
from server.v16 import VERSION as V16
from server.variants.registry import VARIANTS, Variant

_OPTIONAL = "OCPP 1.6 3.3: only Core is mandatory"
_ALL = ("Core", "FirmwareManagement", "LocalAuthListManagement", "Reservation", "SmartCharging", "RemoteTrigger",
        "Security")  # fmt: skip

_SILENT: Mapping[str, Any] = {"features": {"profiles": None}}
"""A target file that does not say which profiles there are: the suite finds out."""


def _without(
    name: str, what: str, *missing: str, grounds: str, target: Mapping[str, Any], version: str | None = V16
) -> None:
    """Declare the variant that knows none of these actions in a version, in any with None."""

    class Unserved(Session):
        def route(self, action: str) -> Handler:
            if action in missing and version in (None, self.bundle.version):
                raise NotImplementedError(description="the action is not known")
            return super().route(action)

    class Unoperated(Operator):
        not_offered = frozenset(missing)

    VARIANTS.add(Variant(name, f"{what} is not implemented.", (Unserved, Unoperated), grounds, target=target))


def _claiming_all_but(profile: str) -> Mapping[str, Any]:
    return {"features": {"profiles": [one for one in _ALL if one != profile]}}


_without(
    "without-security",
    "The security extension",
    "CertificateSigned",
    "DeleteCertificate",
    "ExtendedTriggerMessage",
    "GetInstalledCertificateIds",
    "GetLog",
    "InstallCertificate",
    "LogStatusNotification",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "SignedUpdateFirmware",
    grounds="the white paper extends OCPP 1.6, which is complete without it",
    target=_SILENT,
)
_without(
    "without-firmware-management",
    "FirmwareManagement",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "GetDiagnostics",
    "UpdateFirmware",
    grounds=_OPTIONAL,
    target=_SILENT,
)
_without(
    "without-smart-charging",
    "SmartCharging",
    "ClearChargingProfile",
    "GetCompositeSchedule",
    "SetChargingProfile",
    grounds=_OPTIONAL,
    target=_claiming_all_but("SmartCharging"),
)
_without(
    "without-reservation",
    "Reservation",
    "CancelReservation",
    "ReserveNow",
    grounds=_OPTIONAL,
    target=_claiming_all_but("Reservation"),
)
_without(
    "without-local-auth-list",
    "LocalAuthListManagement",
    "GetLocalListVersion",
    "SendLocalList",
    grounds=_OPTIONAL,
    target=_claiming_all_but("LocalAuthListManagement"),
)
_without(
    "without-data-transfer",
    "DataTransfer",
    "DataTransfer",
    grounds="OCPP-J 1.6 4.2.3 NotImplemented; a product without any vendor's extension",
    target={"policies": {"data_transfer_vendor": None}, "features": {"data_transfer": False}},
    version=None,
)
