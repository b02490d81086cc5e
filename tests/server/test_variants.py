"""Variants: each one lawful habit, found by its name, with its grounds; and that the habits show."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from harness.settings import Settings
from server.central_system import CentralSystem
from server.core.operator import Refused
from server.core.settings import ServerSettings, SettingsError
from server.core.tags import Tag, Tags
from server.operator_api import application
from server.registry import UnknownName
from server.variants import VARIANTS, connections, variant
from server.variants.connections import RATE
from server.variants.own_calls import ASKED, ASKED_IN_201
from tests.server.charger import BOOT, Charger, charger
from tests.server.conftest import Make
from tests.server.v201.desk import TOKEN, desk_of

INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"


# What is declared


def test_there_are_many_with_grounds() -> None:
    """Each has a name in kebab case, a sentence, and the grounds on which it is lawful."""
    assert len(VARIANTS) >= 40
    for one in VARIANTS.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", one.name), one.name
        assert re.fullmatch(r"\S.+\.", one.description), one.name
        assert one.grounds, one.name


def test_variants_differ_from_the_reference() -> None:
    """Every variant replaces a part or has settings of its own."""
    assert [one.name for one in VARIANTS.values() if not one.classes and not one.settings] == []


def test_targets_say_what_target_files_can_say() -> None:
    """What the target file of a variant says is known there."""
    for one in VARIANTS.values():
        said = {section: {k: v for k, v in keys.items() if v is not None} for section, keys in one.target.items()}
        Settings(**said)


def test_name_cannot_be_used_twice() -> None:
    """Two variants of one name are a mistake."""
    with pytest.raises(ValueError, match="two variants"):

        @variant("times-in-seconds", "Another.", grounds="none")
        class _Another(Tags):
            pass


def test_unknown_variant_lists_those_that_are_near() -> None:
    """A central system with a habit that there is none of does not come to be."""
    with pytest.raises(UnknownName, match="times-in-seconds"):
        CentralSystem(ServerSettings(variant="times-in-secs"))


def test_defect_and_habit_exclude_each_other() -> None:
    """A central system has a mutant or a variant."""
    with pytest.raises(SettingsError, match="not both"):
        CentralSystem(ServerSettings(mutant="boot-interval-negative", variant="times-in-seconds"))


# Habits that show on the wire


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("times-in-seconds", "Z"),
        ("times-with-one-digit", r"\.\dZ"),
        ("times-with-six-digits", r"\.\d{6}Z"),
        ("times-with-seven-digits", r"\.\d{7}Z"),
        ("times-with-offset", r"\.\d{3}\+00:00"),
    ],
)
async def test_form_of_times(make: Make, name: str, form: str) -> None:
    """All times are written in the form of the variant."""
    async with make(variant=name) as system, charger(system) as station:
        assert re.fullmatch(INSTANT + form, (await station.result("Heartbeat"))["currentTime"])


async def test_settings_of_a_variant_prevail(make: Make) -> None:
    """A habit that consists in a setting is there whatever else was set."""
    settings = {"variant": "messages-up-to-64-kib", "max_message_size": 1_000_000}
    async with make(**settings) as system, charger(system) as station:
        await station.send("x" * 70_000)
        assert await station.closed() == 1009


@pytest.mark.parametrize("code", [1002, 1007, 1008, 1011])
async def test_unreadable_text_closes(make: Make, code: int) -> None:
    """A text that is no JSON ends the connection with the code of the variant."""
    async with make(variant=f"unreadable-closes-{code}") as system, charger(system) as station:
        await station.send("{")
        assert await station.closed() == code


async def test_unreadable_text_is_answered(make: Make) -> None:
    """A text that is no JSON is answered under the id -1."""
    async with make(variant="unreadable-answered") as system, charger(system) as station:
        await station.send("{")
        assert (await station.receive())[:3] == [4, "-1", "FormationViolation"]


@pytest.mark.parametrize("code", [1000, 1001])
async def test_old_connection_closes(make: Make, code: int) -> None:
    """The old connection ends with the code of the variant."""
    async with make(variant=f"old-connection-closes-{code}") as system, charger(system) as old, charger(system):
        assert await old.closed() == code


async def test_old_connection_stays(make: Make) -> None:
    """Both connections of an identity are served."""
    async with make(variant="old-connection-stays") as system, charger(system) as old, charger(system) as new:
        assert await old.alive()
        assert await new.alive()


async def test_second_connection_is_refused(make: Make) -> None:
    """A station comes in once."""
    async with make(variant="second-connection-refused") as system, charger(system) as station:
        with pytest.raises(InvalidStatus, match="409"):
            async with charger(system):
                pass
        assert await station.alive()


async def test_early_return_is_refused(make: Make) -> None:
    """A station that comes back at once is told to wait."""
    async with make(variant="reconnect-too-early-refused") as system, charger(system) as station:
        await station.connection.close()
        with pytest.raises(InvalidStatus, match="503"):
            async with charger(system):
                pass


async def test_arrivals_are_rationed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many stations within a second the next one is told to wait."""
    monkeypatch.setattr(connections, "ARRIVALS", 3)
    monkeypatch.setattr(connections._ArrivalsRationed, "latest", deque(maxlen=3))
    async with make(variant="arrivals-rationed") as system, AsyncExitStack() as life:
        for _ in range(3):
            await life.enter_async_context(charger(system, boot=False))
        with pytest.raises(InvalidStatus, match="503"):
            await life.enter_async_context(charger(system, boot=False))


