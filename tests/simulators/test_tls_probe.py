"""The TLS handshake by hand, against endpoints that speak TLS well or badly."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from harness.csms import SecureEndpoint
from harness.trace import Trace
from harness.verdict import Inconclusive
from server.driver import ReferenceDriver
from simulators.certificates import from_der
from simulators.connection import Endpoint
from simulators.tls_probe import (
    DEFLATE,
    DEMANDED,
    NULL_COMPRESSION,
    ORDINARY,
    UNSUITABLE,
    Negotiated,
    Refused,
    Version,
    client_hello,
    probe,
)
from simulators.v16 import ChargePoint


async def facing(driver: ReferenceDriver, profile: int) -> ChargePoint:
    """Return a station that faces the endpoint of a security profile."""
    found = await driver.secure_endpoint(profile)
    assert isinstance(found, SecureEndpoint)
    return ChargePoint("CP1", Endpoint(found.url), Trace(), patience=2.0)


async def test_what_a_good_endpoint_agrees_to() -> None:
    """New versions and the demanded suites are agreed on, nothing else is; certificates are there to be read."""
    async with ReferenceDriver() as driver:
        station = await facing(driver, 2)
        for version in Version:
            outcome = await probe(station, version=version)
            assert isinstance(outcome, Negotiated) is (version >= Version.TLS_1_2), version
            if isinstance(outcome, Negotiated):
                assert outcome.version == version
        for name, code in DEMANDED.items():
            outcome = await probe(station, suites={name: code})
            assert isinstance(outcome, Negotiated)
            assert (outcome.suite, outcome.client_certificate_wanted) == (name, False)
            assert [one.common_name for one in from_der(outcome.chain)] == ["localhost"]
            assert str(outcome) == f"TLS_1_2 with {name}"
        assert isinstance(await probe(station, suites=UNSUITABLE), Refused)
        both = await probe(station, compressions=(DEFLATE, NULL_COMPRESSION))
        assert isinstance(both, Negotiated)
        assert both.compression == NULL_COMPRESSION


async def test_endpoint_that_wants_a_certificate() -> None:
    """The wish for a client certificate is seen."""
    async with ReferenceDriver() as driver:
        outcome = await probe(await facing(driver, 3))
        assert isinstance(outcome, Negotiated)
        assert outcome.client_certificate_wanted


@pytest.mark.parametrize(
    ("mutant", "version", "suites"),
    [
        ("tls-old-versions", Version.TLS_1_0, ORDINARY),
        ("tls-old-versions", Version.TLS_1_1, ORDINARY),
        ("tls-unsuitable-suites", Version.TLS_1_2, UNSUITABLE),
    ],
)
async def test_bad_endpoint_is_found_out(mutant: str, version: Version, suites: Mapping[str, int]) -> None:
    """What must not be agreed on is offered in a way that a bad server takes."""
    async with ReferenceDriver(mutant) as driver:
        outcome = await probe(await facing(driver, 2), version=version, suites=suites)
        assert isinstance(outcome, Negotiated)
        assert outcome.version == version


async def test_missing_suites_are_found_out() -> None:
    """A server without plain RSA refuses a client that knows nothing else."""
    async with ReferenceDriver("tls-rsa-suites-missing") as driver:
        station = await facing(driver, 2)
        known = [isinstance(await probe(station, suites={name: code}), Negotiated) for name, code in DEMANDED.items()]
        assert known == [True, True, False, False]


async def answering(data: bytes | None) -> object:
    """Return what a probe makes of a server that answers these bytes, or with None nothing at all."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(5)
        if data is None:
            await done.wait()
        else:
            writer.write(data)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        station = ChargePoint("CP1", Endpoint(f"wss://127.0.0.1:{port}"), Trace(), patience=0.2)
        try:
            return await probe(station)
        finally:
            done.set()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x15\x03\x03\x00\x02\x02\x46", "alert protocol_version"),
        (b"\x15\x03\x03\x00\x02\x02\x63", "alert 99"),
        (b"", "the end of the connection"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" * 1000, "an answer that is no TLS"),
    ],
)
async def test_refusals_are_told_apart(data: bytes, reason: str) -> None:
    """An alert, an end and nonsense are all refusals, each with its reason."""
    assert await answering(data) == Refused(reason)


async def test_silence_is_inconclusive() -> None:
    """A server that says nothing has neither agreed nor refused; one that is not there neither."""
    with pytest.raises(Inconclusive, match="answered no ClientHello"):
        await answering(None)
    with pytest.raises(Inconclusive, match="cannot be reached"):
        await probe(ChargePoint("CP1", Endpoint("wss://127.0.0.1:1"), Trace()))


def test_address_is_no_server_name() -> None:
    """Only names are told to the server as such (RFC 6066 3)."""
    assert b"csms.test" in client_hello("csms.test", Version.TLS_1_2, [1], [0])
    assert b"127.0.0.1" not in client_hello("127.0.0.1", Version.TLS_1_2, [1], [0])
