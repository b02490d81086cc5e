"""StopTransaction of unknown, foreign and strange ids and idTags: OCPP 1.6 section 4.10."""

from harness.csms import TransactionReader
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Stations, Tags
from simulators.v16 import ChargePoint, now, tag_status

CLAUSE = "OCPP 1.6 4.10"
ERRATUM = "OCPP 1.6 errata 3.18"
NEVER_GIVEN = 2_147_480_000


@scenario(
    "v16.core.stop-transaction.unknown-id",
    spec=[CLAUSE],
    requirements=["CORE-4.10-c"],
    mutants=["stop-of-nothing-unanswered"],
)
async def test_unknown_transaction_is_confirmed(station: ChargePoint, check: Checks) -> None:
    """A stop of a transaction that nobody knows is confirmed, so that the station can forget it."""
    await station.ready()

    stop = {"transactionId": NEVER_GIVEN, "meterStop": 1, "timestamp": now()}
    outcome = await station.attempt("StopTransaction", stop)

    check.graded(outcome.kind, good=["CALLRESULT"], tolerable=["CALLERROR"], clause=CLAUSE)


@scenario(
    "v16.core.stop-transaction.minus-one",
    spec=[ERRATUM, CLAUSE, "OCPP 1.6 4.7"],
    requirements=["CORE-4.10-d"],
    mutants=["stop-unknown-refused", "minus-one-values-refused"],
)
async def test_minus_one_is_answered_as_valid(station: ChargePoint, check: Checks) -> None:
    """MeterValues and a stop of transaction -1, of which the station never learnt the id, are answered as valid."""
    await station.ready()

    check.equal((await station.meter_values(transaction=-1)).payload, {}, clause=ERRATUM)
    stop = await station.stop_transaction(-1)
    check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause=ERRATUM)


@scenario(
    "v16.core.stop-transaction.nothing-else-stopped",
    spec=[CLAUSE, ERRATUM],
    requirements=["CORE-4.10-c", "CORE-4.10-d"],
    needs=[TransactionReader],
    mutants=["stop-of-nothing-guessed"],
)
async def test_unknown_id_stops_nothing_else(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The stop of an id that means nothing, or of -1, leaves the running transaction as it is."""
    transaction = await station.charging(await tags.accepted())

    for id in (NEVER_GIVEN, -1):
        await station.attempt("StopTransaction", {"transactionId": id, "meterStop": 1, "timestamp": now()})
        view = await csms.transaction(station.id, transaction.id)
        check.that(view.active, "a transaction that runs on", observed=view, clause=CLAUSE)


@scenario(
    "v16.core.stop-transaction.other-station",
    spec=[CLAUSE, "OCPP-J 1.6 3.1.1"],
    requirements=["CORE-4.10-l"],
    needs=[TransactionReader],
    mutants=["stop-of-other-station", "stop-of-nothing-unanswered"],
)
async def test_station_stops_only_its_own(stations: Stations, csms: Csms, tags: Tags, check: Checks) -> None:
    """A station that stops the transaction of another is answered, and the other's transaction runs on."""
    owner, other = await stations.new(), await stations.new()
    transaction = await owner.charging(await tags.accepted())
    await other.ready()

    stop = {"transactionId": transaction.id, "meterStop": 1, "timestamp": now()}
    outcome = await other.attempt("StopTransaction", stop)

    check.graded(outcome.kind, good=["CALLRESULT"], tolerable=["CALLERROR"], clause=CLAUSE)
    view = await csms.transaction(owner.id, transaction.id)
    check.that(view.active, "a transaction that runs on", observed=view, clause=CLAUSE)


@scenario(
    "v16.core.stop-transaction.same-group",
    spec=["OCPP 1.6 3.10", CLAUSE],
    requirements=["CORE-4.10-i"],
    needs=[TransactionReader],
    mutants=["stop-by-other-tag-ignored", "stop-by-other-tag-invalid"],
)
async def test_tag_of_the_group_stops(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A transaction that is stopped with another idTag of its group ends, and the idTag is told Accepted."""
    starter, stopper = await tags.family()
    transaction = await station.charging(starter)

    stop = await station.stop_transaction(transaction.id, idTag=stopper)

    if "idTagInfo" in stop.payload:
        check.equal(tag_status(stop), "Accepted", clause="OCPP 1.6 3.10")
    view = await csms.transaction(station.id, transaction.id)
    check.that(not view.active, "a transaction that has ended", observed=view, clause=CLAUSE)


@scenario(
    "v16.core.stop-transaction.refused-tag",
    spec=[CLAUSE],
    requirements=["CORE-4.10-j"],
    needs=[TransactionReader],
    mutants=["stop-tag-unchecked"],
)
async def test_refused_tag_stops_too(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A stop with an unknown or blocked idTag ends the transaction; only idTagInfo tells of the tag."""
    await station.ready()

    for tag, states in ((tags.invalid(), ("Invalid",)), (await tags.blocked(), ("Blocked", "Invalid"))):
        transaction = await station.charging(await tags.accepted())
        stop = await station.stop_transaction(transaction.id, idTag=tag)
        if "idTagInfo" in stop.payload:
            check.graded(tag_status(stop), good=states, clause="OCPP 1.6 7.2", level=SHOULD)
        view = await csms.transaction(station.id, transaction.id)
        check.that(not view.active, "a transaction that has ended", observed=view, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.stop-transaction.after-reboot",
    spec=["OCPP 1.6 4.2", CLAUSE],
    requirements=["CORE-4.2-o"],
    needs=[TransactionReader],
)
async def test_stop_after_reboot_closes(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A transaction that a reboot interrupted is still ended by the stop that follows, whatever caused the boot."""
    await station.ready()

    for reason in ("PowerLoss", "Reboot", "HardReset"):
        transaction = await station.charging(await tags.accepted())
        await station.reboot()
        status = (await station.boot()).payload.get("status")
        check.equal(status, "Accepted", clause="OCPP 1.6 4.2", level=SHOULD)
        await station.stop_transaction(transaction.id, reason=reason)
        view = await csms.transaction(station.id, transaction.id)
        check.that(not view.active, "a transaction that has ended", observed=view, clause=CLAUSE, level=SHOULD)
