"""Updates with signed firmware: security white paper L01, 5.20 and 5.21."""

import base64
import binascii
from datetime import datetime, timedelta
from functools import cache

from harness.csms.console import Csms
from harness.csms.v16 import SignedUpdateFirmware
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import delivered, passed_on
from scenarios.v16.security.admission import PAPER
from scenarios.v16.service import all_reported, back_in_service
from simulators.certificates import StationKey, from_pem
from simulators.v16 import ChargePoint, now, timestamp

REQUEST = f"{PAPER} L01.FR.11, 5.21, 6.7"
STATUS = f"{PAPER} L01.FR.10, 5.20"
TIMES = f"{PAPER} 6.7"
HOUR = timedelta(hours=1)
STATUSES = (
    "Downloaded",
    "DownloadFailed",
    "Downloading",
    "DownloadScheduled",
    "DownloadPaused",
    "Idle",
    "InstallationFailed",
    "Installing",
    "Installed",
    "InstallRebooting",
    "InstallScheduled",
    "InstallVerificationFailed",
    "InvalidSignature",
    "SignatureVerified",
)


@cache
def _signed(good: bool = True) -> dict[str, str]:
    """Return where firmware lies, who signed it, and its signature, good or bad."""
    key = StationKey.ecdsa()
    return {
        "location": "https://downloads.example/firmware-2.0.bin",
        "signingCertificate": key.self_signed("A manufacturer", "plugfest"),
        "signature": (key if good else StationKey.ecdsa()).signature(b"firmware 2.0"),
    }


async def _update(
    station: ChargePoint, csms: Csms, check: Checks, firmware: dict[str, str] | None = None, status: str = "Accepted"
) -> Payload:
    """Have an update ordered, check the CALL, answer it, and return its payload."""
    firmware = {"retrieveDateTime": timestamp(csms.retrieval), **(firmware or _signed())}
    order = SignedUpdateFirmware(station=station.id, firmware=firmware)
    payload = (await delivered(station, csms, order, status=status)).payload
    check.equal(type(payload.get("requestId")), int, clause=REQUEST)
    told = payload.get("firmware")
    told = dict(told) if isinstance(told, dict) else {}
    for member in ("location", "signature", "signingCertificate"):
        check.equal(_unix(told.get(member)), _unix(firmware[member]), clause=REQUEST)
    check.equal(_instant(told.get("retrieveDateTime")), _instant(firmware["retrieveDateTime"]), clause=REQUEST)
    check.that(_is_base64(told.get("signature")), "base64", observed=told.get("signature"), clause=REQUEST)
    from_pem(told.get("signingCertificate"), clause=REQUEST)
    return payload


async def _report(station: ChargePoint, check: Checks, status: str, **members: object) -> None:
    """Report the status of an update, and check that it is confirmed with nothing in it."""
    answer = await station.call("SignedFirmwareStatusNotification", {"status": status, **members})
    check.equal(answer.payload, {}, clause=STATUS, at=answer.entry.index)


def _unix(text: object) -> str:
    return str(text).replace("\r\n", "\n").strip()


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).replace(microsecond=0)
    except ValueError:
        return None


def _is_base64(text: object) -> bool:
    try:
        return bool(base64.b64decode(str(text), validate=True))
    except binascii.Error:
        return False


@scenario(
    "v16.security.signed-update-firmware.installed",
    spec=[REQUEST, STATUS, f"{PAPER} L01.FR.21, L01.FR.22"],
    octt=["TC_080_CSMS"],
    requirements=["SEC-L01.11", "SEC-L01.21", "SEC-A04.03"],
    needs=[SignedUpdateFirmware],
    mutants=["signature-lost", "signed-firmware-status-answer-filled", "firmware-status-after-boot-unserved"],
)
async def test_signed_firmware_is_installed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """An update with signed firmware is ordered with all that the station needs, and followed to its end."""
    await station.ready()
    number = (await _update(station, csms, check)).get("requestId")

    for status in ("Downloading", "Downloaded", "SignatureVerified"):
        await _report(station, check, status, requestId=number)
    await all_reported(station, check, "Unavailable")
    for status in ("Installing", "InstallRebooting"):
        await _report(station, check, status, requestId=number)
    await station.reboot()
    await back_in_service(station, check)
    event = {"type": "FirmwareUpdated", "timestamp": now()}
    check.equal((await station.call("SecurityEventNotification", event)).payload, {}, clause=f"{PAPER} 5.16")
    await _report(station, check, "Installed", requestId=number)


