"""Tests of the target files for products, against small stand-ins for what their public APIs document."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from harness.csms import Operation, Outcome, Refused, Registration, Tag, TagStatus, TransactionView, Unsupported, v16
from harness.drivers.http import from_settings
from harness.settings import load
from plugfest.targets.products import PRODUCTS
from tests.harness.drivers.http.conftest import Answer, Asked, Console, handler_of

LOGIN = {"STEVE_API_USER": "api", "STEVE_API_PASSWORD": "secret"}


@asynccontextmanager
async def operating(product: str, console: Console, folder: Path) -> AsyncIterator[Any]:
    """Enter the driver of a product's target file, with a stand-in for its API."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(console))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url, path = f"http://127.0.0.1:{server.server_port}/api", folder / "target.toml"
        path.write_text(
            PRODUCTS[product].render(name="P", endpoint="ws://h/ocpp", base_url=url, identities=[]), "utf-8"
        )
        async with from_settings(load(path, {}), LOGIN) as driver:
            yield driver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class SteVe(Console):
    """Operations that are answered when the station has, idTags by number, and a list of transactions."""

    def __init__(self) -> None:
        super().__init__()
        self.told: Mapping[str, Any] = {}
        self.tags: dict[int, dict[str, Any]] = {}
        self.transactions: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answer:
        """Answer as the API does; ``told`` is what comes of an operation."""
        self.asked.append(asked)
        url = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if asked.headers.get("authorization") != "Basic YXBpOnNlY3JldA==":
            return 401, {"error": "Unauthorized"}
        match asked.method, url.path.removeprefix("/api").split("/")[1:]:
            case "POST", ["operations", _]:
                empty: dict[str, Any] = {"successResponses": [], "errorResponses": [], "exceptions": []}
                return 200, {"taskId": 1, "taskFinished": True, **empty, **self.told}
            case "GET", ["ocppTags"]:
                return 200, [one for one in self.tags.values() if one["idTag"] == query["idTag"]]
            case "POST", ["ocppTags"]:
                if any(one["idTag"] == asked.body["idTag"] for one in self.tags.values()):
                    return 422, {"error": "Unprocessable Entity"}
                key = len(self.tags) + 1
                self.tags[key] = {"ocppTagPk": key, **asked.body}
                return 201, self.tags[key]
            case "PUT", ["ocppTags", key] if int(key) in self.tags:
                self.tags[int(key)] |= asked.body
                return 200, self.tags[int(key)]
            case "GET", ["transactions"]:
                return 200, [one for one in self.transactions if one["chargeBoxId"] == query["chargeBoxId"]]
        return 404, {"error": "Not Found"}


def answered(response: Any) -> Mapping[str, Any]:
    """Return what SteVe tells of an operation that the station has answered."""
    return {"successResponses": [{"chargeBoxId": "CP1", "response": response}]}


LIST = ({"idTag": "T", "idTagInfo": {"status": "Accepted"}},)
LATER = "2030-01-01T00:00:00Z"
FIRMWARE = {"location": "ftp://h/", "retrieveDateTime": LATER, "signingCertificate": "c", "signature": "s"}
STEVE: list[tuple[Operation, dict[str, Any]]] = [
    (v16.CancelReservation(station="CP1", reservation_id=7), {"reservationId": 7}),
    (
        v16.ChangeAvailability(station="CP1", connector_id=0, type="Inoperative"),
        {"connectorId": 0, "availType": "INOPERATIVE"},
    ),
    (
        v16.ChangeConfiguration(station="CP1", key="K", value="v"),
        {"keyType": "CUSTOM", "customConfKey": "K", "value": "v"},
    ),
    (v16.ClearCache(station="CP1"), {}),
    (
        v16.ClearChargingProfile(station="CP1", charging_profile_purpose="TxProfile", stack_level=1),
        {"filterType": "OtherParameters", "chargingProfilePurpose": "TX_PROFILE", "stackLevel": 1},
    ),
    (v16.DataTransfer(station="CP1", vendor_id="v", data="d"), {"vendorId": "v", "data": "d"}),
    (v16.ExtendedTriggerMessage(station="CP1", requested_message="Heartbeat"), {"triggerMessage": "Heartbeat"}),
    (
        v16.GetCompositeSchedule(station="CP1", connector_id=1, duration=60),
        {"connectorId": 1, "durationInSeconds": 60},
    ),
    (v16.GetConfiguration(station="CP1", key=("A", "B")), {"confKeyList": ["A", "B"]}),
    (v16.GetDiagnostics(station="CP1", location="ftp://h/", stop_time=LATER), {"location": "ftp://h/", "stop": LATER}),
    (v16.GetInstalledCertificateIds(station="CP1", certificate_type="T"), {"certificateType": "T"}),
    (v16.GetLocalListVersion(station="CP1"), {}),
    (
        v16.GetLog(station="CP1", log_type="SecurityLog", log={"remoteLocation": "ftp://h/", "oldestTimestamp": LATER}),
        {"logType": "SecurityLog", "location": "ftp://h/", "start": LATER},
    ),
    (
        v16.InstallCertificate(station="CP1", certificate_type="T", certificate="c"),
        {"certificateType": "T", "certificate": "c"},
    ),
    (v16.RemoteStartTransaction(station="CP1", id_tag="T", connector_id=2), {"connectorId": 2, "idTag": "T"}),
    (v16.RemoteStopTransaction(station="CP1", transaction_id=4), {"transactionId": 4}),
    (
        v16.ReserveNow(station="CP1", connector_id=1, expiry_date=LATER, id_tag="T"),
        {"connectorId": 1, "expiry": LATER, "idTag": "T"},
    ),
    (v16.Reset(station="CP1", type="Soft"), {"resetType": "SOFT"}),
    (v16.SendLocalList(station="CP1", update_type="Full", list_version=3), {"updateType": "FULL", "listVersion": 3}),
    (v16.SignedUpdateFirmware(station="CP1", firmware=FIRMWARE), FIRMWARE),
    (v16.TriggerMessage(station="CP1", requested_message="Heartbeat"), {"triggerMessage": "Heartbeat"}),
    (v16.UnlockConnector(station="CP1", connector_id=1), {"connectorId": 1}),
    (
        v16.UpdateFirmware(station="CP1", location="ftp://h/", retrieve_date=LATER, retries=2),
        {"location": "ftp://h/", "retrieveDateTime": LATER, "retries": 2},
    ),
]


