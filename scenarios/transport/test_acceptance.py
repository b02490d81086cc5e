"""CALLs of a station that is not accepted yet: OCPP-J 1.6 errata 3.8."""

from collections.abc import Sequence

from harness.csms import Registration, RegistrationControl
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.verdict import Checks, Inconclusive
from scenarios.stage.population import Tags
from simulators.observation import Silence, gist
from simulators.v16 import ChargePoint
from simulators.v16.messages import core_calls

CLAUSE = "OCPP-J 1.6 errata 3.8"


async def premature(station: ChargePoint, csms: Csms, registration: Registration, id_tag: str) -> Sequence[str]:
    """Return what a station that is Pending or Rejected gets for three CALLs, up to the first silence."""
    await csms.set_registration(station.id, registration)
    answer = await station.boot()
    if answer.payload.get("status") != registration:
        raise Inconclusive(f"{station.id} was not to be accepted, but: {answer}")
    found = []
    for action, payload in core_calls(id_tag)[1:4]:
        outcome = await station.attempt(action, payload)
        found.append(gist(outcome))
        if isinstance(outcome, Silence) or not station.connected:
            break
    return found


@scenario(
    "v16.transport.acceptance.pending-station-refused",
    spec=["OCPP-J 1.6 errata 3.8"],
    requirements=["J-5.6-a"],
    needs=[RegistrationControl],
    mutants=["unaccepted-station-served", "unaccepted-station-unanswered"],
)
async def test_pending_station_is_refused(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """What a pending station sends unasked is answered with SecurityError; any other answer only remarks."""
    for word in await premature(station, csms, Registration.PENDING, tags.unknown()):
        _judge(word, check)


@scenario(
    "v16.transport.acceptance.rejected-station-refused",
    spec=["OCPP-J 1.6 errata 3.8"],
    requirements=["J-5.6-a"],
    needs=[RegistrationControl],
    mutants=["unaccepted-station-served", "unaccepted-station-unanswered"],
)
async def test_rejected_station_is_refused(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """What a rejected station sends is answered with SecurityError; any other answer, or a close, only remarks."""
    for word in await premature(station, csms, Registration.REJECTED, tags.unknown()):
        _judge(word, check)


def _judge(word: str, check: Checks) -> None:
    others = [] if word == "silence" else [word]
    check.graded(word, good=["SecurityError"], tolerable=others, clause=CLAUSE)
