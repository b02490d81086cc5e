"""What an operator may enter but a station must never see: OCPP 1.6 sections 6 and 7."""

from collections.abc import Mapping
from typing import Any

from harness.csms import Operation, Refused
from harness.csms.console import Csms
from harness.csms.v16 import (
    ChangeAvailability,
    ChangeConfiguration,
    DataTransfer,
    GetConfiguration,
    RemoteStartTransaction,
    UnlockConnector,
)
from harness.scenario import scenario
from harness.verdict import Checks, Nonconformity
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint


async def _arrived(station: ChargePoint, csms: Csms, order: Operation) -> dict[str, Any]:
    """Return what reaches the station for an order that may be refused, or taken and then not carried out."""
    if isinstance(await csms.attempt(order), Refused):
        return {}
    try:
        call = await station.next_call(order.action())
    except Nonconformity:
        return {}
    await station.answer_by_default(call)
    return dict(call.payload)


@scenario(
    "v16.core.operator-input.remote-start-tag",
    spec=["OCPP 1.6 7.28", "OCPP 1.6 6.33"],
    requirements=["OP-b"],
    needs=[RemoteStartTransaction],
    mutants=["operator-input-unchecked"],
)
async def test_overlong_tag_is_not_sent(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A remote start with an idTag of more than 20 characters does not reach the station as such."""
    await station.ready()

    order = RemoteStartTransaction(station=station.id, id_tag=21 * "A", connector_id=1)
    sent = await _arrived(station, csms, order)
    _keeps(check, sent, idTag=20)


@scenario(
    "v16.core.operator-input.configuration",
    spec=["OCPP 1.6 6.9", "OCPP 1.6 7.15"],
    requirements=["OP-b"],
    needs=[ChangeConfiguration],
    mutants=["operator-input-unchecked"],
)
async def test_overlong_configuration_is_not_sent(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A configuration key of more than 50 characters, or a value of more than 500, does not reach the station."""
    await station.ready()

    for key, value in ((51 * "K", "1"), ("LocalPreAuthorize", 501 * "1")):
        sent = await _arrived(station, csms, ChangeConfiguration(station=station.id, key=key, value=value))
        _keeps(check, sent, key=50, value=500)


@scenario(
    "v16.core.operator-input.configuration-keys",
    spec=["OCPP 1.6 6.23", "OCPP 1.6 7.15"],
    requirements=["OP-b"],
    needs=[GetConfiguration],
    mutants=["operator-input-unchecked"],
)
async def test_overlong_key_is_not_asked_for(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A configuration key of more than 50 characters is not asked for."""
    await station.ready()

    sent = await _arrived(station, csms, GetConfiguration(station=station.id, key=(51 * "K",)))
    for key in sent.get("key", [""]):
        _keeps(check, {"key": key}, key=50)


@scenario(
    "v16.core.operator-input.vendor-data",
    spec=["OCPP 1.6 6.15", "OCPP 1.6 7.15"],
    requirements=["OP-b", "CORE-5.6-a"],
    needs=[DataTransfer],
    mutants=["operator-input-unchecked"],
)
async def test_overlong_vendor_data_is_not_sent(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A vendor id of more than 255 characters, or a message id of more than 50, does not reach the station."""
    await station.ready()

    for vendor_id, message_id in ((256 * "v", None), ("org.plugfest", 51 * "m")):
        order = DataTransfer(station=station.id, vendor_id=vendor_id, message_id=message_id)
        _keeps(check, await _arrived(station, csms, order), vendorId=255, messageId=50)


@scenario(
    "v16.core.operator-input.remote-start-connector",
    spec=["OCPP 1.6 6.33"],
    requirements=["CORE-5.11-a"],
    needs=[RemoteStartTransaction],
    mutants=["operator-input-unchecked"],
)
async def test_no_start_on_connector_zero(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A remote start on connector 0 or below does not reach the station as such."""
    tag = await tags.accepted()
    await station.ready()

    for connector in (0, -1):
        order = RemoteStartTransaction(station=station.id, id_tag=tag, connector_id=connector)
        sent = (await _arrived(station, csms, order)).get("connectorId", 1)
        check.that(sent > 0, "a connector above 0, if any", observed=sent, clause="OCPP 1.6 6.33")


@scenario(
    "v16.core.operator-input.unlock-connector",
    spec=["OCPP 1.6 6.53"],
    requirements=["CORE-5.18-a"],
    needs=[UnlockConnector],
    mutants=["operator-input-unchecked"],
)
async def test_no_unlocking_of_connector_zero(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """An order to unlock connector 0 or below does not reach the station as such."""
    await station.ready()

    for connector in (0, -1):
        order = UnlockConnector(station=station.id, connector_id=connector)
        sent = (await _arrived(station, csms, order)).get("connectorId", 1)
        check.that(sent > 0, "a connector above 0", observed=sent, clause="OCPP 1.6 6.53")


@scenario(
    "v16.core.operator-input.availability",
    spec=["OCPP 1.6 6.7", "OCPP 1.6 7.4"],
    requirements=["CORE-5.2-a"],
    needs=[ChangeAvailability],
    mutants=["operator-input-unchecked"],
)
async def test_no_impossible_availability(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A change of availability with a negative connector, or of a type that does not exist, is not sent."""
    await station.ready()

    for connector, type in ((-1, "Operative"), (1, "Broken")):
        order = ChangeAvailability(station=station.id, connector_id=connector, type=type)
        sent = await _arrived(station, csms, order)
        possible = sent.get("connectorId", 0) >= 0 and sent.get("type", "Operative") in ("Operative", "Inoperative")
        check.that(possible, "a connector from 0 and a type of the list", observed=sent, clause="OCPP 1.6 6.7")


def _keeps(check: Checks, sent: Mapping[str, Any], **limits: int) -> None:
    """Check that no member is longer than its limit in characters; nothing sent is fine too."""
    lengths = {name: len(str(sent.get(name, ""))) for name in limits}
    kept = all(lengths[name] <= limit for name, limit in limits.items())
    check.that(kept, f"at most {limits} characters", observed=lengths, clause="OCPP 1.6 7.15")
