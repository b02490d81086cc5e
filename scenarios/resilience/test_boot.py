"""A connection that is lost before or while a station boots: the BootNotification of both versions."""

from harness.csms import Registration, RegistrationControl
from harness.csms.console import Csms
from harness.scenario import PROXY, scenario
from harness.verdict import Checks, Inconclusive
from scenarios.resilience.comeback import boots_again
from scenarios.transport.clauses import BOOT, RECONNECTING
from scenarios.transport.dialects import EVERY_VERSION
from simulators.network.network import Network
from simulators.network.toxics import LimitData, Stream
from simulators.station import Answer, Station


@scenario(
    "resilience.boot.lost-before",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, BOOT],
    needs=[PROXY],
    mutants=["lost-before-boot-refused", "lost-without-close-unnoticed"],
)
async def test_lost_before_boot(station: Station, network: Network, check: Checks) -> None:
    """A station that loses its first connection before it could boot is accepted on the next one."""
    await station.connect()
    await network.cut()

    await boots_again(station, check)


@scenario(
    "resilience.boot.answer-lost",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, BOOT],
    needs=[PROXY],
    mutants=["boot-only-once"],
)
async def test_answer_is_lost(station: Station, network: Network, check: Checks) -> None:
    """A station that never got the answer to its BootNotification boots again, and is accepted."""
    await station.connect()
    async with network.toxic(LimitData(bytes=10, streams=(Stream.DOWNSTREAM,))):
        outcome = await station.attempt("BootNotification", station.identity)
    if isinstance(outcome, Answer):
        raise Inconclusive("the network did not lose the answer")

    await boots_again(station, check)


@scenario(
    "resilience.boot.decided-while-away",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, BOOT],
    needs=[RegistrationControl, PROXY],
    mutants=["decision-while-away-lost"],
)
async def test_decision_while_away(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """A pending station that is accepted while it is away is told so at its next boot."""
    await station.connect()
    await csms.set_registration(station.id, Registration.PENDING)
    answer = await station.boot(announce=False)
    if answer.member("status") != "Pending":
        raise Inconclusive(f"the station was to wait: {answer}")
    async with network.down():
        await station.knock()
        await csms.set_registration(station.id, Registration.ACCEPTED)

    await boots_again(station, check)
