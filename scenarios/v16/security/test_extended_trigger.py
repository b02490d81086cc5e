"""ExtendedTriggerMessage: security white paper 5.5, 6.14, 6.15."""

from collections.abc import Mapping

from harness.csms.console import Csms
from harness.csms.v16 import ExtendedTriggerMessage
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import delivered, passed_on
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER
from scenarios.v16.security.signing import SIGNS, requested
from simulators.certificates import StationKey
from simulators.v16 import ChargePoint, meter_value, now, sampled

REQUEST = f"{PAPER} 5.5, 6.14"
FOLLOWED = f"{PAPER} L01.FR.28, L01.FR.29"
MESSAGES = (
    "BootNotification",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "SignChargePointCertificate",
    "StatusNotification",
)


def _triggered() -> Mapping[str, tuple[str, Payload]]:
    """Return what a station sends for each message that can be asked for in a session, as action and payload."""
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": now()}
    return {
        "LogStatusNotification": ("LogStatusNotification", {"status": "Idle"}),
        "FirmwareStatusNotification": ("SignedFirmwareStatusNotification", {"status": "Idle"}),
        "Heartbeat": ("Heartbeat", {}),
        "MeterValues": ("MeterValues", {"connectorId": 1, "meterValue": [meter_value(sampled(1))]}),
        "StatusNotification": ("StatusNotification", status),
    }


@scenario(
    "v16.security.extended-trigger.accepted",
    spec=[REQUEST, FOLLOWED],
    requirements=["SEC-5.5", "SEC-N01.12", "SEC-L01.21"],
    needs=[ExtendedTriggerMessage],
    mutants=["extended-trigger-with-connector", "log-status-answer-filled", "extended-trigger-as-heartbeat"],
)
async def test_triggered_message_is_answered(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Each message can be asked for, and what the station then sends is answered."""
    await station.ready()

    for wanted, (action, message) in _triggered().items():
        order = ExtendedTriggerMessage(station=station.id, requested_message=wanted)
        payload = (await delivered(station, csms, order, status="Accepted")).payload
        check.equal(payload, {"requestedMessage": wanted}, clause=REQUEST)
        answer = await station.call(action, message)
        expected = {"currentTime"} if action == "Heartbeat" else set()
        check.equal(set(answer.payload), expected, clause=FOLLOWED, at=answer.entry.index)


@scenario(
    "v16.security.extended-trigger.certificate",
    spec=[REQUEST, f"{PAPER} A02"],
    requirements=["SEC-5.5", "SEC-A02.trig"],
    needs=[SIGNS, ExtendedTriggerMessage],
    mutants=["extended-trigger-with-connector", "certificate-never-sent", "extended-trigger-as-heartbeat"],
)
async def test_triggered_request_is_answered(
    station: ChargePoint, secure: SecureStations, csms: Csms, check: Checks
) -> None:
    """A new certificate can be asked for, and the station gets the one that it then requests."""
    await station.ready(chargePointSerialNumber=station.id)
    order = ExtendedTriggerMessage(station=station.id, requested_message="SignChargePointCertificate")
    payload = (await delivered(station, csms, order, status="Accepted")).payload
    check.equal(payload, {"requestedMessage": "SignChargePointCertificate"}, clause=REQUEST)

    signed = await requested(station, check, StationKey.ecdsa().request(station.id, secure.organisation))
    await signed.answer(status="Accepted")
    await station.heartbeat()


@scenario(
    "v16.security.extended-trigger.connector",
    spec=[REQUEST, f"{PAPER} 5.5"],
    requirements=["SEC-5.5"],
    needs=[ExtendedTriggerMessage],
    mutants=["extended-trigger-connector-lost", "extended-trigger-as-heartbeat"],
)
async def test_message_of_one_connector(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The status or the meter values of one connector can be asked for."""
    await station.ready()

    for wanted in ("StatusNotification", "MeterValues"):
        order = ExtendedTriggerMessage(station=station.id, requested_message=wanted, connector_id=2)
        payload = (await delivered(station, csms, order, status="Accepted")).payload
        check.equal(payload, {"requestedMessage": wanted, "connectorId": 2}, clause=REQUEST)
        action, message = _triggered()[wanted]
        check.equal((await station.call(action, {**message, "connectorId": 2})).payload, {}, clause=FOLLOWED)


@scenario(
    "v16.security.extended-trigger.declined",
    spec=[REQUEST, f"{PAPER} 6.15"],
    requirements=["SEC-5.5"],
    needs=[ExtendedTriggerMessage],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks", "extended-trigger-with-connector"],
)
async def test_declined_trigger_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that rejects a trigger, or does not implement it, is served on."""
    await station.ready()

    for wanted in _triggered():
        for status in ("Rejected", "NotImplemented"):
            order = ExtendedTriggerMessage(station=station.id, requested_message=wanted)
            payload = (await delivered(station, csms, order, status=status)).payload
            check.equal(payload, {"requestedMessage": wanted}, clause=REQUEST)
            await station.heartbeat()


@scenario(
    "v16.security.extended-trigger.values",
    spec=[REQUEST],
    requirements=["SEC-5.5"],
    needs=[ExtendedTriggerMessage],
    mutants=["operator-input-unchecked"],
)
async def test_only_known_messages_are_asked_for(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A message that no ExtendedTriggerMessage can ask for is not asked for."""
    await station.ready()

    unknown = ("DiagnosticsStatusNotification", "SignedFirmwareStatusNotification", "signChargePointCertificate")
    *orders, control = [
        ExtendedTriggerMessage(station=station.id, requested_message=one) for one in (*unknown, "Heartbeat")
    ]
    for trigger in await passed_on(station, csms, *orders, control=control):
        check.graded(trigger.payload.get("requestedMessage"), good=MESSAGES, clause=REQUEST)


@scenario(
    "v16.security.extended-trigger.irrelevant-connector",
    spec=[f"{PAPER} 5.5"],
    requirements=["SEC-5.5", "SEC-A02.trig"],
    needs=[ExtendedTriggerMessage],
)
async def test_connector_is_named_where_it_matters(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A message that concerns no connector is asked for without one, even if an operator has entered one."""
    await station.ready()

    orders = [
        ExtendedTriggerMessage(station=station.id, requested_message=message, connector_id=1)
        for message in ("SignChargePointCertificate", "Heartbeat", "LogStatusNotification")
    ]
    control = ExtendedTriggerMessage(station=station.id, requested_message="Heartbeat")
    for trigger in await passed_on(station, csms, *orders, control=control):
        named = "connectorId" in trigger.payload
        check.that(not named, "no connectorId", observed=trigger.payload, clause=REQUEST, level=SHOULD)
