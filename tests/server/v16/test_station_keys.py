"""Rotation of passwords and upgrades of security profiles."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from harness.csms import Refused
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration
from harness.trace import Trace
from server.driver import ReferenceDriver
from simulators.connection import Endpoint, Upgraded
from simulators.credentials import Trust
from simulators.v16 import ChargePoint

OLD = b"\x00\xff:" + bytes(17)


@pytest.fixture
async def driver() -> AsyncIterator[ReferenceDriver]:
    """A driver whose central system knows CP-1 under profile 1."""
    async with ReferenceDriver() as running:
        await running.provision_station("CP-1")
        await running.set_security("CP-1", 1, OLD)
        yield running


async def changed(driver: ReferenceDriver, key: str, value: str | None, status: str | None) -> tuple[str, str]:
    """Have a key changed and answered, or with None refused; return the value that came, and how it ended."""
    csms = Csms(driver, patience=5)
    station = ChargePoint("CP-1", Endpoint(driver.endpoint), Trace(), password=OLD)
    csms.watch(station)
    await station.boot()
    request = await csms.perform(ChangeConfiguration(station="CP-1", key=key, value=value))
    call = await station.next_call("ChangeConfiguration")
    if status is None:
        await call.refuse("InternalError")
    else:
        await call.answer(status=status)
    outcome = await csms.outcome(request)
    await station.leave()
    return call.payload["value"], outcome.state


async def admitted(driver: ReferenceDriver, *passwords: bytes, endpoint: Endpoint | None = None) -> list[bool]:
    """Return for each password whether the station is let in with it, one after the other."""
    found = []
    for password in passwords:
        station = ChargePoint("CP-1", endpoint or Endpoint(driver.endpoint), Trace(), password=password)
        found.append(isinstance(await station.knock(), Upgraded))
        await station.leave()
    return found


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("Accepted", [False, True, False]),
        ("Rejected", [True, False, True]),
        ("NotSupported", [True, False, True]),
        ("RebootRequired", [True, True, False]),
        (None, [True, True, False]),
    ],
)
async def test_rotation(driver: ReferenceDriver, status: str | None, after: list[bool]) -> None:
    """The answer decides which password counts; where it says neither, both do until the new one is used."""
    value, _ = await changed(driver, "AuthorizationKey", None, status)
    assert await admitted(driver, OLD, bytes.fromhex(value), OLD) == after


async def test_new_passwords_are_random(driver: ReferenceDriver) -> None:
    """No two passwords are alike, and each has 20 bytes."""
    values = {(await changed(driver, "AuthorizationKey", None, "Rejected"))[0] for _ in range(3)}
    assert [len(bytes.fromhex(value)) for value in values] == [20, 20, 20]


@pytest.mark.parametrize("value", ["00" * 15, "00" * 21, "0" * 33, "xy" * 16])
async def test_unfit_password_is_refused(driver: ReferenceDriver, value: str) -> None:
    """A password is 16 to 20 bytes in hexadecimal; a refusal does not repeat it."""
    with pytest.raises(Refused) as refusal:
        await driver.perform(ChangeConfiguration(station="CP-1", key="authorizationKEY", value=value))
    assert value not in str(refusal.value)


async def test_password_of_choice_is_used(driver: ReferenceDriver) -> None:
    """A password that an operator enters is sent as it is."""
    assert await changed(driver, "AuthorizationKey", "0f" * 16, "Accepted") == ("0f" * 16, "answered")
    assert await admitted(driver, b"\x0f" * 16) == [True]


async def test_password_is_shown_and_stored_nowhere(driver: ReferenceDriver) -> None:
    """A new password leaves no trace in the database, in operations, or in the configuration."""
    value, _ = await changed(driver, "AuthorizationKey", None, "Accepted")
    database = driver._settings.database
    stored = b"".join(one.read_bytes() for one in database.parent.glob(f"{database.name}*") if one.is_file())
    assert value.encode() not in stored
    assert bytes.fromhex(value) not in stored
    assert value not in str(await driver._operator.operations_of("CP-1"))
    assert value not in str(await driver.configuration("CP-1"))


async def test_other_keys_need_a_value(driver: ReferenceDriver) -> None:
    """Only a password can be left to the central system."""
    with pytest.raises(Refused, match="needs a value"):
        await driver.perform(ChangeConfiguration(station="CP-1", key="Other"))


@pytest.mark.parametrize("value", ["0", "1", "4", "two"])
async def test_profile_only_rises(driver: ReferenceDriver, value: str) -> None:
    """A station is told no security profile that is not above its own."""
    with pytest.raises(Refused):
        await driver.perform(ChangeConfiguration(station="CP-1", key="SecurityProfile", value=value))


async def test_profile_that_needs_a_password(driver: ReferenceDriver) -> None:
    """A station without a password is not sent where it needs one."""
    await driver.provision_station("CP-2")
    with pytest.raises(Refused, match="needs a password"):
        await driver.perform(ChangeConfiguration(station="CP-2", key="SecurityProfile", value="1"))


@pytest.mark.parametrize(("status", "risen"), [("Accepted", True), ("RebootRequired", True), ("Rejected", False)])
async def test_upgrade(driver: ReferenceDriver, status: str, risen: bool) -> None:
    """Until the higher profile is used both are good, then only the higher; a refused upgrade changes nothing."""
    await changed(driver, "SecurityProfile", "2", status)
    found = await driver.secure_endpoint(2)
    higher = Endpoint(getattr(found, "url"), Trust(authority=getattr(found, "authority")).context())  # noqa: B009
    assert await admitted(driver, OLD) == [True]
    assert await admitted(driver, OLD, endpoint=higher) == [risen]
    assert await admitted(driver, OLD) == [not risen]


@pytest.mark.parametrize(
    ("mutant", "status", "expected"),
    [
        ("password-old-one-kept", "Accepted", [True, True]),
        ("password-switched-whatever-answered", "Rejected", [False, True]),
        ("password-switched-when-sent", "Rejected", [False, True]),
    ],
)
async def test_mutant_confuses_passwords(mutant: str, status: str, expected: list[bool]) -> None:
    """Each defect lets a password count that should not."""
    async with ReferenceDriver(mutant) as driver:
        await driver.provision_station("CP-1")
        await driver.set_security("CP-1", 1, OLD)
        value, _ = await changed(driver, "AuthorizationKey", None, status)
        assert await admitted(driver, OLD, bytes.fromhex(value)) == expected
