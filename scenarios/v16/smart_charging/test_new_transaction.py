"""Charging profiles for a transaction that has just begun: OCPP 1.6 section 5.16.1."""

from datetime import UTC, datetime, timedelta

from harness.csms.console import Csms
from harness.csms.v16 import SetChargingProfile
from harness.ocppj import Call
from harness.scenario import scenario
from harness.trace import Entry
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import delivered, passed_on
from scenarios.stage.population import Tags
from scenarios.v16.smart_charging.profiles import Received, profile, setting
from simulators.v16 import ChargePoint, tag_status, timestamp, transaction_id

CLAUSE = "OCPP 1.6 5.16.1"
DAYS = timedelta(days=3)


def _transaction_profiles(station: ChargePoint, since: int) -> list[Entry]:
    """Return the CALLs received from a trace entry on that set a profile for one transaction."""
    return [
        entry
        for entry in station.received(since)
        if isinstance(entry.frame, Call)
        and Received.of(entry.frame.payload).profile.get("chargingProfilePurpose") == "TxProfile"
    ]


@scenario(
    "v16.smart-charging.new-transaction.confirmed-first",
    spec=[CLAUSE],
    requirements=["SC-5.16.1-a"],
    needs=[SetChargingProfile],
    mutants=["profile-before-start-conf", "start-held-for-profile"],
)
async def test_start_is_confirmed_first(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A new transaction is confirmed at once, and only then may a profile for it be sent, which names it."""
    tag = await tags.accepted()
    await station.ready()
    await station.status(1, "Preparing")

    began = len(station.trace)
    station.expect("SetChargingProfile")
    started = await station.start_transaction(tag)
    check.equal(tag_status(started), "Accepted", clause="OCPP 1.6 4.8")
    early = [entry.text for entry in _transaction_profiles(station, began) if entry.index < started.entry.index]
    check.equal(early, [], clause=CLAUSE)
    for call in await station.calls_until_probe("SetChargingProfile"):
        check.equal(_named(call), transaction_id(started), clause=CLAUSE)

    entered = profile("TxProfile", "Relative", transactionId=transaction_id(started))
    call = (await delivered(station, csms, setting(station, 1, entered))).entry
    check.equal(_named(call), transaction_id(started), clause=CLAUSE)


@scenario(
    "v16.smart-charging.new-transaction.stale-start",
    spec=[CLAUSE],
    requirements=["SC-5.16.1-a"],
    needs=[SetChargingProfile],
)
async def test_stale_start_gets_no_profile(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """No profile is sent for a transaction that began and ended days before its messages were delivered."""
    tag = await tags.accepted()
    await station.ready()

    began, start = len(station.trace), datetime.now(UTC) - DAYS
    started = await station.start_transaction(tag, timestamp=timestamp(start))
    end = timestamp(start + timedelta(hours=1))
    await station.stop_transaction(transaction_id(started), timestamp=end)
    await station.heartbeat()
    sent = [entry.text for entry in _transaction_profiles(station, began)]
    check.equal(sent, [], clause=CLAUSE, level=SHOULD)
    running = await station.charging(tag)
    entered = profile("TxProfile", "Relative", transactionId=running.id)
    await passed_on(station, csms, control=setting(station, 1, entered))


def _named(entry: Entry) -> object:
    """Return the transaction that the profile in a CALL is for."""
    return Received.of(entry.frame.payload).profile.get("transactionId") if isinstance(entry.frame, Call) else None
