"""A charging profile that comes with RemoteStartTransaction: OCPP 1.6 sections 5.11 and 5.16.2."""

from harness.csms.console import Csms
from harness.csms.v16 import RemoteStartTransaction
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.orders import delivered, passed_on
from scenarios.stage.population import Tags
from scenarios.v16.smart_charging.profiles import Received, compare, moment, profile, schedule
from simulators.v16 import ChargePoint, tag_status

REQUEST = "OCPP 1.6 6.33"
CLAUSE = "OCPP 1.6 5.16.2"


def _start(station: ChargePoint, tag: str, entered: Payload) -> RemoteStartTransaction:
    return RemoteStartTransaction(station=station.id, id_tag=tag, connector_id=1, charging_profile=entered)


@scenario(
    "v16.smart-charging.profile-at-start.absolute",
    spec=["OCPP 1.6 5.11", CLAUSE, REQUEST],
    octt=["TC_059_CSMS"],
    requirements=["SC-5.16.2-a", "SC-7.13-a", "OP-a"],
    needs=[RemoteStartTransaction],
    mutants=[
        "remote-start-tag-mangled",
        "remote-start-connector-lost",
        "remote-start-profile-lost",
        "remote-start-profile-default",
        "remote-start-profile-bound",
        "remote-start-tag-refused",
    ],
)
async def test_start_with_absolute_profile(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A remote start carries the profile for the transaction to come, and that transaction may begin."""
    tag = await tags.accepted()
    await station.ready()

    plan = schedule((0, 6.0), duration=3600, startSchedule=moment())
    entered = profile("TxProfile", plan=plan, validFrom=moment(), validTo=moment(1))
    start = await delivered(station, csms, _start(station, tag, entered))
    check.equal([start.payload.get("idTag"), start.payload.get("connectorId")], [tag, 1], clause=REQUEST)
    compare(check, Received.of(start.payload, "chargingProfile"), entered)

    check.equal(tag_status(await station.authorize(tag)), "Accepted", clause="OCPP 1.6 4.1")
    check.equal((await station.status(1, "Preparing")).payload, {}, clause="OCPP 1.6 4.9")
    check.equal(tag_status(await station.start_transaction(tag)), "Accepted", clause="OCPP 1.6 4.8")
    check.equal((await station.status(1, "Charging")).payload, {}, clause="OCPP 1.6 4.9")


@scenario(
    "v16.smart-charging.profile-at-start.relative",
    spec=["OCPP 1.6 5.11", CLAUSE, REQUEST],
    octt=["TC_059_CSMS"],
    requirements=["SC-5.16.2-a", "SC-7.13-a", "OP-a"],
    needs=[RemoteStartTransaction],
    mutants=["remote-start-profile-lost", "remote-start-profile-default", "remote-start-profile-bound"],
)
async def test_start_with_relative_profile(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A remote start carries a relative profile for the transaction to come without a start of its own."""
    tag = await tags.accepted()
    await station.ready()

    entered = profile("TxProfile", "Relative", schedule((0, 16.0), (1800, 6.0)))
    start = await delivered(station, csms, _start(station, tag, entered))
    received = Received.of(start.payload, "chargingProfile")
    compare(check, received, entered)
    check.equal(received.schedule.get("startSchedule"), None, clause="OCPP 1.6 7.9")


@scenario(
    "v16.smart-charging.profile-at-start.unfit-profile",
    spec=["OCPP 1.6 5.11", CLAUSE, "OCPP 1.6 errata 3.41"],
    requirements=["SC-5.16.2-a"],
    needs=[RemoteStartTransaction],
    mutants=["profile-input-unchecked"],
)
async def test_no_other_profile_at_start(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A remote start is not sent with a profile of another purpose, or for a transaction that already is."""
    tag = await tags.accepted()
    await station.ready()

    entries = (profile("TxDefaultProfile"), profile("ChargePointMaxProfile"), profile("TxProfile", transactionId=1))
    orders = [_start(station, tag, entered) for entered in entries]
    for start in await passed_on(station, csms, *orders, control=_start(station, tag, profile("TxProfile"))):
        sent = Received.of(start.payload, "chargingProfile").profile
        observed = (sent.get("chargingProfilePurpose"), sent.get("transactionId"))
        check.graded(observed, good=((None, None), ("TxProfile", None)), clause=CLAUSE)
