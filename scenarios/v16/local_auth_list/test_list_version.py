"""GetLocalListVersion: OCPP 1.6 section 5.10."""

from harness.csms import LocalListReader, OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import GetLocalListVersion
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from simulators.aftermath import sign_of_life
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.27"
ANSWER = "OCPP 1.6 6.28"


async def _asked(station: ChargePoint, csms: Csms, check: Checks, version: int) -> None:
    """Have the version asked for, check the request, and answer."""
    await csms.perform(GetLocalListVersion(station=station.id))
    request = await station.next_call("GetLocalListVersion")
    check.equal(request.payload, {}, clause=REQUEST)
    await request.answer(listVersion=version)


@scenario(
    "v16.local-auth-list.list-version.unsupported",
    spec=["OCPP 1.6 5.10", ANSWER],
    octt=["TC_042_1_CSMS"],
    requirements=["LAL-5.10-a"],
    needs=[GetLocalListVersion],
    mutants=["list-version-with-payload", "list-pushed-unsupported", "list-version-below-one-closes"],
)
async def test_station_without_list_is_sent_none(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that answers -1, for it has no local list, is served on and sent no list."""
    await station.ready()

    await _asked(station, csms, check, -1)
    await station.heartbeat()
    await _asked(station, csms, check, -1)  # a list that the first answer had brought about would come before this
    pushed = await station.calls_until_probe("SendLocalList")
    check.that(not pushed, "no list", observed=f"{len(pushed)} lists", clause=ANSWER)


@scenario(
    "v16.local-auth-list.list-version.empty",
    spec=["OCPP 1.6 5.10", ANSWER],
    octt=["TC_042_2_CSMS"],
    requirements=["LAL-5.10-a"],
    needs=[GetLocalListVersion],
    mutants=["list-version-with-payload", "list-version-below-one-closes", "list-version-below-one-blocks"],
    smoke=True,
)
async def test_empty_list_is_understood(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that answers 0, for its local list is empty, is served on."""
    await station.ready()

    for _ in range(2):
        await _asked(station, csms, check, 0)
        (await sign_of_life(station)).judge(check, clause=ANSWER)


@scenario(
    "v16.local-auth-list.list-version.known",
    spec=["OCPP 1.6 5.10", ANSWER],
    requirements=["LAL-5.10-a"],
    needs=[GetLocalListVersion, LocalListReader, OutcomeReader],
)
async def test_version_is_remembered(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The version that a station tells is the one that the operator sees from then on."""
    await station.ready()

    for version in (7, 0, 12):
        request = await csms.perform(GetLocalListVersion(station=station.id))
        await (await station.next_call("GetLocalListVersion")).answer(listVersion=version)
        await csms.outcome(request)
        check.equal(
            await csms.ask(LocalListReader).local_list_version(station.id), version, clause=ANSWER, level=SHOULD
        )
