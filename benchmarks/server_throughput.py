"""Messages per CPU-second of the reference central system, beside one made with stock ``ocpp`` handlers.

Both servers run as processes of their own and serve the same stations the same messages; every station has one CALL
outstanding. What counts is the CPU time of the server process. The reference validates, stores and counts; the stock
server validates only. The servers take turns, round after round, so that a noisy machine is noisy for both, and the
median of the rounds is shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import click
import websockets
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action, RegistrationStatus

from server.central_system import CentralSystem
from server.core.settings import ServerSettings

_BOOT = {"chargePointVendor": "plugfest", "chargePointModel": "benchmark"}


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is sent again and again; ``goal`` is how many times as many per CPU-second as stock are due."""

    action: str
    payload: Mapping[str, Any]
    goal: float | None = None


def _meter_values(*samples: Mapping[str, str]) -> Mapping[str, Any]:
    values = {"timestamp": "2024-05-01T12:00:00.000Z", "sampledValue": samples}
    return {"connectorId": 1, "transactionId": 7, "meterValue": [values]}


def _sample(value: str, measurand: str, unit: str, **more: str) -> Mapping[str, str]:
    return {"value": value, "context": "Sample.Periodic", "measurand": measurand, "unit": unit, **more}


_ENERGY = _sample("1234.5", "Energy.Active.Import.Register", "Wh")
_THREE_PHASES = (
    _ENERGY,
    _sample("11040", "Power.Active.Import", "W"),
    *(_sample("16.0", "Current.Import", "A", phase=phase) for phase in ("L1", "L2", "L3")),
    *(_sample("230.1", "Voltage", "V", phase=f"{phase}-N") for phase in ("L1", "L2", "L3")),
)

