"""Listening: addresses that cannot be had name the setting, and TLS that fails is told of."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from pathlib import Path

import pytest

from server.central_system import CentralSystem
from server.core.entrance import ENCRYPTED, ENTRANCES, MUTUAL
from server.core.listening import AddressError, TlsDoor, bind
from server.core.settings import ServerSettings
from tests.server.charger import PATIENCE
from tests.server.conftest import Make


def test_port_in_use_names_its_setting() -> None:
    """Whoever meets a port that is taken learns which option chooses another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=rf"port {port} .* in use.*--tls-port or PLUGFEST_SERVER_TLS_PORT"):
            bind("127.0.0.1", port, "host", "tls_port")


def test_what_is_written_goes_out_at_once() -> None:
    """A connection does not hold a second write back until the first is acknowledged, which may take 40 ms."""
    with bind("127.0.0.1", 0, "host", "port") as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_foreign_address_names_its_setting(host: str) -> None:
    """An address that the machine does not have is a matter of the host."""
    with pytest.raises(AddressError, match=rf"{host} is no address of this machine.*--operator-host"):
        bind(host, 0, "operator_host", "operator_port")


def test_port_of_the_system_names_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that only the administrator may use is a matter of the port."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(AddressError, match=r"port 80 .* not allowed.*--port"):
        bind("127.0.0.1", 80, "host", "port")


@pytest.mark.parametrize("name", ["port", "tls_port", "mutual_tls_port"])
async def test_every_port_is_bound_at_the_start(tmp_path: Path, name: str) -> None:
    """A port that is taken is found when the central system starts, and nothing is left open."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = {"port": 0, name: taken.getsockname()[1]}
        system = CentralSystem(ServerSettings.load({}, log="off", database=tmp_path / "x", **ports))
        with pytest.raises(AddressError, match=f"--{name.replace('_', '-')}"):
            await system.start()
    assert not (tmp_path / "x").exists()


async def test_free_ports_are_all_different(system: CentralSystem) -> None:
    """Where the port is left to the system, so are the ports for TLS, and all of them listen."""
    assert len(set(system.ports.values())) == len(ENTRANCES)
    for port in system.ports.values():
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), PATIENCE)
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("entrance", [ENCRYPTED, MUTUAL])
async def test_failed_tls_is_logged_and_counted(make: Make, tmp_path: Path, entrance: object) -> None:
    """A peer that speaks no TLS where TLS is spoken leaves a line in the log and a figure."""
    log = tmp_path / "log"
    async with make(log=str(log)) as system:
        reader, writer = await asyncio.open_connection("127.0.0.1", system.ports[entrance])
        writer.write(b"GET /ocpp/CS-1 HTTP/1.1\r\n\r\n")
        await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        await writer.wait_closed()
        assert 'plugfest_refused_handshakes_total{answer="none"} 1.0' in system.metrics.text().decode()
    [line] = [one for one in await lines(log) if one["event"] == "refused"]
    assert line["reason"].startswith("TLS failed: ")
    assert line["peer"].startswith("127.0.0.1:")


class _Exhausted(asyncio.Transport):
    """A connection whose socket cannot be duplicated, for there are too many files open."""

    aborted = False

    def get_extra_info(self, name: str, default: object = None) -> object:
        return {"socket": self, "peername": ("127.0.0.1", 1)}[name]

    def dup(self) -> None:
        raise OSError(24, "Too many open files")

    def pause_reading(self) -> None:
        pass

    def abort(self) -> None:
        self.aborted = True


async def test_connection_that_cannot_be_taken_over_is_ended() -> None:
    """Without a file for it, a connection is ended and told of."""
    told: list[tuple[str, str]] = []

    async def secured() -> ssl.SSLContext:
        raise AssertionError

    door = TlsDoor(asyncio.Protocol, secured, lambda peer, why: told.append((peer, why)), PATIENCE)
    transport = _Exhausted()
    door.accept().connection_made(transport)
    assert transport.aborted
    assert told == [("127.0.0.1:1", "TLS failed: Too many open files")]


async def test_handshake_under_way_does_not_outlive_the_central_system(tmp_path: Path) -> None:
    """A TLS handshake that never ends is given up when the central system stops."""
    system = CentralSystem(ServerSettings(port=0, log="off", database=tmp_path / "x"))
    await system.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", system.ports[ENCRYPTED])
    await system.secure_endpoint(2)
    await asyncio.wait_for(system.stop(), PATIENCE)
    assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
    writer.close()
    await writer.wait_closed()


async def lines(log: Path) -> list[dict[str, str]]:
    """Return the lines of a log."""
    text = await asyncio.to_thread(log.read_text, "utf-8")
    return [json.loads(line) for line in text.splitlines()]
