"""Security events that stations report: security white paper A04 and 5.16."""

from datetime import UTC, datetime, timedelta

from harness.csms import SecurityEventReader
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.v16.security.admission import PAPER
from simulators.observation import gist
from simulators.v16 import ChargePoint, now, timestamp

CONFIRMED = f"{PAPER} A04.FR.03, 5.16"
TYPES = (
    "FirmwareUpdated",
    "FailedToAuthenticateAtCentralSystem",
    "CentralSystemFailedToAuthenticate",
    "SettingSystemTime",
    "StartupOfTheDevice",
    "ResetOrReboot",
    "SecurityLogWasCleared",
    "ReconfigurationOfSecurityParameters",
    "MemoryExhaustion",
    "InvalidMessages",
    "AttemptedReplayAttacks",
    "TamperDetectionActivated",
    "InvalidFirmwareSignature",
    "InvalidFirmwareSigningCertificate",
    "InvalidCentralSystemCertificate",
    "InvalidChargePointCertificate",
    "InvalidTLSVersion",
    "InvalidTLSCipherSuite",
)


async def _report(station: ChargePoint, check: Checks, **members: str) -> None:
    """Report an event, and check that it is confirmed with nothing in it."""
    answer = await station.call("SecurityEventNotification", {"timestamp": now(), **members})
    check.equal(answer.payload, {}, clause=CONFIRMED, at=answer.entry.index)


@scenario(
    "v16.security.security-event.listed-types",
    spec=[CONFIRMED],
    requirements=["SEC-A04.03"],
    mutants=["security-event-answer-filled", "security-event-types-fixed"],
    smoke=True,
)
async def test_listed_events_are_confirmed(station: ChargePoint, check: Checks) -> None:
    """A security event of each type that the white paper lists is confirmed."""
    await station.ready()
    for type in TYPES:
        await _report(station, check, type=type)


@scenario(
    "v16.security.security-event.custom-type",
    spec=[CONFIRMED],
    requirements=["SEC-A04.03"],
    mutants=["security-event-types-fixed"],
)
async def test_custom_event_is_confirmed(station: ChargePoint, check: Checks) -> None:
    """A security event of a type that the white paper does not list is confirmed, be its name 50 characters long."""
    await station.ready()
    for type in ("org.plugfest.DoorOpened", 50 * "x"):
        await _report(station, check, type=type)


@scenario(
    "v16.security.security-event.technical-information",
    spec=[CONFIRMED],
    requirements=["SEC-A04.03"],
    mutants=["security-event-information-refused"],
)
async def test_technical_information_is_taken(station: ChargePoint, check: Checks) -> None:
    """A security event with up to 255 characters of technical information is confirmed."""
    await station.ready()
    for information in ("", "TLS 1.0 was offered", 255 * "i", "Ärger mit „TLS“ 🔒"):
        await _report(station, check, type="InvalidTLSVersion", techInfo=information)


@scenario(
    "v16.security.security-event.queued",
    spec=[CONFIRMED, f"{PAPER} A04.FR.02"],
    requirements=["SEC-A04.03"],
    mutants=["security-event-old-refused"],
)
async def test_queued_event_is_confirmed(station: ChargePoint, check: Checks) -> None:
    """Security events that the station had to keep for a day, or a month, are confirmed in any order."""
    await station.ready()
    for days in (1, 30, 2):
        at = timestamp(datetime.now(UTC) - timedelta(days=days))
        await _report(station, check, type="StartupOfTheDevice", timestamp=at)


@scenario(
    "v16.security.security-event.too-long",
    spec=[CONFIRMED, "OCPP-J 1.6 4.2.3"],
    requirements=["SEC-A04.03"],
    mutants=["security-event-too-long-closes"],
)
async def test_overlong_event_is_refused(station: ChargePoint, check: Checks) -> None:
    """A security event with a member that is too long is refused with an error, and the session goes on."""
    await station.ready()

    for type, information in ((51 * "x", "why"), ("InvalidMessages", 256 * "i")):
        event = {"type": type, "timestamp": now(), "techInfo": information}
        outcome = await station.attempt("SecurityEventNotification", event)
        codes = ("TypeConstraintViolation", "PropertyConstraintViolation", "OccurenceConstraintViolation")
        tolerable = ("CALLRESULT", "OccurrenceConstraintViolation", "FormationViolation", "GenericError")
        check.graded(gist(outcome), good=codes, tolerable=tolerable, clause="OCPP-J 1.6 4.2.3")
        await station.heartbeat()


@scenario(
    "v16.security.security-event.recorded",
    spec=[CONFIRMED],
    requirements=["SEC-A04.03"],
    needs=[SecurityEventReader],
)
async def test_event_is_recorded(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A security event that the station reports is shown to the operator with its type."""
    await station.ready()
    await _report(station, check, type="TamperDetectionActivated", techInfo="the door")

    types = [event.type for event in await csms.ask(SecurityEventReader).security_events(station.id)]
    seen = "TamperDetectionActivated" in types
    check.that(seen, "the event that was reported", observed=types, clause=CONFIRMED, level=SHOULD, axis=POLICY)
