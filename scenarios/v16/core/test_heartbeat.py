"""Heartbeat: OCPP 1.6 section 4.6."""

from datetime import UTC, datetime

from harness.csms import StationReader
from harness.csms.console import Csms, shown
from harness.judgement import seconds_off
from harness.scenario import Declares, scenario
from harness.settings import PoliciesSection
from harness.verdict import SHOULD, Checks, Inconclusive
from simulators.v16 import ChargePoint

CONF = "OCPP 1.6 6.30"


@scenario(
    "v16.core.heartbeat.answer",
    spec=["OCPP 1.6 4.6", CONF],
    requirements=["CORE-4.6-a"],
    mutants=["heartbeat-with-interval"],
)
async def test_heartbeat_answer_is_only_the_time(station: ChargePoint, check: Checks) -> None:
    """A Heartbeat is answered with currentTime and nothing else."""
    await station.ready()

    check.equal(sorted((await station.heartbeat()).payload), ["currentTime"], clause=CONF)


@scenario(
    "v16.core.heartbeat.current-time",
    spec=["OCPP 1.6 4.6", CONF],
    requirements=["CORE-4.6-a"],
    mutants=["clock-hour-behind", "clock-local", "clock-backwards"],
    smoke=True,
)
async def test_heartbeats_tell_the_time(station: ChargePoint, check: Checks) -> None:
    """Heartbeats are answered with the present time, which never goes backwards."""
    await station.ready()
    began, before = datetime.now(UTC), -float("inf")

    for _ in range(5):
        told = (await station.heartbeat()).payload.get("currentTime")
        off = seconds_off(told, datetime.now(UTC))
        check.close(off, 0, within=60, clause=CONF)
        check.close(off, 0, within=5, clause=CONF, level=SHOULD)
        since = seconds_off(told, began)
        check.that(since >= before, "a time not before the last one", observed=told, clause=CONF)
        before = since


@scenario(
    "v16.core.heartbeat.clock-runs",
    spec=["OCPP 1.6 4.6", CONF],
    requirements=["CORE-4.6-a"],
    mutants=["clock-stands-still"],
)
async def test_clock_runs_between_heartbeats(station: ChargePoint, check: Checks) -> None:
    """The time that a Heartbeat tells is later than that of a Heartbeat more than a second before."""
    await station.ready()
    began = datetime.now(UTC)

    first = (await station.heartbeat()).payload.get("currentTime")
    await station.linger(1.1)
    second = (await station.heartbeat()).payload.get("currentTime")

    passed = seconds_off(second, began) > seconds_off(first, began)
    check.that(passed, f"a time after {first}", observed=second, clause=CONF)


@scenario(
    "v16.core.heartbeat.at-the-interval",
    spec=["OCPP 1.6 4.2", "OCPP 1.6 4.6", "OCPP-J 1.6 5.3"],
    requirements=["CORE-4.6-a", "J-5.3-a"],
    needs=[Declares("heartbeat_interval")],
    mutants=["dropped-within-the-interval"],
)
async def test_heartbeats_at_the_interval_keep_the_connection(
    station: ChargePoint, policies: PoliciesSection, check: Checks
) -> None:
    """A station that sends nothing but a Heartbeat at the very interval it was told stays connected."""
    interval = (await station.ready()).payload.get("interval")
    if policies.heartbeat_interval is None or interval != policies.heartbeat_interval:
        raise Inconclusive(f"the interval told is {interval} s, not {policies.heartbeat_interval} s as declared")

    for _ in range(2):
        ended = await station.linger(policies.heartbeat_interval)
        expected = f"the connection open after {interval} s"
        if not check.that(ended is None, expected, observed=ended, clause="OCPP 1.6 4.6", level=SHOULD):
            return
        await station.heartbeat()


@scenario(
    "v16.core.heartbeat.any-message-is-a-sign-of-life",
    spec=["OCPP 1.6 4.6"],
    requirements=["CORE-4.6-b"],
    needs=[StationReader],
)
async def test_any_message_is_a_sign_of_life(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that sends other messages than Heartbeat is shown online, and last seen when it sent them."""
    await station.ready()
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}

    for action, payload in (("StatusNotification", status), ("DataTransfer", {"vendorId": "org.example"})):
        before = shown((await csms.ask(StationReader).station(station.id)).last_seen, "when a station was last seen")
        await station.attempt(action, payload)
        view = await csms.ask(StationReader).station(station.id)
        after = shown(view.last_seen, "when a station was last seen")
        if after == before and not after.microsecond:
            raise Inconclusive("the central system shows when a station was last seen in whole seconds only")
        check.that(after > before, f"last seen after {before}", observed=after, clause="OCPP 1.6 4.6", level=SHOULD)
        check.that(view.online is not False, "shown online", observed=view, clause="OCPP 1.6 4.6", level=SHOULD)
