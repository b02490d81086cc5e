"""Tests of the station that looks at a central system without judging it."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from harness.csms import SecureEndpoint
from harness.verdict import Inconclusive
from server.driver import ReferenceDriver
from simulators import observer
from simulators.connection import Endpoint
from simulators.credentials import Trust
from simulators.description import Description, Growth
from simulators.manners import Manners
from simulators.observer import IMPROPER, SIZES, Observer
from tests.simulators.central import Script, answer, central_system, oblige, receive, say_nothing, send

PATIENCE = 0.3


async def seen(endpoint: Endpoint, identity: str = "CP1", **options: Any) -> Description:
    """Return what an observer sees who is quick about it."""
    usual = {"known": True, "manners": Manners(), "patience": PATIENCE, "listen": 0.05}
    return await Observer(endpoint, identity, **{**usual, **options}).describe()


async def described(script: Script, **options: Any) -> Description:
    """Return what is seen of a scripted central system."""
    async with central_system(script) as endpoint:
        return await seen(endpoint, **options)


async def test_reference_is_described() -> None:
    """A central system that does everything right is described in full, and its settings follow."""
    async with ReferenceDriver() as driver:
        await driver.provision_station("CP1")
        found = await seen(Endpoint(driver.endpoint), patience=5.0)
    assert found.entry == "101 with subprotocol ocpp1.6"
    assert (found.subprotocols, found.without_subprotocol) == (("ocpp1.6", "ocpp2.0.1"), "let in, but not served")
    assert (found.compression, found.registration, found.pong) == (True, "Accepted", True)
    assert (found.stranger, found.unknown_stations) == ("HTTP 404 Not Found", "refused")
    assert set(found.response_times) == {"BootNotification", "DataTransfer", "Heartbeat"}
    assert found.longest_message == Growth(answered=SIZES[-1])
    assert set(found.reactions or ()) == set(IMPROPER)
    assert (found.encryption, found.unfinished) == (None, ())


async def test_system_of_a_later_version_is_described() -> None:
    """Where only a later version is spoken, a station of that version goes on."""
    async with central_system(oblige, subprotocols=[Subprotocol("ocpp2.0.1")]) as endpoint:
        found = await seen(endpoint)
    assert found.versions == ("2.0.1",)
    assert found.served
    assert set(found.response_times) == {"BootNotification", "DataTransfer", "Heartbeat"}


async def test_encryption_is_described() -> None:
    """Behind TLS the versions, suites and certificate are told, also where the certificate is not trusted."""
    async with ReferenceDriver() as driver:
        found = await driver.secure_endpoint(2)
        assert isinstance(found, SecureEndpoint)
        trusting = Endpoint(found.url, Trust(authority=found.authority).context(), found.authority)
        for endpoint, entry in ((trusting, "HTTP 404"), (Endpoint(found.url), "CERTIFICATE_VERIFY_FAILED")):
            told = await seen(endpoint, patience=5.0)
            assert entry in str(told.entry)
            assert told.encryption is not None
            assert told.encryption.versions == ("TLS_1_2", "TLS_1_3")
            assert "TLS_1_2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" in told.encryption.suites
            assert told.encryption.certificate is not None
            assert "CN=localhost" in told.encryption.certificate.subject
            assert told.subprotocols is None


async def test_password_is_asked() -> None:
    """Basic authentication that is asked for is told; with the password the station gets in."""
    async with ReferenceDriver() as driver:
        found = await driver.secure_endpoint(1)
        assert isinstance(found, SecureEndpoint)
        await driver.provision_station("CP1")
        await driver.set_security("CP1", 1, b"0123456789abcdef")
        refused = await seen(Endpoint(found.url))
        assert (refused.entry, refused.challenge) == ("HTTP 401 Unauthorized", 'Basic realm="OCPP"')
        let_in = await seen(Endpoint(found.url), password=b"0123456789abcdef")
        assert let_in.registration == "Accepted"


async def test_nobody_there() -> None:
    """Where nobody answers there is nothing to describe."""
    with pytest.raises(Inconclusive, match="cannot be reached"):
        await seen(Endpoint("ws://127.0.0.1:1"))


async def test_silence_is_not_asked_twice() -> None:
    """Of a central system that answers nothing, neither the longest message nor the reactions are sought."""
    found = await described(say_nothing)
    assert found.registration == f"no answer within {PATIENCE:g} s"
    assert (found.response_times, found.longest_message, found.reactions) == ({}, None, None)


@pytest.mark.parametrize(
    ("known", "stranger", "policy"),
    [(True, "101 with subprotocol ocpp1.6", None), (False, "let in, then told Accepted", "accepted")],
)
async def test_stranger_boots_only_under_the_one_identity(known: bool, stranger: str, policy: str | None) -> None:
    """A second identity only asks for a connection; what a stranger is told is learned with the first."""
    booted: list[str] = []

    async def note(socket: ServerConnection) -> None:
        assert socket.request is not None
        while True:
            message = await receive(socket)
            if message[2] == "BootNotification":
                booted.append(socket.request.path)
            await answer(socket, message)

    found = await described(note, known=known)
    assert (found.stranger, found.unknown_stations) == (stranger, policy)
    assert booted == ["/ocpp/CP1"]


async def test_limit_of_messages_is_found() -> None:
    """The longest text that is answered is told, and what becomes of the next longer one."""
    async with central_system(oblige, max_size=20_000) as endpoint:
        found = await seen(endpoint)
    assert found.longest_message is not None
    assert found.longest_message.answered == 16 * 1024
    assert found.longest_message.limit is not None
    assert found.longest_message.limit.startswith("65536 bytes: close 1009")


async def test_pings_and_own_calls_are_counted() -> None:
    """What the central system does of its own accord is told, and answered meanwhile."""
    beating: list[asyncio.Task[None]] = []

    async def beat(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                await (await socket.ping())

    async def lively(socket: ServerConnection) -> None:
        while True:
            message = await receive(socket)
            if message[0] != 2:
                continue
            await answer(socket, message)
            if message[2] == "BootNotification":
                await send(socket, [2, "own", "GetConfiguration", {}])
                beating.append(asyncio.create_task(beat(socket)))

    found = await described(lively, listen=0.3)
    assert found.calls == {"GetConfiguration": 1}
    assert found.pings
    assert (found.listened, found.pong) == (0.3, True)
    for task in beating:
        task.cancel()


async def test_idle_station_that_is_dropped() -> None:
    """A central system that ends an idle connection is seen to do so."""

    async def impatient(socket: ServerConnection) -> None:
        async with asyncio.timeout(0.1):
            await oblige(socket)

    async def leave(socket: ServerConnection) -> None:
        try:
            await impatient(socket)
        except TimeoutError:
            await socket.close(1001, "idle")

    assert (await described(leave, listen=5.0)).dropped == "close 1001 idle"


async def test_versions_are_told_one_by_one() -> None:
    """Each version is offered alone, so that all that are spoken are told."""
    spoken = [Subprotocol(name) for name in ("ocpp1.6", "ocpp2.0.1")]
    async with central_system(oblige, subprotocols=spoken) as endpoint:
        found = await seen(endpoint)
    assert found.versions == ("1.6", "2.0.1")


async def test_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is up, what was not looked at is named."""
    monkeypatch.setattr(observer, "HEARTBEATS", 0)
    found = await described(oblige, listen=60.0, limit=1.0)
    assert found.unfinished == ("pings", "the longest message", "improper messages")
    assert found.registration == "Accepted"


async def test_manners_are_kept() -> None:
    """All connections of the one identity keep the gap."""
    opened: list[float] = []

    async def note(socket: ServerConnection) -> None:
        assert socket.request is not None
        if socket.request.path.endswith("CP1"):
            opened.append(asyncio.get_running_loop().time())
        await oblige(socket)

    await described(note, manners=Manners(reconnect_gap=0.1))
    gaps = [later - earlier for earlier, later in itertools.pairwise(opened)]
    assert len(gaps) > 5
    assert min(gaps) >= 0.09
