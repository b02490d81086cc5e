"""The unique id of the station's CALLs: OCPP-J section 4.1.4."""

from harness.csms.console import Csms
from harness.ocppj import Call, CallResult
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.stage.population import Tags
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, dialect, needs
from simulators.aftermath import aftermath, sign_of_life
from simulators.observation import gist
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.1.4"


@scenario(
    "transport.unique-id.repeated",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.4"],
    requirements={"1.6": ["J-4.1.4-a"]},
    mutants=["id-lower-case", "answer-id-upper-case", "id-trimmed"],
)
async def test_answer_repeats_the_unique_id(station: Station, check: Checks) -> None:
    """Each answer repeats the unique id of its CALL to the letter, short or long, whatever its characters."""
    await station.ready()
    mixed = station.new_id().upper()[:18] + station.new_id()[18:]

    for unique_id in ("1", mixed, " a b/+=", station.new_id()):
        since = len(station.trace)
        await station.attempt("Heartbeat", unique_id=unique_id)
        answers = [entry.frame for entry in station.received(since) if isinstance(entry.frame, CallResult)]
        check.equal([answer.unique_id for answer in answers], [unique_id], clause=CLAUSE)


@scenario(
    "transport.unique-id.overlong-refused",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.1.4-d"]},
)
async def test_overlong_unique_id_is_refused(station: Station, check: Checks) -> None:
    """A CALL whose unique id has 37 characters is answered with CALLERROR."""
    await station.ready()

    outcome = await station.attempt("Heartbeat", unique_id=f"{station.new_id()}x")

    refused = gist(outcome) not in ("CALLRESULT", "silence", "close")
    check.that(refused, "a CALLERROR", observed=outcome, clause="OCPP-J {version} 4.2.3", level=SHOULD)
    (await sign_of_life(station)).judge(check, clause="OCPP-J {version} 4.2.3", closing=SHOULD)


@scenario(
    "transport.unique-id.duplicate-not-served-twice",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.4", "OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.1.4-e"]},
    mutants=["duplicate-id-served"],
)
async def test_duplicate_unique_id_is_not_served_twice(station: Station, tags: Tags, check: Checks) -> None:
    """Of two CALLs at once under the same unique id, at most one is served."""
    await station.ready()
    call = Call(station.new_id(), *dialect(station).authorize(tags.unknown()))

    sent = await station.send(call)
    await station.attempt_raw([2, call.unique_id, call.action, call.payload], call.unique_id)
    await station.probe()

    frames = [entry.frame for entry in station.received(sent.index)]
    served = sum(isinstance(one, CallResult) and one.unique_id == call.unique_id for one in frames)
    expected = "at most one CALLRESULT"
    check.that(served <= 1, expected, observed=f"{served} of them", clause=CLAUSE, level=SHOULD, axis=POLICY)


@scenario(
    "transport.unique-id.repeated-call-answered-first",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.4", "OCPP-J {version} 4.2.2"],
    requirements={"1.6": ["J-4.1.4-e"]},
    mutants=["repeated-call-refused-first"],
)
async def test_repeated_call_is_answered_before_it_is_refused(station: Station, tags: Tags, check: Checks) -> None:
    """The start of a transaction, sent twice at once, is confirmed first, so that the station learns what it needs."""
    tag = await tags.accepted()
    await station.ready()
    [(call, answer)] = station.pipeline(dialect(station).start(tag))

    await station.send(call)
    await station.send(call)
    outcome = await station.observe(answer)

    check.equal(gist(outcome), "CALLRESULT", clause=CLAUSE, level=SHOULD, axis=POLICY)
    await station.probe()


@scenario(
    "transport.unique-id.same-on-both-sides",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.4"],
    requirements={"1.6": ["J-4.1.4-f"]},
    needs=needs(CLEAR_CACHE),
    mutants=["id-of-own-call-refused"],
)
async def test_both_sides_may_use_the_same_unique_id(station: Station, csms: Csms, check: Checks) -> None:
    """A CALL is served under the unique id that a pending CALL of the central system has."""
    await station.ready()
    await csms.perform(dialect(station).clear_cache())
    pending = await station.next_call("ClearCache")

    outcome = await station.attempt("Heartbeat", unique_id=pending.unique_id)
    check.equal(gist(outcome), "CALLRESULT", clause=CLAUSE)

    await pending.answer(status="Accepted")


@scenario(
    "v16.transport.unique-id.new-with-each-connection",
    spec=["OCPP-J 1.6 4.1.4"],
    requirements=["J-4.1.4-f"],
    mutants=["ids-remembered-across-connections"],
)
async def test_new_connection_may_use_old_unique_ids(station: Station, check: Checks) -> None:
    """A CALL is served under a unique id that an earlier connection of the station has used."""
    await station.ready()
    await station.attempt("Heartbeat", unique_id="1")

    await station.disconnect()
    await station.connect()
    outcome = await station.attempt("Heartbeat", unique_id="1")

    check.equal(gist(outcome), "CALLRESULT", clause=CLAUSE)


@scenario(
    "transport.unique-id.improper-not-served",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.4"],
    requirements={"1.6": ["J-4.1.4-g"]},
    mutants=["improper-id-locks-out", "improper-id-wedges"],
)
async def test_improper_unique_id_is_not_served(station: Station, check: Checks) -> None:
    """A CALL whose unique id is a number, null or empty is not served as if nothing were wrong."""
    await station.ready()

    for unique_id in (123, None, ""):
        after = await aftermath(station, [2, unique_id, "Heartbeat", {}])
        check.equal(after.results, (), clause=CLAUSE, level=SHOULD)
        after.life.judge(check, clause=CLAUSE, closing=SHOULD)
