"""The handshake: who may come in, as whom, and which version is spoken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from server.central_system import CentralSystem
from tests.server.charger import PATIENCE, charger
from tests.server.conftest import Make

UPGRADE = {
    "Host": "localhost",
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "ocpp1.6",
}


async def ask(system: CentralSystem, request: str) -> str:
    """Send a raw HTTP request and return the head of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", system.port)
    writer.write(request.encode())
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    writer.close()
    await writer.wait_closed()
    return head.decode()


def request(line: str = "GET /ocpp/CS-1 HTTP/1.1", **changes: str | None) -> str:
    """Return a request to connect with some headers changed, or left out with None."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    headers = {name: value for name, value in (UPGRADE | named).items() if value is not None}
    return "\r\n".join([line, *(f"{name}: {value}" for name, value in headers.items()), "", ""])


@pytest.mark.parametrize("id", ["CS-1", "RDAM 123", "A|B", "ü/x", "100%", "?x=1"])
async def test_identity_is_decoded(system: CentralSystem, id: str) -> None:
    """The last segment of the path is the percent-encoded identity."""
    async with charger(system, id) as station:
        assert await station.alive()


@pytest.mark.parametrize("path", ["/ocpp/NOBODY", "/ocpp/", "/ocpp", "/", "/ocpp/CS-1/", "/ocpp/a/CS-1", "/ocpp/%FF"])
async def test_unknown_station_is_not_found(system: CentralSystem, path: str) -> None:
    """Whoever is not registered is answered 404."""
    await system.operator.provision_station("CS-1")
    assert (await ask(system, request(f"GET {path} HTTP/1.1"))).startswith("HTTP/1.1 404 ")


async def test_query_does_not_belong_to_the_identity(system: CentralSystem) -> None:
    """What follows a question mark is ignored."""
    await system.operator.provision_station("CS-1")
    assert (await ask(system, request("GET /ocpp/CS-1?x=1 HTTP/1.1"))).startswith("HTTP/1.1 101 ")


async def test_unknown_station_can_be_welcome(make: Make) -> None:
    """With the setting for it a station is registered at its first contact, for good."""
    async with make(accept_unknown=True) as system:
        url = f"{system.endpoint}/NEW"
        async with connect(url, subprotocols=[Subprotocol("ocpp1.6")]):
            assert system.operator.station("NEW")["online"]
    async with make() as system:
        assert system.operator.station("NEW")["registration"] == "Accepted"


@pytest.mark.parametrize("offered", [["ocpp1.6"], ["ocpp0.1", "ocpp1.6"], ["ocpp1.6", "ocpp2.0.1"]])
async def test_version_is_selected(system: CentralSystem, offered: Sequence[str]) -> None:
    """The version that both sides speak is named in the answer."""
    async with charger(system, subprotocols=[Subprotocol(one) for one in offered]) as station:
        assert station.connection.subprotocol == "ocpp1.6"


@pytest.mark.parametrize("offered", [None, ["ocpp0.1"], ["OCPP1.6"]])
async def test_without_common_version_the_connection_ends(system: CentralSystem, offered: list[str] | None) -> None:
    """The handshake is completed without a version and the connection closed at once."""
    async with charger(system, boot=False, subprotocols=offered) as station:
        assert station.connection.subprotocol is None
        assert await station.closed() == 1002
        assert not system.operator.station("CS-1")["online"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (request(Sec_WebSocket_Key=None), 400),
        (request(Sec_WebSocket_Key="short"), 400),
        (request(Upgrade=None, Connection=None), 426),
        (request("POST /ocpp/CS-1 HTTP/1.1"), 405),
        (request("POST /ocpp/CS-1 HTTP/1.1", Content_Length="3"), 400),
        (request("GET /ocpp/CS-1 HTTP/1.0"), 505),
        ("what is this?\r\n\r\n", 400),
    ],
)
async def test_request_that_is_no_handshake_is_refused(system: CentralSystem, text: str, status: int) -> None:
    """A request that cannot be upgraded gets an HTTP answer that says so."""
    await system.operator.provision_station("CS-1")
    assert (await ask(system, text)).startswith(f"HTTP/1.1 {status} ")


@pytest.mark.parametrize("version", ["12", "99"])
async def test_other_version_of_the_protocol_is_refused(system: CentralSystem, version: str) -> None:
    """A WebSocket version that is not spoken is answered with the one that is."""
    await system.operator.provision_station("CS-1")
    head = await ask(system, request(Sec_WebSocket_Version=version))
    assert head.startswith("HTTP/1.1 426 ")
    assert "Sec-WebSocket-Version: 13" in head


async def test_names_are_matched_without_case(system: CentralSystem) -> None:
    """Tokens and header names may be written in any case."""
    await system.operator.provision_station("CS-1")
    text = request(Upgrade="WebSocket", Connection="keep-alive, upgrade").replace("Sec-", "SEC-")
    assert (await ask(system, text)).startswith("HTTP/1.1 101 ")


async def test_extension_is_not_selected_unasked(system: CentralSystem) -> None:
    """Without an offer no extension is selected."""
    await system.operator.provision_station("CS-1")
    assert "Extensions" not in await ask(system, request())


async def test_compression_works_where_it_is_offered(system: CentralSystem) -> None:
    """A station that offers compression is served with it."""
    async with charger(system, compression="deflate") as station:
        assert await station.alive()


async def test_removed_station_is_unknown(system: CentralSystem) -> None:
    """A station that has been removed is disconnected and not found any more."""
    async with charger(system) as station:
        await system.operator.remove_station("CS-1")
        assert await station.closed() == 1008
    with pytest.raises(InvalidStatus, match="404"):
        await connect(f"{system.endpoint}/{quote('CS-1')}", subprotocols=[Subprotocol("ocpp1.6")])


@pytest.mark.parametrize(
    ("text", "answer", "reason"),
    [
        (request("GET /ocpp/NOBODY HTTP/1.1"), "404", "There is no such station."),
        (request(Sec_WebSocket_Version="12"), "426", "Only version 13 is spoken."),
        (request(Upgrade=None), "426", "Failed to open a WebSocket connection"),
        (request(Sec_WebSocket_Protocol="ocpp0.1"), "1002", "no common subprotocol"),
        ("what is this?\r\n\r\n", "400", "did not receive a valid HTTP request"),
        (request(X="x" * 20_000), "431", "expected no more than"),
    ],
)
async def test_refusal_is_logged_and_counted(make: Make, tmp_path: Path, text: str, answer: str, reason: str) -> None:
    """Whoever is not let in leaves a line in the log, and a figure under what the answer was."""
    log = tmp_path / "log"
    async with make(log=str(log)) as system:
        await system.operator.provision_station("CS-1")
        await ask(system, text)
        assert f'plugfest_refused_handshakes_total{{answer="{answer}"}} 1.0' in system.metrics.text().decode()
    [line] = [one for one in await entries(log) if one["event"] == "refused"]
    assert line["answer"] == answer
    assert reason in line["reason"]
    assert line["peer"].startswith("127.0.0.1:")


async def test_peer_that_does_not_ask_is_logged(make: Make, tmp_path: Path) -> None:
    """A connection on which no request comes in time leaves a line."""
    log = tmp_path / "log"
    async with make(log=str(log), open_timeout=0.05) as system:
        reader, writer = await asyncio.open_connection("127.0.0.1", system.port)
        await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        await writer.wait_closed()
    [line] = [one for one in await entries(log) if one["event"] == "refused"]
    assert (line["answer"], line["reason"]) == ("none", "no request in time")


async def entries(log: Path) -> list[dict[str, str]]:
    """Return the lines of a log."""
    text = await asyncio.to_thread(log.read_text, "utf-8")
    return [json.loads(line) for line in text.splitlines()]
