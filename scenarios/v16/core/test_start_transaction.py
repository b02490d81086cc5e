"""StartTransaction: OCPP 1.6 section 4.8."""

from typing import Any

from harness.csms import TagProvisioning, TagStatus, TransactionReader
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.settings import PoliciesSection
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.stage.population import Stations, Tags
from simulators.aftermath import sign_of_life
from simulators.station import Answer, Refusal
from simulators.v16 import ChargePoint, now, tag_status, transaction_id

CLAUSE = "OCPP 1.6 4.8"
CONF = "OCPP 1.6 6.46"
LARGEST = 2**31 - 1


@scenario(
    "v16.core.start-transaction.answer",
    spec=[CLAUSE, CONF],
    requirements=["CORE-4.8-a"],
    mutants=["start-without-tag-info", "start-without-id", "start-id-as-text", "start-with-meter"],
)
async def test_start_is_given_an_id(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """StartTransaction is answered with an integer transactionId and idTagInfo, nothing else."""
    await station.ready()

    answer = await station.start_transaction(await tags.accepted())

    check.equal(sorted(answer.payload), ["idTagInfo", "transactionId"], clause=CONF)
    id = answer.payload.get("transactionId")
    check.that(type(id) is int, "an integer transactionId", observed=id, clause=CONF)
    check.equal(tag_status(answer), "Accepted", clause=CLAUSE)


@scenario(
    "v16.core.start-transaction.tag-verified-again",
    spec=[CLAUSE],
    requirements=["CORE-4.8-b"],
    needs=[TagProvisioning],
    mutants=["start-trusts-authorize"],
)
async def test_tag_is_verified_again(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """An idTag that was blocked after it had been authorized is answered Blocked at the start."""
    await station.ready()
    tag = await tags.accepted()
    check.equal(tag_status(await station.authorize(tag)), "Accepted", clause="OCPP 1.6 4.1")

    await tags.change(tag, TagStatus.BLOCKED)

    status = tag_status(await station.start_transaction(tag))
    check.graded(status, good=["Blocked"], tolerable=["Invalid"], clause=CLAUSE)


@scenario(
    "v16.core.start-transaction.refused-tag",
    spec=[CLAUSE, CONF, "OCPP 1.6 errata 3.54"],
    requirements=["CORE-4.8-c"],
    mutants=["start-accepts-all", "refused-start-without-id", "refused-start-refused"],
)
async def test_refused_tag_gets_an_id(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A start with an unknown, blocked or expired idTag is answered with the state of the tag, and an id."""
    await station.ready()

    states = ((tags.invalid(), "Invalid"), (await tags.blocked(), "Blocked"), (await tags.expired(), "Expired"))
    for tag, state in states:
        answer = await station.start_transaction(tag)
        check.graded(tag_status(answer), good=[state], tolerable=["Invalid"], clause=CLAUSE)
        id: Any = answer.payload.get("transactionId")
        if check.that(type(id) is int, "an integer transactionId", observed=id, clause=CONF):
            check.that(id > 0, "an id above 0", observed=id, clause="OCPP 1.6 errata 3.54", level=SHOULD)
            await station.stop_transaction(id, reason="DeAuthorized")


@scenario(
    "v16.core.start-transaction.unique-ids",
    spec=["OCPP 1.6 errata 3.54"],
    requirements=["CORE-4.8-d"],
)
async def test_ids_are_unique_everywhere(stations: Stations, tags: Tags, check: Checks) -> None:
    """Transactions on several stations and connectors have different ids, all positive and below 2^31."""
    made = [await stations.new() for _ in range(3)]
    for station in made:
        await station.ready()

    ids = []
    for connector in made[0].connectors:
        ids += [transaction_id(await one.start_transaction(await tags.accepted(), connector)) for one in made]

    clause = "OCPP 1.6 errata 3.54"
    check.equal(len(set(ids)), len(ids), clause=clause, level=SHOULD)
    fit = all(0 < id <= LARGEST for id in ids)
    check.that(fit, "ids of 1 to 2^31 - 1", observed=ids, clause=clause, level=SHOULD)


@scenario(
    "v16.core.start-transaction.two-connectors",
    spec=[CLAUSE, "OCPP 1.6 6.35"],
    requirements=["CORE-4.8-e"],
    mutants=["transaction-id-from-clock", "transaction-id-constant"],
)
async def test_two_connectors_two_ids(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Two transactions that begin on one station in the same instant have different ids."""
    await station.ready()
    start = now()

    first = await station.start_transaction(await tags.accepted(), 1, timestamp=start, meterStart=0)
    second = await station.start_transaction(await tags.second(), 2, timestamp=start, meterStart=0)

    ids = transaction_id(first), transaction_id(second)
    check.that(ids[0] != ids[1], "two different ids", observed=ids, clause=CLAUSE)


@scenario(
    "v16.core.start-transaction.stopped-one-by-one",
    spec=[CLAUSE, "OCPP 1.6 4.10"],
    requirements=["CORE-4.8-e"],
    needs=[TransactionReader],
    mutants=["stop-closes-all", "stop-closes-none"],
)
async def test_one_of_two_is_stopped(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """Of two transactions on one station, the one that is stopped ends, and the other runs on."""
    await station.ready()
    first = await station.charging(await tags.accepted(), connector=1)
    second = await station.charging(await tags.second(), connector=2)

    await station.stop_transaction(second.id)

    active = {view.id: view.active for view in await csms.ask(TransactionReader).transactions(station.id)}
    check.equal(active, {first.id: True, second.id: False}, clause="OCPP 1.6 4.10")


@scenario(
    "v16.core.start-transaction.parallel-tag",
    spec=["OCPP 1.6 7.2"],
    requirements=["CORE-4.8-f"],
    mutants=["parallel-start-refused"],
)
async def test_tag_charges_twice(stations: Stations, tags: Tags, policies: PoliciesSection, check: Checks) -> None:
    """A second start with an idTag that is charging elsewhere is answered Accepted or ConcurrentTx, as declared."""
    here, there = await stations.new(), await stations.new()
    transaction = await here.charging(await tags.accepted())
    await there.ready()

    outcome = await there.attempt(
        "StartTransaction", {"connectorId": 1, "idTag": transaction.id_tag, "meterStart": 0, "timestamp": now()}
    )

    status = tag_status(outcome) if isinstance(outcome, Answer) else outcome.kind
    check.graded(status, good=["Accepted", "ConcurrentTx"], clause="OCPP 1.6 7.2")
    if (policy := policies.parallel_tag_use) is not None:
        declared = "Accepted" if policy == "allowed" else "ConcurrentTx"
        check.equal(status, declared, clause="OCPP 1.6 7.2", level=SHOULD, axis=POLICY)


@scenario(
    "v16.core.start-transaction.implausible",
    spec=[CLAUSE],
    requirements=["CORE-4.8-g"],
    mutants=["implausible-start-unanswered"],
)
async def test_implausible_start_is_answered(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A start with an implausible meter, time, connector or reservation is confirmed all the same."""
    await station.ready()
    oddities = (
        {"meterStart": 0},
        {"meterStart": -5},
        {"meterStart": LARGEST},
        {"timestamp": "1970-01-01T00:00:00.000Z"},
        {"timestamp": "2099-12-31T23:59:59.000Z"},
        {"connectorId": 99},
        {"reservationId": LARGEST},
    )
    for odd in oddities:
        usual = {"connectorId": 1, "idTag": await tags.accepted(), "meterStart": 100, "timestamp": now()}
        outcome = await station.attempt("StartTransaction", usual | odd)
        check.graded(outcome.kind, good=["CALLRESULT"], tolerable=["CALLERROR"], clause=CLAUSE)


@scenario(
    "v16.core.start-transaction.repeated",
    spec=["OCPP 1.6 3.7.1", CLAUSE],
    requirements=["CORE-4.8-h"],
)
async def test_repeated_start_is_recognised(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A start that is sent again, because its answer was lost, is answered with the same id and status."""
    await station.ready()
    tag, began = await tags.accepted(), now()
    first = await station.start_transaction(tag, meterStart=4711, timestamp=began)
    await station.drop()
    await station.connect()

    again = await station.start_transaction(tag, meterStart=4711, timestamp=began)

    ids = transaction_id(first), transaction_id(again)
    check.equal(ids[1], ids[0], clause="OCPP 1.6 3.7.1", level=SHOULD)
    check.equal(tag_status(again), tag_status(first), clause="OCPP 1.6 3.7.1", level=SHOULD)


@scenario(
    "v16.core.start-transaction.no-connector",
    spec=["OCPP 1.6 6.45"],
    requirements=["CORE-4.8-i"],
    mutants=["impossible-connector-closes"],
)
async def test_start_on_no_connector(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A start on connector 0 or -1 is refused, and the station served on."""
    await station.ready()

    for connector in (0, -1):
        start = {"connectorId": connector, "idTag": await tags.accepted(), "meterStart": 0, "timestamp": now()}
        outcome = await station.attempt("StartTransaction", start)
        code = outcome.code if isinstance(outcome, Refusal) else outcome.kind
        check.equal(code, "PropertyConstraintViolation", clause="OCPP 1.6 6.45", level=SHOULD)
        (await sign_of_life(station)).judge(check, clause="OCPP-J 1.6 4.2.3")


@scenario(
    "v16.core.start-transaction.idle-tag",
    spec=["OCPP 1.6 7.2", CLAUSE],
    requirements=["CORE-4.8-f"],
    mutants=["concurrent-tx-inverted"],
)
async def test_idle_tag_is_not_concurrent(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A start with an idTag that is charging nowhere, or not any more, is answered Accepted, not ConcurrentTx."""
    await station.ready()
    tag = await tags.accepted()

    for _ in range(2):
        start = await station.start_transaction(tag)
        check.equal(tag_status(start), "Accepted", clause="OCPP 1.6 7.2")
        await station.stop_transaction(transaction_id(start))