async def test_steve_is_asked_for_operations(tmp_path: Path) -> None:
    """Every operation that the API offers is asked for under its name, with the members as the API calls them."""
    steve = SteVe()
    async with operating("steve", steve, tmp_path) as driver:
        assert {type(operation) for operation, _ in STEVE} == set(driver.operations)
        for operation, body in STEVE:
            await driver.perform(operation)
            asked = steve.asked[-1]
            assert (asked.path, asked.body) == (
                f"/api/operations/{operation.action()}",
                {"chargeBoxIdList": ["CP1"], **body},
            )


@pytest.mark.parametrize(
    "operation",
    [
        v16.SetChargingProfile(station="CP1", connector_id=0, cs_charging_profiles={}),
        v16.RemoteStartTransaction(station="CP1", id_tag="T", charging_profile={"stackLevel": 0}),
        v16.ClearChargingProfile(station="CP1", id=1),
        v16.ReserveNow(station="CP1", connector_id=1, expiry_date=LATER, id_tag="T", reservation_id=1),
        v16.SendLocalList(
            station="CP1",
            update_type="Full",
            list_version=1,
            local_authorization_list=({"idTag": "T", "idTagInfo": {}},),
        ),
    ],
)
async def test_steve_cannot_be_asked_for_everything(tmp_path: Path, operation: Operation) -> None:
    """What the API has no place for is unsupported, and nothing else is asked for instead."""
    steve = SteVe()
    async with operating("steve", steve, tmp_path) as driver:
        with pytest.raises(Unsupported):
            await driver.perform(operation)
    assert steve.asked == []


@pytest.mark.parametrize(
    ("operation", "told", "outcome"),
    [
        (v16.Reset(station="CP1", type="Hard"), answered("REJECTED"), Outcome(state="answered", status="Rejected")),
        (
            v16.DataTransfer(station="CP1", vendor_id="v"),
            answered({"status": "UNKNOWN_VENDOR_ID", "data": None}),
            Outcome(state="answered", status="UnknownVendorId"),
        ),
        (
            v16.GetLog(station="CP1", log_type="L", log={"remoteLocation": "r"}),
            answered({"status": "AcceptedCanceled", "filename": "f"}),
            Outcome(state="answered", status="AcceptedCanceled"),
        ),
        (
            v16.InstallCertificate(station="CP1", certificate_type="T", certificate="c"),
            answered("Failed"),
            Outcome(state="answered", status="Failed"),
        ),
        (v16.GetLocalListVersion(station="CP1"), answered(3), Outcome(state="answered")),
        (v16.GetConfiguration(station="CP1"), answered({"configurationKeys": []}), Outcome(state="answered")),
        (
            v16.UpdateFirmware(station="CP1", location="l", retrieve_date=LATER),
            answered("OK"),
            Outcome(state="answered"),
        ),
        (
            v16.ClearCache(station="CP1"),
            {"errorResponses": [{"chargeBoxId": "CP1", "errorCode": "NotSupported"}]},
            Outcome(state="failed", reason="NotSupported"),
        ),
        (
            v16.ClearCache(station="CP1"),
            {"exceptions": [{"chargeBoxId": "CP1", "exceptionMessage": "not connected"}]},
            Outcome(state="failed", reason="not connected"),
        ),
        (v16.ClearCache(station="CP1"), {"taskFinished": False}, Outcome(state="pending")),
    ],
)
async def test_steve_tells_the_outcome(
    tmp_path: Path, operation: Operation, told: Mapping[str, Any], outcome: Outcome
) -> None:
    """The one answer of the API tells what the station said, in the words of OCPP, or why it said nothing."""
    steve = SteVe()
    steve.told = told
    async with operating("steve", steve, tmp_path) as driver:
        assert await driver.outcome(await driver.perform(operation), 1.0) == outcome


