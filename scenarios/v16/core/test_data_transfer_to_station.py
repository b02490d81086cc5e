"""DataTransfer of the central system to the station: OCPP 1.6 section 5.6."""

from harness.csms.console import Csms
from harness.csms.v16 import DataTransfer
from harness.scenario import scenario
from harness.verdict import Checks
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.15"
VENDOR = "org.plugfest"


@scenario(
    "v16.core.data-transfer-to-station.complete",
    spec=["OCPP 1.6 5.6", REQUEST],
    requirements=["CORE-5.6-a", "OP-a"],
    needs=[DataTransfer],
    mutants=["vendor-data-lost", "vendor-data-unwrapped"],
)
async def test_vendor_data_arrives(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Vendor data reaches the station with its message id, unchanged even where it looks like JSON."""
    await station.ready()

    for data in ("plain text", '{"looks": ["like", "JSON"]}', "ünïcödé ⚡"):
        await csms.perform(DataTransfer(station=station.id, vendor_id=VENDOR, message_id="greet", data=data))
        transfer = await station.next_call("DataTransfer", vendorId=VENDOR)
        check.equal(transfer.payload, {"vendorId": VENDOR, "messageId": "greet", "data": data}, clause=REQUEST)
        await transfer.answer(status="Accepted", data=data)
        await station.heartbeat()


@scenario(
    "v16.core.data-transfer-to-station.minimal",
    spec=["OCPP 1.6 5.6", REQUEST],
    requirements=["CORE-5.6-a", "OP-a"],
    needs=[DataTransfer],
    mutants=["absent-members-null"],
)
async def test_vendor_id_alone_arrives(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A transfer without message id and data reaches the station without these members."""
    await station.ready()

    await csms.perform(DataTransfer(station=station.id, vendor_id=VENDOR))
    transfer = await station.next_call("DataTransfer", vendorId=VENDOR)
    check.equal(transfer.payload, {"vendorId": VENDOR}, clause=REQUEST)
    await transfer.answer(status="Accepted")
    await station.heartbeat()


@scenario(
    "v16.core.data-transfer-to-station.four-answers",
    spec=["OCPP 1.6 5.6", "OCPP 1.6 6.16", "OCPP 1.6 7.24"],
    requirements=["CORE-5.6-a"],
    needs=[DataTransfer],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_all_answers_are_taken(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Each of the four answers to vendor data, with data or without, is taken, and the next transfer follows."""
    await station.ready()

    for status in ("Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"):
        for members in ({}, {"data": '{"why": "the station says so"}'}):
            await csms.perform(DataTransfer(station=station.id, vendor_id=VENDOR, message_id="ask"))
            transfer = await station.next_call("DataTransfer", vendorId=VENDOR)
            check.equal(transfer.payload, {"vendorId": VENDOR, "messageId": "ask"}, clause=REQUEST)
            await transfer.answer(members, status=status)
            await station.heartbeat()