async def test_first_frame_is_lost(make: Make) -> None:
    """What is sent right after the handshake gets no answer, what comes later does."""
    async with make(variant="first-frame-lost") as system, charger(system, boot=False) as station:
        await station.send([2, "early", "BootNotification", BOOT])
        while True:
            await station.send([2, "late", "BootNotification", BOOT])
            try:
                answer = json.loads(await asyncio.wait_for(station.connection.recv(), 0.02))
            except TimeoutError:
                continue
            assert answer[:2] == [3, "late"]
            return


async def test_messages_are_rationed(make: Make) -> None:
    """A station that sends too much is cut off."""
    async with make(variant="messages-rationed") as system, charger(system) as station:
        with pytest.raises(ConnectionClosed):
            await _flood(station, 2 * RATE)
        assert await station.closed() == 1008


async def test_compression_is_declined(make: Make) -> None:
    """The handshake agrees to no extension, although the client offers one."""
    async with make(variant="compression-declined") as system, charger(system) as station:
        assert station.connection.response is not None
        assert "Sec-WebSocket-Extensions" not in station.connection.response.headers


async def test_generic_error_for_everything(make: Make) -> None:
    """Whatever is wrong, the code is the same."""
    async with make(variant="generic-error-for-everything") as system, charger(system) as station:
        assert {await station.error("Fly"), await station.error("Authorize")} == {"GenericError"}


async def test_repeated_call_is_answered_from_a_cache(make: Make) -> None:
    """The answer to an id that comes again is the first one, word for word."""
    async with make(variant="repeated-call-answered-from-a-cache") as system, charger(system) as station:
        first = await _told(station, [2, "again", "Heartbeat", {}])
        assert await _told(station, [2, "again", "Heartbeat", {}]) == first
        assert await station.alive()


async def test_answers_come_in_reverse_order(make: Make) -> None:
    """CALLs that are sent together are answered from the last to the first."""
    async with make(variant="answers-in-any-order") as system, charger(system) as station:
        for id in ("one", "two"):
            await station.send([2, id, "Heartbeat", {}])
        assert [(await station.receive())[1] for _ in range(2)] == ["two", "one"]


async def test_own_calls_come_first(make: Make) -> None:
    """A CALL waits until the station has answered; what needs no serving does not wait."""
    async with make(variant="own-calls-first") as system, charger(system) as station:
        await system.operator.perform("CS-1", "ClearCache", {})
        _, id, *_ = await station.receive()
        await station.send([2, "waits", "Heartbeat", {}])
        assert (await _told(station, [2, "malformed", "Heartbeat"]))[:2] == [4, "malformed"]
        assert (await _told(station, [3, id, {"status": "Accepted"}]))[:2] == [3, "waits"]