async def test_steve_gets_tags(tmp_path: Path) -> None:
    """Tags are made once, changed by their number, and blocked by allowing no transaction; parents come first."""
    steve = SteVe()
    async with operating("steve", steve, tmp_path) as driver:
        await driver.provision_tag(Tag(id_tag="T", parent="P"))
        await driver.provision_tag(Tag(id_tag="T", status=TagStatus.BLOCKED, parent="P"))
        with pytest.raises(Unsupported, match="Expired"):
            await driver.provision_tag(Tag(id_tag="E", status=TagStatus.EXPIRED))
    assert [(one["idTag"], one["maxActiveTransactionCount"]) for one in steve.tags.values()] == [("P", -1), ("T", 0)]
    assert steve.tags[2]["parentIdTag"] == "P"


async def test_steve_shows_transactions(tmp_path: Path) -> None:
    """Transactions come in the order in which they began; one that has not stopped is active."""
    steve = SteVe()
    begun = {"connectorId": 1, "chargeBoxId": "CP1", "ocppIdTag": "T", "startTimestamp": "2026-01-01T00:00:00.000Z"}
    stop = {"stopValue": "20", "stopTimestamp": "2026-01-01T01:00:00.000Z", "stopReason": "Local"}
    steve.transactions = [{"id": 2, "startValue": "20", **begun}, {"id": 1, "startValue": "10", **begun, **stop}]
    shown: dict[str, Any] = {"connector_id": 1, "id_tag": "T", "started": datetime(2026, 1, 1, tzinfo=UTC)}
    stopped: dict[str, Any] = {"meter_stop": 20, "stopped": datetime(2026, 1, 1, 1, tzinfo=UTC), "reason": "Local"}
    async with operating("steve", steve, tmp_path) as driver:
        assert await driver.transactions("CP1") == [
            TransactionView(id=1, active=False, meter_start=10, **shown, **stopped),
            TransactionView(id=2, active=True, meter_start=20, **shown),
        ]
        assert await driver.transactions("CP2") == []


async def test_citrineos_is_asked_for_operations(tmp_path: Path) -> None:
    """An operation is asked of the module that it belongs to; the payload is that of OCPP."""
    citrine = Console(answers=[(200, [{"success": True}])])
    operations = {
        "configuration/changeConfiguration": v16.ChangeConfiguration(station="CP 1", key="K", value="v"),
        "configuration/triggerMessage": v16.TriggerMessage(station="CP 1", requested_message="Heartbeat"),
        "evdriver/remoteStartTransaction": v16.RemoteStartTransaction(station="CP 1", id_tag="T"),
        "reporting/getDiagnostics": v16.GetDiagnostics(station="CP 1", location="ftp://h/"),
        "smartcharging/getCompositeSchedule": v16.GetCompositeSchedule(station="CP 1", connector_id=1, duration=60),
    }
    async with operating("citrineos", citrine, tmp_path) as driver:
        assert len(driver.operations) == 15
        for operation in operations.values():
            await driver.perform(operation)
    assert [(asked.method, asked.path, asked.body) for asked in citrine.asked] == [
        ("POST", f"/api/ocpp/1.6/{path}?identifier=CP+1&tenantId=1", operation.payload())
        for path, operation in operations.items()
    ]


async def test_citrineos_says_in_the_body_that_it_refuses(tmp_path: Path) -> None:
    """A confirmation without success is a refusal, whatever the code says."""
    citrine = Console(answers=[(200, [{"success": False, "payload": "Charging station CP1 not found"}])])
    async with operating("citrineos", citrine, tmp_path) as driver:
        with pytest.raises(Refused, match="not found"):
            await driver.perform(v16.Reset(station="CP1", type="Hard"))


async def test_citrineos_decides_on_registration(tmp_path: Path) -> None:
    """What a station's boot is answered is set in its boot configuration."""
    citrine = Console()
    async with operating("citrineos", citrine, tmp_path) as driver:
        await driver.set_registration("CP1", Registration.PENDING)
    (asked,) = citrine.asked
    assert (asked.method, asked.path) == ("PUT", "/api/data/configuration/boot?stationId=CP1&tenantId=1")
    assert asked.body == {"status": "Pending"}


@pytest.mark.parametrize("product", list(PRODUCTS))
def test_every_product_has_a_target_file(product: str, tmp_path: Path) -> None:
    """The file is one that can be used, names the stations, and has nothing left to fill in."""
    path = tmp_path / "target.toml"
    text = PRODUCTS[product].render(name='"P"', endpoint="ws://h/ocpp", base_url="http://h/api", identities=["CP1"])
    path.write_text(text, encoding="utf-8")
    settings = load(path, {})
    assert (settings.csms.name, settings.stations.identities, '"@' in text) == ('"P"', ("CP1",), False)
    if settings.csms.driver == "http":
        from_settings(settings, LOGIN)
