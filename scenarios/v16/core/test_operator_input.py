"""What an operator may enter but a station must never see: OCPP 1.6 sections 6 and 7."""

from collections.abc import Mapping
from typing import Any

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
from harness.verdict import Checks
from scenarios.stage.orders import passed_on
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint


def _keeps(check: Checks, members: Mapping[str, Any], **limits: int) -> None:
    """Check that no member is longer than its limit in characters."""
    lengths = {name: len(str(members.get(name, ""))) for name in limits}
    kept = all(lengths[name] <= limit for name, limit in limits.items())
    check.that(kept, f"at most {limits} characters", observed=lengths, clause="OCPP 1.6 7.15")


@scenario(
    "v16.core.operator-input.remote-start-tag",
    spec=["OCPP 1.6 7.28", "OCPP 1.6 6.33"],
    requirements=["OP-b"],
    needs=[RemoteStartTransaction],
    mutants=["operator-input-unchecked"],
)
async def test_overlong_tag_is_not_sent(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A remote start with an idTag of more than 20 characters does not reach the station as such."""
    control = RemoteStartTransaction(station=station.id, id_tag=await tags.accepted(), connector_id=1)
    await station.ready()

    order = RemoteStartTransaction(station=station.id, id_tag=21 * "A", connector_id=1)
    for start in await passed_on(station, csms, order, control=control):
        _keeps(check, start.payload, idTag=20)


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

    entered = ((51 * "K", "1"), ("LocalPreAuthorize", 501 * "1"), ("LocalPreAuthorize", "true"))
    *orders, control = [ChangeConfiguration(station=station.id, key=key, value=value) for key, value in entered]
    for change in await passed_on(station, csms, *orders, control=control):
        _keeps(check, change.payload, key=50, value=500)


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

    order = GetConfiguration(station=station.id, key=(51 * "K",))
    control = GetConfiguration(station=station.id, key=("HeartbeatInterval",))
    for get in await passed_on(station, csms, order, control=control):
        for key in get.payload.get("key", [""]):
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

    entered = ((256 * "v", None), ("org.plugfest", 51 * "m"), ("org.plugfest", "m"))
    *orders, control = [DataTransfer(station=station.id, vendor_id=vendor, message_id=name) for vendor, name in entered]
    for transfer in await passed_on(station, csms, *orders, control=control):
        _keeps(check, transfer.payload, vendorId=255, messageId=50)


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

    zero, below, control = (
        RemoteStartTransaction(station=station.id, id_tag=tag, connector_id=connector) for connector in (0, -1, 1)
    )
    for start in await passed_on(station, csms, zero, below, control=control):
        connector = start.payload.get("connectorId", 1)
        check.that(connector > 0, "a connector above 0, if any", observed=connector, clause="OCPP 1.6 6.33")


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

    zero, below, control = (UnlockConnector(station=station.id, connector_id=connector) for connector in (0, -1, 1))
    for unlock in await passed_on(station, csms, zero, below, control=control):
        connector = unlock.payload.get("connectorId", 1)
        check.that(connector > 0, "a connector above 0", observed=connector, clause="OCPP 1.6 6.53")


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

    entered = ((-1, "Operative"), (1, "Broken"), (1, "Operative"))
    *orders, control = [ChangeAvailability(station=station.id, connector_id=one, type=type) for one, type in entered]
    for change in await passed_on(station, csms, *orders, control=control):
        sent = change.payload
        possible = sent.get("connectorId", 0) >= 0 and sent.get("type", "Operative") in ("Operative", "Inoperative")
        check.that(possible, "a connector from 0 and a type of the list", observed=sent, clause="OCPP 1.6 6.7")
