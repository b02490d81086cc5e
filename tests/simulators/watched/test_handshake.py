"""The handshake is passed on but for what belongs to one hop."""

from __future__ import annotations

import pytest

from simulators.connection import Endpoint
from simulators.watched.handshake import Answer, NoHandshake, Request, refusal


def request(*lines: str, path: str = "/ocpp/CP%201") -> Request:
    """Return a request for a WebSocket with some headers of its own."""
    head = [f"GET {path} HTTP/1.1", "Host: relay:9220", "Upgrade: WebSocket", *lines]
    return Request.parse("\r\n".join([*head, "", ""]).encode())


def test_headers_of_the_station_are_kept() -> None:
    """Credentials, subprotocols and whatever else it says arrive as they were sent, in order."""
    lines = ["Authorization: Basic Q1A6cHc=", "sec-websocket-protocol: ocpp2.0.1, ocpp1.6", "X-Odd:  yes"]
    asked = request(*lines, "Sec-WebSocket-Extensions: permessage-deflate")
    assert asked.subprotocols == ["ocpp2.0.1", "ocpp1.6"]
    forwarded = asked.forwarded(Endpoint("wss://csms.example:8443/in")).decode()
    assert forwarded.split("\r\n") == [
        "GET /in/CP%201 HTTP/1.1",
        "Host: csms.example:8443",
        "Upgrade: WebSocket",
        *lines,
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("endpoint", "path", "expected"),
    [
        ("ws://c", "/CP1", "/CP1"),
        ("ws://c/ws/{station}/", "/any/thing/CP1/", "/ws/CP1/"),
        ("ws://c/ocpp?key=1", "/CP1?token=2", "/ocpp/CP1?key=1&token=2"),
        ("ws://c/ocpp", "http://relay:9220/CP1", "/ocpp/CP1"),
    ],
)
def test_identity_is_what_the_url_ends_with(endpoint: str, path: str, expected: str) -> None:
    """It stands in the URL of the central system where the target says."""
    asked = request(path=path)
    assert asked.station == "CP1"
    assert asked.forwarded(Endpoint(endpoint)).split(b" ")[1].decode() == expected


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("\x16\x03\x01 hello", "400"),
        ("GET / HTTP/1.1\r\nUpgrade: websocket", "404"),
        ("GET /CP1 HTTP/1.1", "426"),
        ("POST /CP1 HTTP/1.1\r\nUpgrade: websocket", "400"),
    ],
)
def test_what_is_no_handshake_is_refused(text: str, status: str) -> None:
    """A request that no station makes is answered by the relay itself."""
    with pytest.raises(NoHandshake) as no:
        Request.parse(f"{text}\r\n\r\n".encode())
    assert no.value.status.startswith(status)
    assert refusal(no.value.status, str(no.value)).startswith(f"HTTP/1.1 {status} ".encode())


def test_answer_is_read() -> None:
    """Status, subprotocol and length of what follows are told."""
    answer = Answer.parse(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n")
    assert (answer.status, answer.text) == (401, "HTTP 401 Unauthorized")
    assert (answer.length, answer.subprotocol) == (12, "ocpp1.6")
    assert Answer.parse(b"HTTP/1.0 200\r\nContent-Length: many\r\n\r\n").length is None
    with pytest.raises(ValueError, match="not HTTP"):
        Answer.parse(b"SSH-2.0\r\n\r\n")
