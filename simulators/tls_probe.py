"""A TLS handshake by hand, up to what the server makes of the ClientHello: no library offers what nobody may accept.

For what a proper client can not offer any more: SSL 3.0 to TLS 1.1, suites without encryption or authentication, and
compression (RFC 5246 7.4, RFC 8446 4.1). The handshake is never completed.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import ip_address

from harness.trace import Direction, Event
from harness.verdict import Inconclusive
from simulators.station import Station


class Version(IntEnum):
    """Protocol versions as they stand on the wire."""

    SSL_3_0 = 0x0300
    TLS_1_0 = 0x0301
    TLS_1_1 = 0x0302
    TLS_1_2 = 0x0303
    TLS_1_3 = 0x0304


DEMANDED: Mapping[str, int] = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": 0xC02B,
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": 0xC02C,
    "TLS_RSA_WITH_AES_128_GCM_SHA256": 0x009C,
    "TLS_RSA_WITH_AES_256_GCM_SHA384": 0x009D,
}
"""The suites that every central system supports (security white paper A00.FR.317)."""

UNSUITABLE: Mapping[str, int] = {
    "TLS_RSA_WITH_NULL_MD5": 0x0001,
    "TLS_RSA_WITH_NULL_SHA": 0x0002,
    "TLS_RSA_EXPORT_WITH_RC4_40_MD5": 0x0003,
    "TLS_RSA_WITH_RC4_128_MD5": 0x0004,
    "TLS_RSA_WITH_RC4_128_SHA": 0x0005,
    "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA": 0x0008,
    "TLS_RSA_WITH_DES_CBC_SHA": 0x0009,
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA": 0x000A,
    "TLS_DH_anon_WITH_RC4_128_MD5": 0x0018,
    "TLS_DH_anon_WITH_AES_128_CBC_SHA": 0x0034,
    "TLS_RSA_WITH_NULL_SHA256": 0x003B,
    "TLS_DH_anon_WITH_AES_128_GCM_SHA256": 0x00A6,
    "TLS_ECDHE_ECDSA_WITH_NULL_SHA": 0xC006,
    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA": 0xC007,
    "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA": 0xC008,
    "TLS_ECDHE_RSA_WITH_NULL_SHA": 0xC010,
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA": 0xC011,
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA": 0xC012,
    "TLS_ECDH_anon_WITH_AES_128_CBC_SHA": 0xC018,
}
"""Suites that must not be agreed on (A00.FR.319)."""

ORDINARY: Mapping[str, int] = {
    **DEMANDED,
    "TLS_AES_128_GCM_SHA256": 0x1301,
    "TLS_AES_256_GCM_SHA384": 0x1302,
    "TLS_CHACHA20_POLY1305_SHA256": 0x1303,
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": 0xC02F,
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": 0xC030,
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": 0xC009,
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": 0xC00A,
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": 0xC013,
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": 0xC014,
    "TLS_RSA_WITH_AES_128_CBC_SHA": 0x002F,
    "TLS_RSA_WITH_AES_256_CBC_SHA": 0x0035,
}
"""What a client usually offers, old versions included."""

NULL_COMPRESSION, DEFLATE = 0, 1
_NAMES = {code: name for name, code in {**ORDINARY, **UNSUITABLE}.items()}
_NO_RENEGOTIATION = 0x00FF
_ALERT, _HANDSHAKE = 21, 22
_SERVER_HELLO, _CERTIFICATE, _CERTIFICATE_REQUEST, _DONE = 2, 11, 13, 14
_SUPPORTED_VERSIONS = 43
_MAX_ANSWER = 256 * 1024
_ALERTS = {40: "handshake_failure", 47: "illegal_parameter", 70: "protocol_version", 71: "insufficient_security"}


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What the server agreed to; ``chain`` holds its certificates as DER, leaf first, none under TLS 1.3."""

    version: int
    suite: str
    compression: int
    chain: tuple[bytes, ...] = ()
    client_certificate_wanted: bool = False

    def __str__(self) -> str:
        try:
            version = Version(self.version).name
        except ValueError:
            version = f"{self.version:#06x}"
        return f"{version} with {self.suite}{' and compression' if self.compression else ''}"


@dataclass(frozen=True, slots=True)
class Refused:
    """The server agreed to nothing: an alert, or the end of the connection."""

    reason: str

    def __str__(self) -> str:
        return self.reason