async def test_null_payload_is_refused(make: Make) -> None:
    """Null in place of a payload is refused, an empty object is not."""
    async with make(variant="null-payload-refused") as system, charger(system) as station:
        assert (await _told(station, [2, "null", "Heartbeat", None]))[:2] == [4, "null"]
        assert await station.alive()


async def test_binary_message_is_ignored(make: Make) -> None:
    """A binary message has no consequences."""
    async with make(variant="binary-ignored") as system, charger(system) as station:
        await station.send(b"[]")
        assert await station.alive()


@pytest.mark.parametrize(("name", "status"), [("unknown-stations-401", "401"), ("unknown-stations-403", "403")])
async def test_unknown_station_is_refused(make: Make, name: str, status: str) -> None:
    """A station that nobody registered is refused with the status of the variant."""
    async with make(variant=name) as system:
        with pytest.raises(InvalidStatus, match=status):
            async with _connection(system):
                pass


async def test_unknown_station_is_rejected(make: Make) -> None:
    """A station that nobody registered comes in and is told Rejected."""
    async with make(variant="unknown-stations-rejected") as system, _connection(system) as connection:
        assert await Charger(connection, "CS-9").boot() == "Rejected"


async def test_missing_subprotocol_is_refused(make: Make) -> None:
    """A handshake without a version that is spoken ends at once."""
    async with make(variant="subprotocol-refused-400") as system:
        with pytest.raises(InvalidStatus, match="400"):
            async with charger(system, subprotocols=[Subprotocol("ocpp9.9")]):
                pass
        async with charger(system) as station:
            assert await station.alive()


# CALLs of its own


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("get-configuration-after-boot", "GetConfiguration"),
        ("change-configuration-after-boot", "ChangeConfiguration"),
        ("trigger-after-boot", "TriggerMessage"),
        ("data-transfer-after-boot", "DataTransfer"),
    ],
)
async def test_station_that_boots_is_asked(make: Make, name: str, action: str) -> None:
    """The CALL follows the answer to the BootNotification."""
    async with make(variant=name) as system, charger(system) as station:
        kind, _, asked, payload = await station.receive()
        assert (kind, asked, payload) == (2, action, ASKED[action])


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("get-configuration-after-boot", "GetConfiguration"),
        ("change-configuration-after-boot", "ChangeConfiguration"),
        ("trigger-after-boot", "TriggerMessage"),
        ("trigger-after-reconnect", "TriggerMessage"),
        ("data-transfer-after-boot", None),
        ("get-configuration-before-boot-is-answered", None),
    ],
)
async def test_station_of_2_0_1_is_asked_in_its_own_words(make: Make, name: str, action: str | None) -> None:
    """A station that speaks OCPP 2.0.1 is sent what means the same there, or nothing."""
    boot = {"reason": "PowerUp", "chargingStation": {"model": "One", "vendorName": "Acme"}}
    later: dict[str, Any] = {"boot": False, "subprotocols": [Subprotocol("ocpp2.0.1")]}
    async with make(variant=name) as system:
        async with charger(system, **later) as station:
            assert (await station.result("BootNotification", boot))["status"] == "Accepted"
            if action is None:
                assert await station.alive()
            elif name.endswith("boot"):
                assert tuple((await station.receive())[2:]) == ASKED_IN_201[action]
        if name.endswith("reconnect"):
            async with charger(system, **later) as station:
                assert (await station.receive())[2] == "TriggerMessage"


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("get-configuration-before-boot-is-answered", "GetConfiguration"),
        ("change-configuration-before-boot-is-answered", "ChangeConfiguration"),
        ("trigger-before-boot-is-answered", "TriggerMessage"),
    ],
)
async def test_station_is_asked_before_its_boot_is_answered(make: Make, name: str, action: str) -> None:
    """The CALL precedes the answer, and the queue waits for what comes of it."""
    async with make(variant=name) as system, charger(system, boot=False) as station:
        await station.send([2, "boot", "BootNotification", BOOT])
        kind, id, asked, _ = await station.receive()
        assert (kind, asked) == (2, action)
        assert (await station.receive())[:2] == [3, "boot"]
        await system.operator.perform("CS-1", "ClearCache", {})
        await station.send([4, id, "NotSupported", "", {}])
        assert (await station.receive())[2] == "ClearCache"


