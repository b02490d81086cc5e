"""The reference driver: every ability of the contract, in process."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import Any

import pytest

from harness import csms
from harness.csms import v16, v201
from server.core import pki
from server.core.settings import SettingsError
from server.driver import ReferenceDriver
from server.registry import UnknownName
from tests.server.charger import Charger, charger

ABILITIES = (
    csms.Hosted,
    csms.StationProvisioning,
    csms.RegistrationControl,
    csms.TagProvisioning,
    csms.StationReader,
    csms.ConnectorReader,
    csms.TransactionReader,
    csms.OutcomeReader,
    csms.ConfigurationReader,
    csms.Restart,
    csms.ContractIssuing,
)
START = {"connectorId": 1, "idTag": "TAG", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"}


def connected(driver: ReferenceDriver, **more: Any) -> Any:
    """Connect a station to the central system that the driver runs."""
    return charger(driver._system, **more)


@pytest.mark.parametrize("ability", ABILITIES, ids=lambda one: one.__name__)
def test_driver_has_every_ability(ability: type) -> None:
    """The driver implements all optional protocols."""
    assert isinstance(ReferenceDriver(), ability)


def test_driver_performs_every_operation() -> None:
    """All operations of both versions can be asked for."""
    assert set(ReferenceDriver().operations) == {*v16.OPERATIONS.values(), *v201.OPERATIONS.values()}


def test_unknown_setting_is_an_error() -> None:
    """A setting that does not exist is told before anything starts."""
    with pytest.raises(SettingsError, match="intervall"):
        ReferenceDriver(intervall=5)


def test_unknown_mutant_is_an_error() -> None:
    """A mutant that does not exist is told before anything starts."""
    with pytest.raises(UnknownName):
        ReferenceDriver(mutant="nonsense")


async def test_mutant_is_run() -> None:
    """The driver runs the mutant that it was asked for."""
    async with ReferenceDriver(mutant="boot-interval-negative") as driver, connected(driver) as station:
        conf = await station.result("BootNotification", {"chargePointVendor": "A", "chargePointModel": "B"})
        assert conf["interval"] == -1


async def test_settings_are_used() -> None:
    """The driver hands settings on to the central system."""
    async with ReferenceDriver(interval=7) as driver, connected(driver) as station:
        conf = await station.result("BootNotification", {"chargePointVendor": "A", "chargePointModel": "B"})
        assert conf["interval"] == 7


async def test_operation_is_performed_and_its_outcome_read() -> None:
    """What is asked for reaches the station, and what it answers is told."""
    async with ReferenceDriver() as driver, connected(driver) as station:
        receipt = await driver.perform(v16.GetConfiguration(station="CS-1", key=("A",)))
        assert receipt is not None
        assert await driver.outcome(receipt, 0) == csms.Outcome(state="pending")
        call = await station.receive()
        assert call[2:] == ["GetConfiguration", {"key": ["A"]}]
        answer = {"configurationKey": [{"key": "A", "readonly": False, "value": "1"}]}
        await station.send([3, call[1], answer])
        assert await driver.outcome(receipt, 5) == csms.Outcome(state="answered", payload=answer)
        assert await driver.configuration("CS-1") == {"A": "1"}


@pytest.mark.parametrize(
    "operation",
    [
        v16.ClearCache(station="NOBODY"),
        v16.Reset(station="CS-1", type="Warm"),
        v16.UnlockConnector(station="CS-1", connector_id=0),
    ],
)
async def test_operation_is_refused(operation: v16.Operation16) -> None:
    """What the central system does not take is refused."""
    async with ReferenceDriver() as driver:
        await driver.provision_station("CS-1")
        with pytest.raises(csms.Refused):
            await driver.perform(operation)


async def test_unknown_things_are_unknown() -> None:
    """A reader never invents an observation."""
    async with ReferenceDriver() as driver:
        await driver.provision_station("CS-1")
        for question in (
            driver.station("NOBODY"),
            driver.connector("NOBODY", 1),
            driver.connector("CS-1", 1),
            driver.transactions("NOBODY"),
            driver.configuration("NOBODY"),
            driver.outcome(csms.Receipt("nonsense"), 0),
        ):
            with pytest.raises(csms.Unknown):
                await question
        with pytest.raises(csms.Refused):
            await driver.set_registration("NOBODY", csms.Registration.PENDING)


async def test_records_become_views() -> None:
    """Station, connector and transactions are told as the contract has them."""
    async with ReferenceDriver() as driver, connected(driver) as station:
        await driver.provision_tag(csms.Tag(id_tag="TAG", status=csms.TagStatus.BLOCKED))
        conf = await station.result("StartTransaction", START)
        assert conf["idTagInfo"]["status"] == "Blocked"
        await station.result("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        view = await driver.station("CS-1")
        assert isinstance(view, csms.StationView)
        assert (view.online, view.registration, view.vendor) == (True, "Accepted", "Acme")
        connector = await driver.connector("CS-1", 1)
        assert isinstance(connector, csms.ConnectorView)
        assert connector.status == "Available"
        assert await driver.transactions("CS-1") == [
            csms.TransactionView(
                id=conf["transactionId"],
                active=True,
                connector_id=1,
                id_tag="TAG",
                meter_start=0,
                started=datetime(2024, 5, 1, 12, tzinfo=UTC),
                meter_values=[],
            )
        ]


async def test_registration_is_controlled() -> None:
    """A station is answered what the operator has set; removing it makes it unknown."""
    async with ReferenceDriver() as driver:
        await driver.provision_station("CS-1")
        await driver.set_registration("CS-1", csms.Registration.REJECTED)
        async with connected(driver, boot=False) as station:
            assert await station.boot() == "Rejected"
        await driver.remove_station("CS-1")
        with pytest.raises(csms.Unknown):
            await driver.station("CS-1")


async def test_killed_central_system_comes_back_with_what_it_knew() -> None:
    """A kill ends connections and refuses new ones; a restart serves the same data under the same URL."""
    async with ReferenceDriver() as driver:
        endpoint = driver.endpoint
        async with connected(driver) as station:
            id = (await station.result("StartTransaction", START))["transactionId"]
            await driver.kill()
            assert await station.closed() == 1006
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", int(endpoint.split(":")[2].split("/")[0])))
        assert driver.endpoint == endpoint
        await driver.restart()
        assert driver.endpoint == endpoint
        async with connected(driver, boot=False) as again:
            await stop(again, id)
        [transaction] = list(await driver.transactions("CS-1"))
        assert (transaction.id, transaction.active) == (id, False)


async def stop(station: Charger, id: int) -> None:
    """Stop a transaction."""
    payload = {"transactionId": id, "meterStop": 1, "timestamp": "2024-05-01T13:00:00Z"}
    assert await station.result("StopTransaction", payload) == {}


async def test_contracts_are_certified_and_revoked() -> None:
    """The certificate of a contract bears its number, and counts as revoked once it is."""
    async with ReferenceDriver() as driver:
        issued = await driver.contract_certificate("DE8AA123456")
        leaf = pki.certificates(issued.chain)[0]
        authority = driver._system.authority
        assert (pki.common_name(leaf), authority.revoked(pki.serial_of(leaf))) == ("DE8AA123456", False)
        await driver.revoke_contract(issued.chain)
        assert authority.revoked(pki.serial_of(leaf))


async def test_central_system_that_does_not_start_is_the_drivers_trouble() -> None:
    """A port that is taken is an error of the driver."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(csms.DriverError, match="does not start"):
        await ReferenceDriver(port=taken.getsockname()[1]).__aenter__()


async def test_killed_central_system_can_stay_dead() -> None:
    """Whoever has killed the central system need not start it again."""
    async with ReferenceDriver() as driver:
        await driver.kill()