async def probe(
    station: Station,
    *,
    version: Version = Version.TLS_1_2,
    suites: Mapping[str, int] = ORDINARY,
    compressions: Sequence[int] = (NULL_COMPRESSION,),
) -> Negotiated | Refused:
    """Offer one version, these suites and compressions at the endpoint of a station, and return the server's choice.

    Raises Inconclusive where nobody listens, or nothing comes within the patience of the station.
    """
    host, port = station.endpoint.place
    hello = client_hello(host, version, tuple(suites.values()), compressions)
    offer = f"ClientHello {version.name}, {len(suites)} suites, compressions {list(compressions)}"
    await station.conduct.approach()
    number = station.conduct.opened()
    outcome: Negotiated | Refused | None = None
    try:
        async with asyncio.timeout(station.patience):
            reader, writer = await asyncio.open_connection(*station.endpoint.entrance)
            try:
                station.trace.add(station.id, Direction.SENT, Event.BINARY, offer, connection=number)
                writer.write(hello)
                outcome = await _answer(reader, version)
            finally:
                writer.transport.abort()
    except TimeoutError:
        raise Inconclusive(f"{host}:{port} answered no ClientHello within {station.patience:g} s") from None
    except OSError as error:
        raise Inconclusive(f"{host}:{port} cannot be reached: {error}") from None
    finally:
        station.conduct.ended(number)
        why = None if isinstance(outcome, Negotiated) else station.endpoint.severed()
        if why:
            station.trace.add(station.id, Direction.SENT, Event.LOST, why, connection=number)
    if why:
        raise Inconclusive(f"{host}:{port} was not reached: {why}")
    event = Event.OPENED if isinstance(outcome, Negotiated) else Event.REFUSED
    station.trace.add(station.id, Direction.RECEIVED, event, str(outcome), connection=number)
    return outcome


def client_hello(host: str, version: Version, suites: Sequence[int], compressions: Sequence[int]) -> bytes:
    """Return the record of a ClientHello that offers a version and nothing above it."""
    legacy = min(version, Version.TLS_1_2)
    codes = struct.pack(f"!{len(suites) + 1}H", *suites, _NO_RENEGOTIATION)
    body = (
        struct.pack("!H", legacy) + secrets.token_bytes(32) + b"\0" + _sized(codes, 2) + _sized(bytes(compressions), 1)
    )
    if version > Version.SSL_3_0:
        body += _sized(b"".join(_extensions(host, version)), 2)
    message = b"\x01" + _sized(body, 3)
    return struct.pack("!BH", _HANDSHAKE, min(legacy, Version.TLS_1_0)) + _sized(message, 2)


def _extensions(host: str, version: Version) -> Iterator[bytes]:
    if not _is_address(host):
        yield _extension(0, _sized(b"\0" + _sized(host.encode("idna"), 2), 2))
    yield _extension(10, _sized(struct.pack("!3H", 29, 23, 24), 2))
    yield _extension(11, _sized(b"\0", 1))
    if version >= Version.TLS_1_2:
        schemes = (0x0403, 0x0503, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201)
        yield _extension(13, _sized(struct.pack(f"!{len(schemes)}H", *schemes), 2))
    if version >= Version.TLS_1_3:
        yield _extension(_SUPPORTED_VERSIONS, _sized(struct.pack("!H", version), 1))
        yield _extension(51, _sized(struct.pack("!H", 29) + _sized(secrets.token_bytes(32), 2), 2))


async def _answer(reader: asyncio.StreamReader, offered: Version) -> Negotiated | Refused:
    flight = b""
    try:
        while len(flight) < _MAX_ANSWER:
            kind, _, size = struct.unpack("!BHH", await reader.readexactly(5))
            payload = await reader.readexactly(size)
            if kind == _ALERT:
                return Refused(f"alert {_ALERTS.get(payload[-1], payload[-1])}")
            if kind != _HANDSHAKE:
                break
            flight += payload
            messages = dict(_messages(flight))
            if _SERVER_HELLO in messages and (_DONE in messages or offered >= Version.TLS_1_3):
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        return Refused("the end of the connection")
    messages = dict(_messages(flight))
    if _SERVER_HELLO not in messages:
        return Refused("an answer that is no TLS")
    return _negotiated(messages)


def _negotiated(messages: Mapping[int, bytes]) -> Negotiated:
    hello = messages[_SERVER_HELLO]
    (version,) = struct.unpack("!H", hello[:2])
    rest = hello[35 + hello[34] :]
    suite, compression = struct.unpack("!HB", rest[:3])
    for kind, content in _server_extensions(rest[5:]):
        if kind == _SUPPORTED_VERSIONS:
            (version,) = struct.unpack("!H", content)
    name = _NAMES.get(suite, f"{suite:#06x}")
    chain = tuple(_chain(messages.get(_CERTIFICATE, b"")))
    return Negotiated(version, name, compression, chain, _CERTIFICATE_REQUEST in messages)


def _messages(flight: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the complete handshake messages of a flight: their types and bodies."""
    while len(flight) >= 4 and len(flight) >= 4 + (size := int.from_bytes(flight[1:4], "big")):
        yield flight[0], flight[4 : 4 + size]
        flight = flight[4 + size :]


def _server_extensions(text: bytes) -> Iterator[tuple[int, bytes]]:
    while len(text) >= 4:
        kind, size = struct.unpack("!HH", text[:4])
        yield kind, text[4 : 4 + size]
        text = text[4 + size :]


def _chain(body: bytes) -> Iterator[bytes]:
    rest = body[3:]
    while len(rest) > 3:
        size = int.from_bytes(rest[:3], "big")
        yield rest[3 : 3 + size]
        rest = rest[3 + size :]


def _sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


def _extension(kind: int, content: bytes) -> bytes:
    return struct.pack("!H", kind) + _sized(content, 2)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
