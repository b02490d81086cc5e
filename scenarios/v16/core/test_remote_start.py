"""RemoteStartTransaction: OCPP 1.6 section 5.11."""

from harness.csms import TransactionReader
from harness.csms.console import Csms
from harness.csms.v16 import RemoteStartTransaction
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint, tag_status

REQUEST = "OCPP 1.6 6.33"


async def _ordered(station: ChargePoint, csms: Csms, check: Checks, tag: str, connector: int | None) -> IncomingCall:
    """Have a transaction started on a connector, None for any, and check what reaches the station."""
    await csms.perform(RemoteStartTransaction(station=station.id, id_tag=tag, connector_id=connector))
    start = await station.next_call("RemoteStartTransaction")
    check.equal(start.payload.get("idTag"), tag, clause=REQUEST)
    if connector is not None:
        check.equal(start.payload.get("connectorId"), connector, clause=REQUEST)
    return start


@scenario(
    "v16.core.remote-start.plugged-in-first",
    spec=["OCPP 1.6 5.11", REQUEST],
    octt=["TC_010_CSMS"],
    requirements=["CORE-5.11-a", "CORE-5.11-b", "OP-a"],
    needs=[RemoteStartTransaction],
    mutants=["remote-start-tag-mangled", "remote-start-connector-lost", "remote-start-tag-refused"],
    smoke=True,
)
async def test_remote_start_after_plugging_in(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """With the cable plugged in, a remote start names tag and connector, and the tag may then charge."""
    tag = await tags.accepted()
    await station.ready()
    await station.status(1, "Preparing")

    start = await _ordered(station, csms, check, tag, 1)
    await start.answer(status="Accepted")

    authorized = await station.authorize(tag)
    check.equal(tag_status(authorized), "Accepted", clause="OCPP 1.6 4.1")
    started = await station.start_transaction(tag)
    check.equal(tag_status(started), "Accepted", clause="OCPP 1.6 4.8")
    await station.status(1, "Charging")


@scenario(
    "v16.core.remote-start.started-first",
    spec=["OCPP 1.6 5.11", REQUEST],
    octt=["TC_011_1_CSMS"],
    requirements=["CORE-5.11-a", "CORE-5.11-b"],
    needs=[RemoteStartTransaction],
    mutants=["remote-start-tag-mangled", "remote-start-connector-lost", "remote-start-tag-refused"],
)
async def test_remote_start_before_plugging_in(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A remote start comes before the cable is plugged in, and the tag may then charge."""
    tag = await tags.accepted()
    await station.ready()

    start = await _ordered(station, csms, check, tag, 1)
    await start.answer(status="Accepted")

    authorized = await station.authorize(tag)
    check.equal(tag_status(authorized), "Accepted", clause="OCPP 1.6 4.1")
    await station.status(1, "Preparing")
    started = await station.start_transaction(tag)
    check.equal(tag_status(started), "Accepted", clause="OCPP 1.6 4.8")
    await station.status(1, "Charging")


@scenario(
    "v16.core.remote-start.timed-out",
    spec=["OCPP 1.6 5.11", REQUEST],
    octt=["TC_011_2_CSMS"],
    needs=[RemoteStartTransaction],
    mutants=["remote-start-tag-mangled", "remote-start-connector-lost", "remote-start-tag-refused"],
)
async def test_remote_start_without_a_car(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """After a remote start on one connector, or on any, nobody plugs in: the connector is available again."""
    tag = await tags.accepted()
    await station.ready()

    for connector in (1, None):
        start = await _ordered(station, csms, check, tag, connector)
        await start.answer(status="Accepted")
        authorized = await station.authorize(tag)
        check.equal(tag_status(authorized), "Accepted", clause="OCPP 1.6 4.1")
        check.equal((await station.status(1, "Preparing")).payload, {}, clause="OCPP 1.6 6.48")
        check.equal((await station.status(1, "Available")).payload, {}, clause="OCPP 1.6 6.48")


@scenario(
    "v16.core.remote-start.rejected",
    spec=["OCPP 1.6 5.11", "OCPP 1.6 7.40"],
    octt=["TC_026_CSMS"],
    requirements=["CORE-5.11-a"],
    needs=[RemoteStartTransaction],
    mutants=["remote-start-tag-mangled", "unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_rejected_start_is_tolerated(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A station that rejects a remote start is served on, and may be asked again, for any connector too."""
    tag = await tags.accepted()
    await station.ready()

    for connector in (1, None, 1):
        start = await _ordered(station, csms, check, tag, connector)
        await start.answer(status="Rejected")
        await station.heartbeat()


@scenario(
    "v16.core.remote-start.any-connector",
    spec=["OCPP 1.6 5.11", REQUEST],
    requirements=["CORE-5.11-a", "OP-a"],
    needs=[RemoteStartTransaction],
    mutants=["remote-start-connector-zero", "absent-members-null", "remote-start-tag-mangled"],
)
async def test_remote_start_on_any_connector(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A remote start on whatever connector leaves the connector out, or chooses one above 0."""
    tag = await tags.accepted()
    await station.ready()

    await csms.perform(RemoteStartTransaction(station=station.id, id_tag=tag))
    start = await station.next_call("RemoteStartTransaction")
    check.equal(start.payload.get("idTag"), tag, clause=REQUEST)
    connector = start.payload.get("connectorId", 1)
    check.that(isinstance(connector, int) and connector > 0, "a connector above 0", observed=connector, clause=REQUEST)
    await start.answer(status="Accepted")
    await station.heartbeat()


@scenario(
    "v16.core.remote-start.tag-is-accepted",
    spec=["OCPP 1.6 5.11"],
    requirements=["CORE-5.11-b"],
    needs=[RemoteStartTransaction],
)
async def test_remotely_started_tag_is_accepted(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The tag that the central system names in a remote start is accepted, with or without an Authorize before."""
    await station.ready()

    for connector, asks_first in ((1, True), (2, False)):
        chosen = await tags.accepted() if asks_first else await tags.second()
        await csms.perform(RemoteStartTransaction(station=station.id, id_tag=chosen, connector_id=connector))
        start = await station.next_call("RemoteStartTransaction")
        await start.answer(status="Accepted")

        tag = str(start.payload.get("idTag"))
        if asks_first:
            authorized = await station.authorize(tag)
            check.equal(tag_status(authorized), "Accepted", clause="OCPP 1.6 5.11", level=SHOULD)
        started = await station.start_transaction(tag, connector)
        check.equal(tag_status(started), "Accepted", clause="OCPP 1.6 5.11", level=SHOULD)


@scenario(
    "v16.core.remote-start.answer-starts-nothing",
    spec=["OCPP 1.6 5.11", "OCPP 1.6 errata 3.32"],
    requirements=["CORE-5.11-c"],
    needs=[RemoteStartTransaction, TransactionReader],
)
async def test_answer_starts_nothing(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """No transaction is shown as running, whatever the station answers to a remote start, until it starts one."""
    tag = await tags.accepted()
    await station.ready()

    for status in ("Rejected", "Accepted"):
        await csms.perform(RemoteStartTransaction(station=station.id, id_tag=tag, connector_id=1))
        await (await station.next_call("RemoteStartTransaction")).answer(status=status)
        await station.heartbeat()
        running = [one.id for one in await csms.ask(TransactionReader).transactions(station.id) if one.active]
        check.equal(running, [], clause="OCPP 1.6 5.11", level=SHOULD)