MESSAGES: Mapping[str, Message] = {
    "MeterValues, three phases": Message("MeterValues", _meter_values(*_THREE_PHASES), 6.0),
    "MeterValues, energy only": Message("MeterValues", _meter_values(_ENERGY)),
    "Heartbeat": Message("Heartbeat", {}, 3.0),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What serving some messages took: seconds of the server's CPU, and seconds on the clock."""

    messages: int
    cpu: float
    elapsed: float

    @property
    def per_cpu_second(self) -> float:
        """Messages per second of CPU time."""
        return self.messages / self.cpu

    @property
    def per_second(self) -> float:
        """Messages per second on the clock."""
        return self.messages / self.elapsed


class _StockStation(ChargePoint):  # type: ignore[misc]  # ocpp has no type information
    @on(Action.boot_notification)  # type: ignore[untyped-decorator]
    def on_boot(self, **_: Any) -> Any:
        return call_result.BootNotification(
            current_time=datetime.now(UTC).isoformat(), interval=300, status=RegistrationStatus.accepted
        )

    @on(Action.heartbeat)  # type: ignore[untyped-decorator]
    def on_heartbeat(self) -> Any:
        return call_result.Heartbeat(current_time=datetime.now(UTC).isoformat())

    @on(Action.meter_values)  # type: ignore[untyped-decorator]
    def on_meter_values(self, **_: Any) -> Any:
        return call_result.MeterValues()


async def _serve_stock() -> None:
    async def connected(connection: websockets.ServerConnection) -> None:
        path = connection.request.path if connection.request else ""
        try:
            await _StockStation(path.rpartition("/")[2], connection).start()
        except websockets.ConnectionClosed:
            return

    async with websockets.serve(connected, "127.0.0.1", 0, subprotocols=[websockets.Subprotocol("ocpp1.6")]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(f"ws://127.0.0.1:{port}/ocpp", flush=True)
        await asyncio.Event().wait()


async def _serve_reference() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "benchmark.sqlite3"
        settings = ServerSettings(port=0, database=database, log="off", accept_unknown=True)
        async with CentralSystem(settings) as system:
            print(system.endpoint, flush=True)
            await asyncio.Event().wait()


def _cpu_seconds(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


async def _station(url: str, message: Message, count: int, start: asyncio.Barrier) -> None:
    async with websockets.connect(
        url, subprotocols=[websockets.Subprotocol("ocpp1.6")], compression=None, ping_interval=None
    ) as connection:
        await _exchange(connection, "boot", "BootNotification", _BOOT)
        await start.wait()
        for number in range(count):
            await _exchange(connection, f"{number}", message.action, message.payload)
        await start.wait()


async def _exchange(connection: Any, unique_id: str, action: str, payload: Mapping[str, Any]) -> None:
    await connection.send(json.dumps([2, unique_id, action, payload], separators=(",", ":")))
    answer = json.loads(await asyncio.wait_for(connection.recv(), 30))
    if answer[:2] != [3, unique_id]:
        raise SystemExit(f"{action} was answered {answer}")


async def _measure(pid: int, endpoint: str, message: Message, stations: int, count: int) -> Measured:
    start = asyncio.Barrier(stations + 1)
    urls = [f"{endpoint}/BENCHMARK-{number}" for number in range(stations)]
    async with asyncio.TaskGroup() as group:
        for url in urls:
            group.create_task(_station(url, message, count, start))
        await start.wait()
        cpu, clock = _cpu_seconds(pid), time.perf_counter()
        await start.wait()
        return Measured(stations * count, _cpu_seconds(pid) - cpu, time.perf_counter() - clock)


@contextlib.asynccontextmanager
async def _server(kind: str) -> AsyncIterator[tuple[int, str]]:
    command = (sys.executable, "-m", "benchmarks.server_throughput", "--serve", kind)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield process.pid, (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def _measure_rounds(rounds: int, stations: int, count: int) -> dict[str, list[tuple[Measured, Measured]]]:
    found: dict[str, list[tuple[Measured, Measured]]] = {name: [] for name in MESSAGES}
    async with _server("stock") as stock, _server("reference") as reference:
        for message in MESSAGES.values():  # warms up what is compiled on first use
            await _measure(*stock, message, stations, 20)
            await _measure(*reference, message, stations, 20)
        for _ in range(rounds):
            for name, message in MESSAGES.items():
                one = await _measure(*stock, message, stations, count)
                found[name].append((one, await _measure(*reference, message, stations, count)))
    return found


def _print_machine() -> None:
    libraries = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("ocpp", "websockets", "sqlalchemy"))
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {libraries}\n")


def _print_table(found: Mapping[str, Sequence[tuple[Measured, Measured]]]) -> bool:
    print(f"{'message':<26}{'stock /CPU-s':>14}{'reference /CPU-s':>18}{'ratio':>8}{'goal':>8}{'reference /s':>14}")
    met = True
    for name, measured in found.items():
        stock = median(one.per_cpu_second for one, _ in measured)
        reference = median(other.per_cpu_second for _, other in measured)
        ratio = median(other.per_cpu_second / one.per_cpu_second for one, other in measured)
        rate = median(other.per_second for _, other in measured)
        goal = MESSAGES[name].goal
        figures = f"{stock:>14.0f}{reference:>18.0f}{ratio:>8.1f}{goal or '-':>8}{rate:>14.0f}"
        print(f"{name:<26}{figures}")
        met = met and ratio >= (goal or 0)
    return met


@click.command()
@click.option("--stations", default=20, show_default=True, help="Stations that send at the same time.")
@click.option(
    "--messages", default=200, show_default=True, help="Messages of each kind that a station sends per round."
)
@click.option("--rounds", default=5, show_default=True, help="Rounds, of which the median counts.")
@click.option("--serve", type=click.Choice(["stock", "reference"]), hidden=True)
def main(stations: int, messages: int, rounds: int, serve: str | None) -> None:
    """Measure both servers and print a table; the exit code is 1 when a goal is not met."""
    if serve is not None:
        asyncio.run(_serve_stock() if serve == "stock" else _serve_reference())
        return
    _print_machine()
    found = asyncio.run(_measure_rounds(rounds, stations, messages))
    sys.exit(0 if _print_table(found) else 1)


if __name__ == "__main__":
    main()