@scenario(
    "v16.security.signed-update-firmware.invalid-signature",
    spec=[REQUEST, STATUS],
    octt=["TC_081_CSMS"],
    requirements=["SEC-L01.11", "SEC-L01.21"],
    needs=[SignedUpdateFirmware],
    mutants=["signature-lost", "invalid-signature-status-refused"],
)
async def test_bad_signature_is_reported(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Firmware with a signature that does not fit is ordered as the operator wants it, and reported as bad."""
    await station.ready()
    number = (await _update(station, csms, check, _signed(good=False))).get("requestId")

    for status in ("Downloading", "Downloaded", "InvalidSignature"):
        await _report(station, check, status, requestId=number)


@scenario(
    "v16.security.signed-update-firmware.answers",
    spec=[REQUEST],
    requirements=["SEC-L01.11"],
    needs=[SignedUpdateFirmware],
    mutants=["request-ids-constant", "unsuccessful-answer-closes", "signature-lost"],
)
async def test_every_answer_is_taken(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Whatever of the five answers the station gives, it is served on, and its next order has another requestId."""
    await station.ready()

    numbers = []
    for status in ("Rejected", "InvalidCertificate", "RevokedCertificate", "Accepted", "AcceptedCanceled"):
        numbers.append((await _update(station, csms, check, status=status)).get("requestId"))
        await station.heartbeat()
    check.equal(len(set(numbers)), len(numbers), clause=REQUEST)


@scenario(
    "v16.security.signed-update-firmware.install-time",
    spec=[TIMES],
    requirements=["SEC-L01.11"],
    needs=[SignedUpdateFirmware],
)
async def test_installation_follows_the_download(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """No station is told to install firmware at a time before it is to download it."""
    await station.ready()
    noon = csms.retrieval + timedelta(hours=12)

    times = [{"retrieveDateTime": timestamp(noon), "installDateTime": timestamp(noon + hour)} for hour in (-HOUR, HOUR)]
    order, control = (SignedUpdateFirmware(station=station.id, firmware={**_signed(), **one}) for one in times)
    for update in await passed_on(station, csms, order, control=control):
        told = update.payload.get("firmware", {})
        install, retrieve = _instant(told.get("installDateTime")), _instant(told.get("retrieveDateTime"))
        held = install is None or (retrieve is not None and install >= retrieve)
        check.that(held, "installation after the download", observed=told, clause=TIMES, level=SHOULD)


@scenario(
    "v16.security.signed-update-firmware.statuses",
    spec=[STATUS],
    requirements=["SEC-L01.21"],
    needs=[SignedUpdateFirmware],
    mutants=["signed-firmware-status-answer-filled", "invalid-signature-status-refused", "firmware-request-needed"],
)
async def test_every_status_is_confirmed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """All fourteen statuses are confirmed in any order, with the requestId of the order, and Idle without one."""
    await station.ready()
    number = (await _update(station, csms, check)).get("requestId")

    for status in (*STATUSES, *reversed(STATUSES)):
        await _report(station, check, status, requestId=number)
    await _report(station, check, "Idle")


@scenario(
    "v16.security.signed-update-firmware.reboot",
    spec=[STATUS, f"{PAPER} L01.FR.21, L01.FR.22"],
    requirements=["SEC-L01.21"],
    needs=[SignedUpdateFirmware],
    mutants=["firmware-status-after-boot-unserved"],
)
async def test_statuses_go_on_after_the_reboot(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """An installation that takes a reboot is reported on another connection, before the boot or after it."""
    for booted in (True, False):
        await station.ready()
        number = (await _update(station, csms, check)).get("requestId")
        for status in ("Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting"):
            await _report(station, check, status, requestId=number)
        await station.reboot()
        if booted:
            await station.ready()
        await _report(station, check, "Installed", requestId=number)
