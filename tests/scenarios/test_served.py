"""The reference in the process of the run, operated through its operator API."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.csms import DriverError, Hosted, Refused, Restart, StationProvisioning
from harness.csms.v16 import ClearCache
from harness.settings import CsmsSection, Settings, SettingsError
from scenarios.stage.driver import driver_of


def settings(**reference: object) -> Settings:
    """Return the settings of a target with this driver."""
    return Settings(
        csms=CsmsSection(driver="reference-over-http"), driver={"reference": reference}, path=Path("t.toml")
    )


async def test_it_is_served_while_the_driver_is_entered() -> None:
    """It listens, takes orders over HTTP, and can do all that HTTP offers."""
    async with driver_of(settings(call_timeout=1.0)) as driver:
        assert isinstance(driver, Hosted)
        assert driver.endpoint.startswith("ws://127.0.0.1:")
        assert isinstance(driver, StationProvisioning)
        assert not isinstance(driver, Restart)
        await driver.provision_station("CS-1")
        receipt = await driver.perform(ClearCache(station="CS-1"))
        assert receipt is not None
        with pytest.raises(Refused, match="404"):
            await driver.perform(ClearCache(station="CS-2"))


@pytest.mark.parametrize("reference", [{"variant": "no-such"}, {"call_timeut": 1.0}])
def test_settings_are_told_before_it_starts(reference: dict[str, object]) -> None:
    """A habit or a setting that there is none of is told with its place."""
    with pytest.raises(SettingsError, match=r"t\.toml: driver\.reference: "):
        driver_of(settings(**reference))


async def test_taken_port_is_told() -> None:
    """Where it cannot listen, the driver does not come to be."""
    async with driver_of(settings()) as first:
        assert isinstance(first, Hosted)
        port = int(first.endpoint.split(":")[2].split("/")[0])
        with pytest.raises(DriverError, match="does not start"):
            async with driver_of(settings(port=port)):
                pass
