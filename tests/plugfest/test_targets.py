"""Tests of the target files that plugfest ships."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.csms import (
    ConfigurationReader,
    ConnectorReader,
    Outcome,
    OutcomeReader,
    Refused,
    Registration,
    RegistrationControl,
    Restart,
    StationProvisioning,
    StationReader,
    Tag,
    TagProvisioning,
    TransactionReader,
    Unknown,
    VariableReader,
    v16,
    v201,
)
from harness.csms.v16 import GetConfiguration, RemoteStartTransaction
from harness.drivers.http import HttpDriver, from_settings
from harness.settings import load
from plugfest.targets import render
from server.core.settings import ServerSettings
from server.serving import running


async def driver_of(path: Path, environment: dict[str, str]) -> HttpDriver:
    """Return the driver of a target file, closed again."""
    async with from_settings(load(path, {}), environment) as driver:
        return driver


async def test_reference_target_gives_everything_but_restart(tmp_path: Path) -> None:
    """The operator API is driven completely: every operation, and every ability that HTTP can offer."""
    path = tmp_path / "reference.toml"
    path.write_text(render("ws://127.0.0.1:9000/ocpp", "http://127.0.0.1:9001", ""))
    driver = await driver_of(path, {})
    assert driver.operations == {*v16.OPERATIONS.values(), *v201.OPERATIONS.values()}
    for ability in (
        ConfigurationReader,
        ConnectorReader,
        OutcomeReader,
        RegistrationControl,
        StationProvisioning,
        StationReader,
        TagProvisioning,
        TransactionReader,
        VariableReader,
    ):
        assert isinstance(driver, ability)
    assert not isinstance(driver, Restart)


async def test_addresses_and_token_are_filled_in(tmp_path: Path) -> None:
    """The file names the endpoint, the operator API and the token, whatever characters they hold."""
    path = tmp_path / "reference.toml"
    path.write_text(render("ws://127.0.0.1:9000/ocpp", "http://127.0.0.1:9001/", 'a"b\\c'))
    assert load(path, {}).csms.endpoint == "ws://127.0.0.1:9000/ocpp"
    driver = await driver_of(path, {})
    assert driver.table.base_url == "http://127.0.0.1:9001"
    assert driver.table.headers == {"Authorization": 'Bearer a"b\\c'}


async def test_token_can_stay_in_the_environment(tmp_path: Path) -> None:
    """A token given as a variable does not stand in the file."""
    path = tmp_path / "reference.toml"
    path.write_text(render("ws://h/ocpp", "http://h", "${OPERATOR_TOKEN}"))
    driver = await driver_of(path, {"OPERATOR_TOKEN": "secret"})
    assert driver.table.headers == {"Authorization": "Bearer secret"}


def test_what_has_no_value_is_left_out() -> None:
    """Without a token there is no Authorization header, and no placeholder is left."""
    text = render("ws://h/ocpp", "http://h", "")
    assert "Authorization" not in text
    assert "call_timeout" not in text
    assert "silence_limit" not in text
    assert "@" not in text.partition("[csms]")[2]


def test_policies_are_declared(tmp_path: Path) -> None:
    """The file declares the policies that the central system was started with."""
    path = tmp_path / "reference.toml"
    chosen: dict[str, Any] = {"call_timeout": 2.5, "silence_limit": 40.0, "data_transfer_vendor": "v"}
    path.write_text(render("ws://h/ocpp", "http://h", "", parallel_tag_use=False, **chosen))
    expected = {"unknown_stations": "refused", "parallel_tag_use": "refused", **chosen}
    assert load(path, {}).policies.model_dump(exclude_none=True) == expected


async def test_reference_target_drives_the_operator_api(tmp_path: Path) -> None:
    """What the shipped target file asks of the operator API is what the API understands."""
    path = tmp_path / "reference.toml"
    server = ServerSettings(port=0, operator_port=0, token="secret", database=tmp_path / "csms.sqlite3", log="off")
    async with running(server) as ready:
        path.write_text(render(ready.endpoint, ready.operator, "secret"))
        async with from_settings(load(path, {}), {}) as driver:
            csms: Any = driver
            await csms.provision_station("CP 1")
            await csms.set_registration("CP 1", Registration.PENDING)
            await csms.provision_tag(Tag(id_tag="T/1", parent="P", expires=datetime(2030, 1, 1, tzinfo=UTC)))
            receipt = await driver.perform(GetConfiguration(station="CP 1", key=("HeartbeatInterval",)))
            assert await csms.outcome(receipt, 0.01) == Outcome(state="pending")
            with pytest.raises(Refused, match=r"409 .*the station is pending"):
                await driver.perform(RemoteStartTransaction(station="CP 1", id_tag="T/1"))
            view = await csms.station("CP 1")
            assert (view.online, view.registration) == (False, "Pending")
            with pytest.raises(Unknown):
                await csms.connector("CP 1", 1)
            with pytest.raises(Unknown):
                await csms.connector("CP 1", 1, evse_id=1)
            assert await csms.variables("CP 1") == []
            await driver.perform(v201.GetBaseReport(station="CP 1", report_base="FullInventory"))
            with pytest.raises(Refused, match="422"):
                await driver.perform(v201.Reset(station="CP 1", type="Hard"))
            assert await csms.transactions("CP 1") == []
            assert await csms.configuration("CP 1") == {}
            await csms.remove_station("CP 1")
            with pytest.raises(Unknown):
                await csms.station("CP 1")
