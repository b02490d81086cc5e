"""Authorize: OCPP 2.0.1 C01, C02, C04, C06."""

from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from simulators.v201 import ChargingStation, token_status

STATUS = "OCPP 2.0.1 C01.FR.07"


@scenario(
    "v201.authorization.authorize.accepted",
    spec=["OCPP 2.0.1 C01", STATUS],
    mutants=["tag-valid-refused"],
    smoke=True,
)
async def test_valid_token_is_accepted(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """Authorize of a valid idToken is answered Accepted."""
    await station.ready()

    check.equal(token_status(await station.authorize(await tags.accepted())), "Accepted", clause=STATUS)


@scenario(
    "v201.authorization.authorize.unknown",
    spec=["OCPP 2.0.1 C01", STATUS, "OCPP 2.0.1 C04.FR.01", "OCPP 2.0.1 C06.FR.04"],
    octt=["TC_C_02_CSMS"],
    mutants=["tag-unknown-accepted"],
)
async def test_unknown_token_is_not_accepted(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """Authorize of an idToken that nobody knows is answered Unknown or Invalid."""
    await station.ready()

    status = token_status(await station.authorize(tags.invalid()))

    check.graded(status, good=["Unknown", "Invalid"], clause=STATUS)


@scenario(
    "v201.authorization.authorize.blocked",
    spec=["OCPP 2.0.1 C01", STATUS],
    octt=["TC_C_06_CSMS"],
    mutants=["tag-blocked-accepted", "tag-blocked-invalid"],
)
async def test_blocked_token_is_blocked(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """Authorize of a blocked idToken is answered Blocked."""
    await station.ready()

    status = token_status(await station.authorize(await tags.blocked()))

    check.graded(status, good=["Blocked"], tolerable=["Invalid"], clause=STATUS)


@scenario(
    "v201.authorization.authorize.expired",
    spec=["OCPP 2.0.1 C01", STATUS],
    octt=["TC_C_07_CSMS"],
    mutants=["tag-expired-accepted", "tag-expired-invalid"],
)
async def test_expired_token_is_expired(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """Authorize of an expired idToken is answered Expired."""
    await station.ready()

    status = token_status(await station.authorize(await tags.expired()))

    check.graded(status, good=["Expired"], tolerable=["Invalid"], clause=STATUS)