async def test_station_that_comes_back_is_asked(make: Make) -> None:
    """A station that is accepted already is asked for its statuses."""
    async with make(variant="trigger-after-reconnect") as system:
        async with charger(system):
            pass
        async with charger(system, boot=False) as station:
            assert (await station.receive())[2:] == ["TriggerMessage", ASKED["TriggerMessage"]]


async def test_all_keys_are_asked_by_an_empty_list(make: Make) -> None:
    """All keys are no key."""
    async with make(variant="all-keys-by-an-empty-list") as system, charger(system) as station:
        await system.operator.perform("CS-1", "GetConfiguration", {})
        assert (await station.receive())[2:] == ["GetConfiguration", {"key": []}]


# What is booked


async def test_unknown_tag_becomes_blocked(make: Make) -> None:
    """A tag is Invalid once, and Blocked from then on."""
    async with make(variant="unknown-tag-becomes-blocked") as system, charger(system) as station:
        told = [(await station.result("Authorize", {"idTag": "NEW"}))["idTagInfo"]["status"] for _ in range(2)]
        assert told == ["Invalid", "Blocked"]


async def test_refused_start_has_no_id(make: Make) -> None:
    """A start of an unknown tag gets -1, and its stop no idTagInfo in the variant without any."""
    start = {"connectorId": 1, "idTag": "NEW", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"}
    async with make(variant="no-id-for-a-refused-start") as system, charger(system) as station:
        assert (await station.result("StartTransaction", start))["transactionId"] == -1


async def test_stop_has_no_tag_info(make: Make) -> None:
    """A stop with a tag is confirmed by nothing."""
    stop = {"transactionId": 1, "idTag": "NEW", "meterStop": 0, "timestamp": "2024-05-01T12:00:00Z"}
    async with make(variant="stop-without-tag-info") as system, charger(system) as station:
        assert await station.result("StopTransaction", stop) == {}


# What comes again


START = {"connectorId": 1, "idTag": "GOOD", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"}


async def _running(system: CentralSystem) -> list[int]:
    shown = await system.operator.transactions("CS-1")
    return [one["id"] for one in shown if one["active"]]


async def test_repeated_start_begins_anew(make: Make) -> None:
    """The second id is another one, and is that of the only transaction which runs."""
    async with make(variant="repeated-start-begins-anew") as system, charger(system) as station:
        await system.operator.provision_tag(Tag(id_tag="GOOD"))
        ids = [(await station.result("StartTransaction", START))["transactionId"] for _ in range(2)]
        assert ids[0] != ids[1]
        assert await _running(system) == ids[1:]


async def test_repeated_start_is_told_concurrent(make: Make) -> None:
    """The tag is taken to be charging elsewhere, which is where it began."""
    async with make(variant="repeated-start-told-concurrent") as system, charger(system) as station:
        await system.operator.provision_tag(Tag(id_tag="GOOD"))
        told = [(await station.result("StartTransaction", START))["idTagInfo"]["status"] for _ in range(2)]
        assert told == ["Accepted", "ConcurrentTx"]


async def test_repeated_values_are_booked_once(make: Make) -> None:
    """The same values are confirmed twice, and shown once."""
    value = {"timestamp": "2024-05-01T12:00:00Z", "sampledValue": [{"value": "1"}]}
    async with make(variant="repeated-values-booked-once") as system, charger(system) as station:
        for _ in range(2):
            assert await station.result("MeterValues", {"connectorId": 1, "meterValue": [value]}) == {}
        assert len(await system.operator.meter_values("CS-1", 10)) == 1


async def test_repeated_message_is_answered_as_before(make: Make) -> None:
    """On the next connection the same message has the same answer, and another one under its id its own."""
    async with make(variant="repeated-message-answered-as-before") as system:
        async with charger(system) as station:
            first = await _told(station, [2, "again", "StartTransaction", START])
        async with charger(system, boot=False) as station:
            assert await _told(station, [2, "again", "StartTransaction", START]) == first
            other = await _told(station, [2, "again", "StartTransaction", {**START, "connectorId": 2}])
            assert other[2]["transactionId"] != first[2]["transactionId"]


# Profiles


@pytest.mark.parametrize(
    ("name", "call", "operation"),
    [
        ("without-security", "SignCertificate", "GetLog"),
        ("without-firmware-management", "FirmwareStatusNotification", "UpdateFirmware"),
        ("without-data-transfer", "DataTransfer", "DataTransfer"),
        ("without-reservation", None, "ReserveNow"),
        ("without-local-auth-list", None, "SendLocalList"),
        ("without-smart-charging", None, "SetChargingProfile"),
    ],
)
async def test_profile_is_not_there(make: Make, name: str, call: str | None, operation: str) -> None:
    """CALLs of the profile are not implemented, and its operations are not known."""
    async with make(variant=name) as system, charger(system) as station:
        if call is not None:
            assert await station.error(call) == "NotImplemented"
        async with _client(system) as api:
            answer = await api.post(f"/stations/CS-1/operations/{operation}", json={})
        assert (answer.status_code, "unknown operation" in answer.text) == (422, True)


# The operator API


@pytest.mark.parametrize("code", [400, 404, 409, 422, 500, 502])
async def test_orders_are_refused(make: Make, code: int) -> None:
    """Whatever the reason is, an order that is not taken is refused with the code of the variant."""
    async with make(variant=f"orders-refused-with-{code}") as system, _client(system) as api:
        for station, action in (("CS-9", "ClearCache"), ("CS-1", "Fly")):
            assert (await api.post(f"/stations/{station}/operations/{action}", json={})).status_code == code


async def test_order_is_answered_when_the_station_has_answered(make: Make) -> None:
    """The answer to an order says what became of it; nothing is taken for a station that is away."""
    async with make(variant="synchronous-operator-api") as system, _client(system) as api:
        await system.operator.provision_station("CS-1")
        assert (await api.post("/stations/CS-1/operations/ClearCache", json={})).status_code == 409
        async with charger(system) as station:
            ordered = asyncio.create_task(api.post("/stations/CS-1/operations/ClearCache", json={}))
            _, id, *_ = await station.receive()
            assert not ordered.done()
            await station.send([3, id, {"status": "Accepted"}])
            answer = await ordered
    told: Mapping[str, Any] = answer.json()
    assert (answer.status_code, told["state"], told["status"]) == (200, "answered", "Accepted")


@pytest.mark.parametrize(("date", "code"), [("2020-01-01T00:00:00Z", 422), ("2999-01-01T00:00:00Z", 202)])
async def test_firmware_must_lie_ahead(make: Make, date: str, code: int) -> None:
    """An update that should have been retrieved already is refused."""
    order = {"location": "https://example.com/fw.bin", "retrieveDate": date}
    async with make(variant="firmware-only-ahead") as system, _client(system) as api:
        await system.operator.provision_station("CS-1")
        answer = await api.post("/stations/CS-1/operations/UpdateFirmware", json=order)
    assert answer.status_code == code


async def test_markup_is_refused(make: Make) -> None:
    """A text with an angle bracket is not taken, any other is."""
    async with make(variant="markup-refused") as system, charger(system):
        await system.operator.perform("CS-1", "ChangeConfiguration", {"key": "K", "value": "a & b"})
        with pytest.raises(Refused, match="blocked"):
            await system.operator.perform("CS-1", "ChangeConfiguration", {"key": "K", "value": "<b>"})


async def test_absent_members_are_shown_as_null(make: Make) -> None:
    """What is shown of answers and of meter values has members that are null."""
    start = {"connectorId": 1, "idTag": "NEW", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"}
    values = {"timestamp": "2024-05-01T12:01:00Z", "sampledValue": [{"value": "1"}]}
    async with make(variant="absent-members-shown-as-null") as system, charger(system) as station:
        number = (await station.result("StartTransaction", start))["transactionId"]
        await station.result("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [values]})
        [view] = await system.operator.transactions("CS-1")
        assert view["meter_values"][0]["comment"] is None
        operation = await system.operator.perform("CS-1", "ClearCache", {})
        _, id, *_ = await station.receive()
        await station.send([3, id, {"status": "Accepted"}])
        outcome = await system.operator.outcome(operation, 5.0)
    assert outcome is not None
    assert outcome.payload == {"status": "Accepted", "comment": None}


def _client(system: CentralSystem) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(application(system)), base_url="http://operator")


def _connection(system: CentralSystem) -> connect:
    return connect(f"{system.endpoint}/CS-9", subprotocols=[Subprotocol("ocpp1.6")], close_timeout=1)


async def _told(station: Charger, message: list[Any]) -> list[Any]:
    await station.send(message)
    return await station.receive()


async def _flood(station: Charger, count: int) -> None:
    for number in range(count):
        await _told(station, [2, f"m{number}", "Heartbeat", {}])


# What is said of idTokens and transactions of OCPP 2.0.1


async def test_unknown_token_is_invalid(make: Make) -> None:
    """A token that nobody knows is told Invalid."""
    async with make(variant="unknown-token-invalid") as system, desk_of(system) as desk:
        assert (await desk.tell("Authorize", {"idToken": TOKEN}))["idTokenInfo"] == {"status": "Invalid"}


async def test_group_is_of_another_kind(make: Make) -> None:
    """The group of a token is told with another type."""
    async with make(variant="group-of-its-own-kind") as system, desk_of(system) as desk:
        await system.operator.provision_tag(Tag(id_tag=TOKEN["idToken"], parent="GROUP"))
        answer = await desk.tell("Authorize", {"idToken": TOKEN})
        assert answer["idTokenInfo"]["groupIdToken"] == {"idToken": "GROUP", "type": "Local"}


async def test_cost_and_message_are_told(make: Make) -> None:
    """An event is answered with its cost, priority and a message, whether or not it names a token."""
    async with make(variant="cost-and-message-told") as system, desk_of(system) as desk:
        assert set(await desk.event("Started", 0)) == {"totalCost", "chargingPriority", "updatedPersonalMessage"}


# Habits with stations that are away


async def test_order_for_a_station_that_is_away_is_refused(make: Make) -> None:
    """It is taken while the station is there, and not afterwards."""
    async with make(variant="away-refused") as system:
        async with charger(system):
            await system.operator.perform("CS-1", "ClearCache", {})
        with pytest.raises(Refused, match="not connected"):
            await system.operator.perform("CS-1", "ClearCache", {})


@pytest.mark.parametrize("name", ["away-failed", "away-expires"])
async def test_order_for_a_station_that_is_away_fails(make: Make, name: str) -> None:
    """It is taken, has failed soon, and is never delivered."""
    async with make(variant=name) as system:
        await system.operator.provision_station("CS-1")
        operation = await system.operator.perform("CS-1", "ClearCache", {}, "1.6")
        outcome = await system.operator.outcome(operation, 5.0)
        async with charger(system) as station:
            assert await station.alive()
    assert outcome is not None
    assert outcome.state == "failed"


async def test_order_that_waits_to_expire_ends_with_the_system(make: Make) -> None:
    """A central system that stops does not wait for it."""
    async with make(variant="away-expires") as system:
        await system.operator.provision_station("CS-1")
        operation = await system.operator.perform("CS-1", "ClearCache", {}, "1.6")
        outcome = await system.operator.outcome(operation)
    assert outcome is not None
    assert outcome.state == "pending"


async def test_lost_call_is_sent_again(make: Make) -> None:
    """It comes on the next connection, with another id."""
    async with make(variant="lost-call-sent-again") as system:
        async with charger(system) as station:
            await system.operator.perform("CS-1", "ClearCache", {})
            first = await station.receive()
            station.connection.transport.abort()
        async with charger(system, boot=False) as station:
            again = await station.receive()
    assert (again[2:], again[1] == first[1]) == (["ClearCache", {}], False)
