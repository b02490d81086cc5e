"""The operator API as far as security goes, and the target file that drives it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness.csms import CertificateRequest, DriverError, SecureHosting, SecurityEventReader, Unknown
from harness.drivers.http import from_settings
from harness.settings import load
from harness.trace import Trace
from plugfest.targets import render
from scenarios.stage.access import endpoint_of, equip
from server.central_system import CentralSystem
from server.core.settings import ServerSettings
from server.driver import ReferenceDriver
from server.operator_api import application
from server.serving import running
from simulators.v16 import ChargePoint
from tests.server.conftest import Make


@pytest.fixture
async def api(system: CentralSystem) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that calls the application without a network."""
    transport = httpx.ASGITransport(application(system))
    async with httpx.AsyncClient(transport=transport, base_url="http://operator") as client:
        await client.put("/stations/CS-1")
        yield client


@pytest.mark.parametrize("broken", [b"no certificate", b"\xff"])
async def test_certificates_that_cannot_be_read(make: Make, tmp_path: Path, broken: bytes) -> None:
    """A folder that holds something else than certificates is named, with the setting that chooses another."""
    for end in ("pem", "key"):
        (tmp_path / f"authority-rsa.{end}").write_bytes(broken)
    async with make(tls_dir=tmp_path) as system:
        transport = httpx.ASGITransport(application(system))
        async with httpx.AsyncClient(transport=transport, base_url="http://operator") as api:
            answer = await api.get("/security/2")
    assert answer.status_code == 503
    assert re.fullmatch(f"the certificates in {tmp_path} cannot be used .*--tls-dir.*", answer.json()["detail"])


async def test_driver_cannot_do_without_certificates(tmp_path: Path) -> None:
    """Where certificates cannot be made, that is trouble of the driver and no finding."""
    (tmp_path / "file").touch()
    async with ReferenceDriver(tls_dir=str(tmp_path / "file")) as driver:
        with pytest.raises(DriverError, match="--tls-dir"):
            await driver.secure_endpoint(2)


async def test_plain_endpoint_has_no_authority(api: httpx.AsyncClient, system: CentralSystem) -> None:
    """Below profile 2 there is nobody to trust; a profile that does not exist has no endpoint."""
    assert (await api.get("/security/1")).json() == {"url": system.endpoint, "authority": None}
    assert (await api.get("/security/4")).status_code == 404


async def test_security_of_a_station_is_set(api: httpx.AsyncClient, system: CentralSystem) -> None:
    """Profile and password are set, the password as hexadecimal digits; what makes no sense is refused."""
    path = "/stations/CS-1/security"
    assert (await api.put(path, json={"profile": 1, "password_hex": "00ff"})).status_code == 204
    assert system.operator.known("CS-1").credentials.know(b"\x00\xff")
    for wrong in ({"profile": 1, "password_hex": "0"}, {"profile": 9}, {"profile": 1, "password_hex": ""}):
        assert (await api.put(path, json=wrong)).status_code == 422
    assert (await api.put("/stations/NOBODY/security", json={"profile": 0})).status_code == 404


async def test_revoking_what_is_no_certificate(api: httpx.AsyncClient) -> None:
    """Only a certificate can be revoked."""
    assert (await api.post("/certificates/revoked", json={"chain": "x"})).status_code == 422


@pytest.mark.parametrize("profile", [0, 1, 2, 3])
async def test_run_against_a_served_central_system(tmp_path: Path, profile: int) -> None:
    """Under each profile the written target file is all that a station needs to be let in."""
    server = ServerSettings(
        port=0, operator_port=0, tls_port=0, mutual_tls_port=0, security_profile=profile,
        database=tmp_path / "csms.sqlite3", log="off",
    )  # fmt: skip
    async with running(server) as ready:
        path = tmp_path / "target.toml"
        path.write_text(render(ready.endpoint, ready.operator, "", security_profile=profile, authority=ready.authority))
        settings = load(path, {})
        async with from_settings(settings, {}) as driver:
            csms: Any = driver
            await csms.provision_station("CP-1")
            station = ChargePoint("CP-1", await endpoint_of(settings, driver), Trace())
            await equip(station, settings, driver, known=True)
            assert (await station.boot()).payload["status"] == "Accepted"
            await station.leave()


async def test_written_target_has_the_security_abilities(tmp_path: Path) -> None:
    """Endpoints, certificates and events are within reach of the http driver."""
    server = ServerSettings(
        port=0, operator_port=0, tls_port=0, mutual_tls_port=0, database=tmp_path / "csms.sqlite3", log="off"
    )
    async with running(server) as ready:
        path = tmp_path / "target.toml"
        path.write_text(render(ready.endpoint, ready.operator, ""))
        async with from_settings(load(path, {}), {}) as driver:
            csms: Any = driver
            assert isinstance(driver, SecureHosting)
            assert isinstance(driver, SecurityEventReader)
            assert (await csms.secure_endpoint(3)).url.startswith("wss://localhost:")
            with pytest.raises(Unknown):
                await csms.secure_endpoint(7)
            issued = await csms.client_certificate(CertificateRequest(common_name="CP-1", organisation="ACME"))
            await csms.revoke_certificate(issued.chain)
            await csms.provision_station("CP-1")
            await csms.set_security("CP-1", 2, b"\x00:")
            assert await csms.security_events("CP-1") == []
            with pytest.raises(Unknown):
                await csms.security_events("CP-2")
