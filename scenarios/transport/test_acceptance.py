"""CALLs of a station that is not accepted yet: OCPP-J 1.6 errata 3.8, OCPP 2.0.1 B02 and B03."""

from collections.abc import Sequence

from harness.csms import Registration, RegistrationControl
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.verdict import Checks, Clause, Inconclusive
from harness.versions import V16
from scenarios.stage.population import Tags
from scenarios.transport.clauses import NEVER, NOT_YET
from scenarios.transport.dialects import EVERY_VERSION
from simulators.observation import Silence, gist
from simulators.station import Station


async def premature(station: Station, csms: Csms, registration: Registration, id_tag: str) -> Sequence[str]:
    """Return what a station that is Pending or Rejected gets for three CALLs, up to the first silence."""
    await csms.set_registration(station.id, registration)
    answer = await station.boot()
    if answer.payload.get("status") != registration:
        raise Inconclusive(f"{station.id} was not to be accepted, but: {answer}")
    found = []
    for action, payload in station.core_calls(id_tag)[1:4]:
        outcome = await station.attempt(action, payload)
        found.append(gist(outcome))
        if isinstance(outcome, Silence) or not station.connected:
            break
    return found


@scenario(
    "transport.acceptance.pending-station-refused",
    versions=EVERY_VERSION,
    spec=[NOT_YET],
    requirements={"1.6": ["J-5.6-a"]},
    needs=[RegistrationControl],
    mutants={
        "1.6": ["unaccepted-station-served", "unaccepted-station-unanswered"],
        "2.0.1": ["early-station-served", "unaccepted-station-unanswered"],
    },
)
async def test_pending_station_is_refused(station: Station, csms: Csms, tags: Tags, check: Checks) -> None:
    """A CALL of a pending station is answered with SecurityError; other codes, and answers in OCPP 1.6, only remark."""
    for word in await premature(station, csms, Registration.PENDING, tags.unknown()):
        _judge(word, station, check, NOT_YET)


@scenario(
    "transport.acceptance.rejected-station-refused",
    versions=EVERY_VERSION,
    spec=[NEVER],
    requirements={"1.6": ["J-5.6-a"]},
    needs=[RegistrationControl],
    mutants={
        "1.6": ["unaccepted-station-served", "unaccepted-station-unanswered"],
        "2.0.1": ["early-station-served", "unaccepted-station-unanswered"],
    },
)
async def test_rejected_station_is_refused(station: Station, csms: Csms, tags: Tags, check: Checks) -> None:
    """A CALL of a rejected station is answered with SecurityError; other codes, a close, answers in 1.6 only remark."""
    for word in await premature(station, csms, Registration.REJECTED, tags.unknown()):
        _judge(word, station, check, NEVER)


def _judge(word: str, station: Station, check: Checks, clause: Clause) -> None:
    """Check how a CALL was met: silence fails; to be served only remarks in 1.6, where an erratum forbids it."""
    failing = {"silence"} if station.version is V16 else {"silence", "CALLRESULT"}
    check.graded(word, good=["SecurityError"], tolerable={word} - failing, clause=clause)
