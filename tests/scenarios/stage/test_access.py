"""How the stations of a run reach the central system under each security profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.csms import CertificateRequest, ClientCertificate
from harness.csms.console import Csms
from harness.settings import Settings, SettingsError, load
from harness.trace import Trace
from harness.verdict import Inconclusive
from scenarios.stage.access import endpoint_of, equip
from scenarios.stage.identities import Identities, Loan
from scenarios.stage.population import SecureStations, Stations
from server.driver import ReferenceDriver
from simulators.connection import Declined
from simulators.v16 import ChargePoint


def settings(profile: int, **more: str) -> Settings:
    """Return the settings of a run under a security profile."""
    variables = {f"PLUGFEST_SECURITY_{name.upper()}": value for name, value in more.items()}
    return load(None, {"PLUGFEST_SECURITY_PROFILE": str(profile), **variables})


async def stations(run: Settings, driver: ReferenceDriver) -> Stations:
    """Return what makes the stations of a scenario."""
    csms = Csms(driver, patience=5)
    return Stations(ChargePoint, run, Loan(Identities(run)), driver, csms, await endpoint_of(run, driver), Trace())


@pytest.mark.parametrize("profile", [0, 1, 2, 3])
async def test_whole_run_is_played_under_a_profile(profile: int) -> None:
    """Stations, and second objects of theirs, are let in as they are."""
    run = settings(profile)
    async with ReferenceDriver() as driver:
        made = await stations(run, driver)
        station = await made.new()
        assert station.endpoint.encrypted is (profile > 1)
        for one in (station, made.twin(station)):
            assert (await one.boot()).payload["status"] == "Accepted"
        await made.leave()


async def test_station_that_is_not_known_is_not_made_known() -> None:
    """A station that is not to be registered has credentials nevertheless, and is not found."""
    run = settings(1)
    async with ReferenceDriver() as driver:
        made = await stations(run, driver)
        outcome = await (await made.new(registered=False)).knock()
        assert isinstance(outcome, Declined)
        assert outcome.status == 404
        await made.leave()


async def test_password_and_certificate_of_the_target_file_are_used(tmp_path: Path) -> None:
    """What the target file gives is not replaced by something made up."""
    async with ReferenceDriver() as driver:
        await driver.provision_station("CP-1")
        issued = await driver.client_certificate(CertificateRequest(common_name="CP-1"))
        assert isinstance(issued, ClientCertificate)
        for name, text in (("chain.pem", issued.chain), ("key.pem", issued.key)):
            (tmp_path / name).write_text(text)
        files = {"client_certificate": str(tmp_path / "chain.pem"), "client_key": str(tmp_path / "key.pem")}
        run = settings(3, password_hex="00ff", **files)
        endpoint = await endpoint_of(run, driver)
        station = ChargePoint("CP-1", endpoint, Trace())
        await equip(station, run, driver, known=True)
        assert station.endpoint is endpoint
        await station.connect()
        await station.leave()
        run = settings(1, password_hex="00ff")
        await equip(station, run, driver, known=True)
        assert station.password == b"\x00\xff"


async def test_endpoint_that_nobody_knows() -> None:
    """Without an endpoint there is no run."""

    class Driver:
        pass

    with pytest.raises(SettingsError, match="the driver does not know one"):
        await endpoint_of(Settings(), Driver())  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", [0, 1, 2, 3])
async def test_secure_station_is_let_in(profile: int) -> None:
    """A station made for a profile has what it needs there."""
    run = settings(0)
    async with ReferenceDriver() as driver:
        made = await stations(run, driver)
        secure = SecureStations(made, Csms(driver, patience=5))
        station = await secure.station(profile)
        await station.connect()
        await made.leave()


async def test_secure_station_with_flaws_is_not_let_in() -> None:
    """Flaws that a scenario asks for are really there."""
    run = settings(0)
    async with ReferenceDriver() as driver:
        made = await stations(run, driver)
        secure = SecureStations(made, Csms(driver, patience=5))
        station = await secure.station(3, certificate=await secure.certificate("other"))
        with pytest.raises(Inconclusive, match="403"):
            await station.connect()
        station.endpoint = await secure.endpoint(3, certificate=await secure.certificate(station.id))
        await station.connect()
        await made.leave()
