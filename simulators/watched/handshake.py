"""The opening handshake as a relay passes it on: everything but the address, and extensions, stays as it came."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from simulators.connection import Endpoint

END = b"\r\n\r\n"
LONGEST_HEAD = 65_536
"""Bytes of a request or an answer with all its headers."""

_REQUEST = re.compile(rb"GET (\S+) HTTP/1\.1")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: (.*))?")
_OURS = frozenset({b"host", b"sec-websocket-extensions"})
"""Headers that belong to one hop only: a relay that looks at messages has them sent without compression."""


class NoHandshake(Exception):
    """A request that asks for no WebSocket of a station; ``status`` is what it is answered with."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a request or an answer, and its headers, as they came."""

    first: bytes
    lines: Sequence[bytes]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return what the bytes up to the empty line hold."""
        first, *lines = data.removesuffix(END).split(b"\r\n")
        return cls(first, lines)

    def header(self, name: str) -> str | None:
        """Return a header, None where there is none; of a repeated one all values, joined by commas."""
        found = [line.partition(b":")[2].strip() for line in self.lines if _name(line) == name.lower().encode()]
        return b", ".join(found).decode("latin-1") if found else None

    def listed(self, name: str) -> list[str]:
        """Return the values of a header that is a list."""
        return [value.strip() for value in (self.header(name) or "").split(",") if value.strip()]


@dataclass(frozen=True, slots=True)
class Request:
    """A station's request for a WebSocket."""

    head: Head
    station: str
    query: str

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the request in the bytes that a station sent; raises NoHandshake."""
        head = Head.parse(data)
        match = _REQUEST.fullmatch(head.first)
        if match is None:
            raise NoHandshake("400 Bad Request", f"no handshake of a WebSocket: {head.first[:80]!r}")
        if (head.header("Upgrade") or "").lower() != "websocket":
            raise NoHandshake("426 Upgrade Required", "no WebSocket was asked for; a station connects here")
        parts = urlsplit(match[1].decode("latin-1"))
        station = unquote(parts.path.rstrip("/").rpartition("/")[2])
        if not station:
            raise NoHandshake("404 Not Found", "the URL ends without the identity of a station")
        return cls(head, station, parts.query)

    @property
    def subprotocols(self) -> list[str]:
        """The subprotocols that the station offers."""
        return self.head.listed("Sec-WebSocket-Protocol")

    def forwarded(self, endpoint: Endpoint) -> bytes:
        """Return the request as it goes to the central system."""
        parts = urlsplit(endpoint.address(self.station))
        query = "&".join(part for part in (parts.query, self.query) if part)
        path = f"{parts.path or '/'}{f'?{query}' if query else ''}"
        kept = [line for line in self.head.lines if _name(line) not in _OURS]
        lines = [f"GET {path} HTTP/1.1".encode(), f"Host: {parts.netloc.rpartition('@')[2]}".encode(), *kept]
        return b"\r\n".join(lines) + END


@dataclass(frozen=True, slots=True)
class Answer:
    """What the central system answers a handshake with."""

    head: Head
    status: int
    text: str

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the answer in some bytes; raises ValueError for what is not HTTP."""
        head = Head.parse(data)
        match = _STATUS.fullmatch(head.first)
        if match is None:
            raise ValueError(f"an answer that is not HTTP: {head.first[:80]!r}")
        return cls(head, int(match[1]), f"HTTP {match[1].decode()} {(match[2] or b'').decode('latin-1')}".strip())

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that was chosen."""
        return self.head.header("Sec-WebSocket-Protocol")

    @property
    def length(self) -> int | None:
        """How many bytes follow, None where that is not told."""
        told = self.head.header("Content-Length")
        return int(told) if told is not None and told.isdecimal() else None


def refusal(status: str, reason: str) -> bytes:
    """Return an answer of the relay itself."""
    text = f"plugfest watch: {reason}\n".encode()
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(text)}",
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + END + text


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()
