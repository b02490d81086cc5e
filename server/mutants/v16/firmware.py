"""Mutants of the Firmware Management profile (OCPP 1.6 4.4, 4.5, 5.9, 5.19)."""

from __future__ import annotations

from ocpp.exceptions import InternalError, NotSupportedError, PropertyConstraintViolationError
from ocpp.v16.enums import Action
from sqlalchemy import Connection

from server.core import tasks
from server.core.session import Session
from server.core.stations import Station
from server.core.tasks import DIAGNOSTICS, FIRMWARE
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, only, refuses, shifted, turn
from server.mutants.v16 import request
from server.v16.firmware import Firmware

# What a station reports

_UNKNOWN = PropertyConstraintViolationError("status: not one that is known here")

refuses(request("FirmwareStatusNotification", "DiagnosticsStatusNotification"),
    Row("firmware-statuses-unserved", "Statuses of firmware updates and of uploads are answered NotSupported.",
        NotSupportedError("the action is not served here"), faults=["citrineos/citrineos#216"]),
    Row("upload-failure-refused", "The status UploadFailed is refused.",
        _UNKNOWN, when=lambda payload: payload["status"] == "UploadFailed"),
    Row("firmware-failure-refused", "The statuses DownloadFailed and InstallationFailed are refused.",
        _UNKNOWN, when=lambda payload: payload["status"] in ("DownloadFailed", "InstallationFailed")),
)  # fmt: skip


class _Unsolicited(Firmware):
    """Refuses the statuses of one kind if nothing has been asked for."""

    kind_refused: str

    def note(self, tx: Connection, station: Station, kind: str, status: str) -> Payload:
        """Note a status of a task that there is."""
        if kind == self.kind_refused and not any(task.kind == kind for task in tasks.read(tx, station.id)):
            raise InternalError(description="nobody has asked for that")
        return super().note(tx, station, kind, status)


@mutant("unsolicited-diagnostics-refused", "A diagnostics status is refused if no upload was asked for.")
class _UnsolicitedDiagnosticsRefused(_Unsolicited):
    kind_refused = DIAGNOSTICS


@mutant("unsolicited-firmware-refused", "A firmware status is refused if no update was ordered.")
class _UnsolicitedFirmwareRefused(_Unsolicited):
    kind_refused = FIRMWARE


@mutant("firmware-status-order-enforced", "A firmware status is refused after one that should have come later.")
class _FirmwareStatusOrderEnforced(Firmware):
    order = (None, "Downloading", "Downloaded", "Installing", "Installed")

    def note(self, tx: Connection, station: Station, kind: str, status: str) -> Payload:
        latest = [task.status for task in tasks.read(tx, station.id) if task.kind == kind == FIRMWARE][-1:]
        ranks = [self.order.index(one) for one in (*latest, status) if one in self.order]
        if ranks != sorted(ranks):
            raise InternalError(description="the update is further than that")
        return super().note(tx, station, kind, status)


@mutant("firmware-status-after-boot-refused", "The end of an installation is refused on another connection.")
class _FirmwareStatusAfterBootRefused(Session):
    installing = False

    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if action == Action.firmware_status_notification:
            self.installing = self.installing or payload["status"] == "Installing"
            if payload["status"].startswith("Install") and not self.installing:
                raise InternalError(description="no installation is going on")


# What a station is asked for

alters(request("UpdateFirmware", "GetDiagnostics"),
    Row("file-location-mangled", "A slash is added to the location of a file.", turn(location="{}/".format)),
    Row("file-options-lost", "Of the members that describe the transfer of a file, the optional ones are left out.",
        only("location", "retrieveDate")),
    Row("file-retries-as-text", "The attempts at the transfer of a file are given as a text.", turn(retries=str)),
    Row("file-times-shifted", "Times around the transfer of a file are sent in local time, marked as UTC.",
        turn(retrieveDate=shifted(hours=2), startTime=shifted(hours=2), stopTime=shifted(hours=2))),
)  # fmt: skip
