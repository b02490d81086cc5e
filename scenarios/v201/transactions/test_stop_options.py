"""What makes a transaction stop (TxStopPoint): OCPP 2.0.1 E06."""

from dataclasses import dataclass

from harness.scenario import Member, family, scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from scenarios.v201.answers import accepted
from simulators.v201 import ChargingStation, token_status

VERIFIED = "OCPP 2.0.1 E01.FR.12"
CONFIRMED = "OCPP 2.0.1 E06"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The ``trigger``, the ``reason`` and the charging ``state`` of the last event.

    It names a token where the driver ``stops`` with it, or does so in an event before where he has ``stopped`` the
    energy first. ``suspended`` is a charging state that comes before, and ``unplugged`` that the cable is out.
    """

    trigger: str
    reason: str
    state: str | None = None
    stops: bool = False
    stopped: bool = False
    suspended: str | None = None
    unplugged: bool = False


OUT = "EVCommunicationLost"
UNNAMED = "end-without-token-refused"
MEMBERS = (
    ("parking-bay-unoccupied", "TC_E_19", "01", UNNAMED,
     Case(trigger="EVDeparted", reason="Local", stopped=True, unplugged=True)),
    ("ev-disconnected", "TC_E_14", "02", UNNAMED,
     Case(trigger=OUT, reason="EVDisconnected", stopped=True, unplugged=True)),
    ("suspended-ev-disconnected", "TC_E_20", "02", "suspension-refused",
     Case(trigger=OUT, reason="EVDisconnected", suspended="SuspendedEV", unplugged=True)),
    ("stop-authorized", "TC_E_15", "03", "stop-told-concurrent",
     Case(trigger="StopAuthorized", reason="Local", stops=True)),
    ("deauthorized-by-ev", "TC_E_17", "04", UNNAMED, Case(trigger=OUT, reason="EVDisconnected", state="Idle")),
    ("power-path-opened", "TC_E_07", "06", "stop-told-concurrent",
     Case(trigger="StopAuthorized", reason="Local", state="EVConnected", stops=True)),
    ("energy-stopped", "TC_E_08", "07", "stop-told-concurrent",
     Case(trigger="ChargingStateChanged", reason="Local", state="EVConnected", stopped=True)),
    ("energy-stopped-by-ev", "TC_E_22", "07", "suspension-refused",
     Case(trigger="ChargingStateChanged", reason="StoppedByEV", state="SuspendedEV")),
)  # fmt: skip


@family(
    Member(
        id=f"v201.transactions.stop-option.{name}",
        title=f"A transaction that stops by {case.trigger}, for the reason {case.reason}, is taken to its end.",
        case=case,
        spec=[f"OCPP 2.0.1 E06.FR.{number}"],
        octt=[f"{octt}_CSMS"],
        mutants=[mutant],
    )
    for name, octt, number, mutant, case in MEMBERS
)
async def test_stop_is_taken(station: ChargingStation, tags: Tags, check: Checks, case: Case) -> None:
    """The last event of a transaction is confirmed, whatever the station is configured to stop by."""
    transaction = await station.charging(await tags.accepted())
    named = {"idToken": transaction.id_token}

    if case.stopped:
        stop = await transaction.updated("StopAuthorized", info={"chargingState": "EVConnected"}, **named)
        accepted(check, stop, clause=VERIFIED)
    if case.suspended:
        await transaction.charging_state(case.suspended)
    if case.unplugged:
        await station.status(1, 1, "Available")
    told = named if case.stops else {}
    answer = await transaction.ended(case.trigger, case.reason, info={"chargingState": case.state}, **told)
    check.equal(answer.kind, "CALLRESULT", clause=CONFIRMED)
    if case.stops:
        accepted(check, answer, clause=VERIFIED)


@scenario(
    "v201.transactions.stop-option.deauthorized",
    spec=["OCPP 2.0.1 E06.FR.04", "OCPP 2.0.1 E01.FR.11", VERIFIED],
    octt=["TC_E_16_CSMS"],
    mutants=["event-token-not-verified", "deauthorization-refused"],
)
async def test_invalid_token_stops(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """A start with a token that is not accepted is answered Invalid or Unknown, and the end that follows is taken."""
    await station.ready()
    await station.status(1, 1, "Occupied")

    transaction = station.transaction(tags.invalid())
    info = {"chargingState": "EVConnected"}
    answer = await transaction.started("Authorized", info=info, idToken=transaction.id_token)
    check.graded(token_status(answer), good=["Invalid", "Unknown"], clause=VERIFIED)
    ended = await transaction.ended("Deauthorized", "DeAuthorized")
    check.equal(ended.kind, "CALLRESULT", clause=CONFIRMED)
