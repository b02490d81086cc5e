"""The Toxiproxy server: started, bounded, and gone at the end, whatever happens."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress

import pytest

from simulators.connection import Endpoint
from simulators.network import toxiproxy as module
from simulators.network.finding import Source
from simulators.network.toxics import Latency
from simulators.network.toxiproxy import Toxiproxy, ToxiproxyError
from tests.processes import running
from tests.simulators.network.conftest import network_of

ELSEWHERE = ("127.0.0.1", 9)
WORK = """
import asyncio, sys
from simulators.network.finding import install
from simulators.network.toxiproxy import Toxiproxy

async def work():
    async with Toxiproxy(install()) as server, server.proxy(("127.0.0.1", 9)) as proxy:
        print(server.pid, proxy.address[1], flush=True)
        await asyncio.sleep(60)

asyncio.run(work())
"""


async def gone(pid: int) -> bool:
    """Wait a little for the end of a process."""
    for _ in range(200):
        if not running(pid):
            return True
        await asyncio.sleep(0.01)
    return False


async def listening(address: tuple[str, int]) -> bool:
    """Whether somebody takes connections there."""
    try:
        _, writer = await asyncio.open_connection(*address)
    except ConnectionError:
        return False
    writer.transport.abort()
    return True


async def free(address: tuple[str, int]) -> bool:
    """Wait until nobody takes connections there: the last thread of a process may hold a port a little longer."""
    for _ in range(200):
        if not await listening(address):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_proxy_is_there_for_a_while(toxiproxy: Toxiproxy) -> None:
    """A proxy listens on loopback as long as its context lasts, also when that ends badly."""
    with suppress(RuntimeError):
        async with toxiproxy.proxy(ELSEWHERE) as proxy:
            assert proxy.address[0] == "127.0.0.1"
            assert await listening(proxy.address)
            raise RuntimeError
    assert not await listening(proxy.address)


async def test_server_is_gone_at_the_end(source: Source) -> None:
    """A server that was started ends with its context."""
    async with Toxiproxy(source) as server:
        pid = server.pid
        assert pid
        assert running(pid)
    assert await gone(pid)


async def test_server_that_runs_already(toxiproxy: Toxiproxy) -> None:
    """A server that somebody else runs is used and left as it was found, but for what is his."""
    url = f"http://127.0.0.1:{toxiproxy._api.port}"
    async with toxiproxy.proxy(ELSEWHERE) as his:
        async with Toxiproxy(Source("theirs", url=url)) as ours:
            assert ours.pid is None
            mine = await ours.proxy(ELSEWHERE).__aenter__()  # never left: the server takes it away
        assert not await listening(mine.address)
        assert await listening(his.address)
    assert toxiproxy.ended is None


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_nothing_outlives_this_process(source: Source, end: signal.Signals) -> None:
    """However the process of a run ends, its Toxiproxy ends too."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORK, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert worker.stdout
    pid, port = map(int, (await worker.stdout.readline()).split())
    assert await listening(("127.0.0.1", port))
    worker.send_signal(end)
    await worker.wait()
    assert await gone(pid)
    assert await free(("127.0.0.1", port))


async def test_death_is_no_verdict(source: Source) -> None:
    """Where Toxiproxy is killed, whoever uses it learns that it was not the central system."""
    async with Toxiproxy(source) as server:
        network = network_of(server)
        await network.reach(Endpoint("ws://127.0.0.1:9"))
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        assert await gone(server.pid)
        with pytest.raises(ToxiproxyError, match="Toxiproxy"):
            async with server.proxy(ELSEWHERE):
                pass
        assert network.trouble() == "Toxiproxy ended with exit code -9"
        with pytest.raises(ToxiproxyError, match="exit code -9"):
            await network.leave()


async def test_frozen_api_keeps_nobody(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that gets no answer ends after a while, and the server with it."""
    monkeypatch.setattr(module, "REQUEST_LIMIT", 0.2)
    async with Toxiproxy(source) as server:
        pid = server.pid
        assert pid
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(ToxiproxyError, match=r"did not answer (POST|DELETE) /proxies"):
            async with server.proxy(ELSEWHERE):
                pass
    assert await gone(pid)


async def test_program_that_does_not_serve() -> None:
    """A program that ends instead of listening, or cannot be started, is told as such."""
    with pytest.raises(ToxiproxyError, match="false: Toxiproxy ended with exit code"):
        await Toxiproxy(Source("false", command=("false",))).__aenter__()


async def test_refused_toxic(toxiproxy: Toxiproxy) -> None:
    """What Toxiproxy does not take is an error that says so."""
    async with toxiproxy.proxy(ELSEWHERE) as proxy:
        names = await proxy.add(Latency(latency=5))
        assert [one["attributes"] for one in await proxy.toxics()] == [{"latency": 5, "jitter": 0}] * 2
        await proxy.remove(names)
        assert await proxy.toxics() == []
        with pytest.raises(ToxiproxyError, match="does not know"):
            await proxy.remove(names)
