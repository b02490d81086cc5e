"""Stations of a load run are made known through the driver, and get what they prove themselves with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.csms import CertificateRequest, ClientCertificate, SecureEndpoint, Tag
from harness.drivers.none import NoDriver
from harness.settings import Settings
from plugfest.provisioning import provision, provisions
from simulators.load.credentials import Credentials
from tests.harness.load.test_plan import PLAN

TWO = replace(PLAN, stations=2)
NAMES = ["PLUGFEST000000", "PLUGFEST000001"]


class Hosting(NoDriver):
    """A driver that notes what it is asked for."""

    def __init__(self) -> None:
        self.stations: list[str] = []
        self.tags: list[str] = []
        self.secured: list[tuple[str, int, bytes | None]] = []

    async def provision_station(self, station: str) -> None:
        """Note a station."""
        self.stations.append(station)

    async def remove_station(self, station: str) -> None:
        """Never asked for."""
        raise AssertionError(station)

    async def provision_tag(self, tag: Tag) -> None:
        """Note a tag."""
        self.tags.append(tag.id_tag)

    async def secure_endpoint(self, profile: int) -> SecureEndpoint:
        """Return one for each profile."""
        return SecureEndpoint(url=f"wss://{profile}", authority="the CA")

    async def set_security(self, station: str, profile: int, password: bytes | None = None) -> None:
        """Note it."""
        self.secured.append((station, profile, password))

    async def client_certificate(self, request: CertificateRequest) -> ClientCertificate:
        """Return one that names its station."""
        return ClientCertificate(chain=f"chain of {request.common_name}", key=f"key of {request.common_name}")

    async def revoke_certificate(self, chain: str) -> None:
        """Never asked for."""
        raise AssertionError(chain)


async def test_stations_and_tags_are_made_known(tmp_path: Path) -> None:
    """Without a security profile that is all."""
    driver = Hosting()
    assert await provision(driver, Settings(), TWO, tmp_path) is None
    assert (driver.stations, len(driver.tags), driver.secured) == (NAMES, 100, [])
    assert Credentials(tmp_path).authority is None


async def test_tag_of_the_target_file_is_there_already(tmp_path: Path) -> None:
    """It is not touched."""
    driver = Hosting()
    await provision(driver, Settings(id_tags={"accepted": "MINE"}), TWO, tmp_path)
    assert driver.tags == []


@pytest.mark.parametrize("given", [{}, {"password": "of the target file"}], ids=["made up", "given"])
async def test_password(tmp_path: Path, given: dict[str, str]) -> None:
    """Stations of profiles 1 and 2 share one, that of the target file or one that is made up."""
    driver = Hosting()
    settings = Settings(security={"profile": 2, **given})
    endpoint = await provision(driver, settings, TWO, tmp_path)
    kept = Credentials(tmp_path)
    assert endpoint == SecureEndpoint(url="wss://2", authority="the CA")
    assert driver.secured == [(name, 2, kept.password) for name in NAMES]
    assert (kept.authority, kept.certificate(NAMES[0])) == ("the CA", None)
    assert not given or kept.password == b"of the target file"


async def test_certificates(tmp_path: Path) -> None:
    """Each station of profile 3 has its own, and no password."""
    driver = Hosting()
    await provision(driver, Settings(security={"profile": 3}), TWO, tmp_path)
    assert driver.secured == [(name, 3, None) for name in NAMES]
    found = Credentials(tmp_path).certificate(NAMES[1])
    assert found is not None
    assert [path.read_text() for path in found] == [f"chain of {NAMES[1]}", f"key of {NAMES[1]}"]
    assert Credentials(tmp_path).password is None


def test_who_is_made_known() -> None:
    """Nobody is by a driver that cannot, and nobody whom the target file lists."""
    assert provisions(Hosting(), Settings())
    assert not provisions(NoDriver(), Settings())
    assert not provisions(Hosting(), Settings(stations={"identities": ["A", "B"]}))
