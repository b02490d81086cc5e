"""``plugfest load``: what it asks of a fleet, what it makes of what comes, and how it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from harness.load.figures import ANSWERED
from harness.load.plan import FleetError
from harness.load.record import read
from harness.load.totals import Totals
from plugfest.load import load
from plugfest.loading import MEMORY, Surroundings, carry_out
from tests.harness.load.fleet import PlayedFleet, PlayedRun, played
from tests.harness.load.test_plan import PLAN
from tests.harness.load.test_record import HEADER

Invoke = Callable[..., Result]


class _Quiet(BaseHTTPRequestHandler):
    """Refuses everything."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> PlayedFleet:
    """The fleet that the command finds: one that only plays."""
    made = PlayedFleet()
    monkeypatch.setitem(sys.modules, "simulators.load.run", made)
    return made


@pytest.fixture
def listening() -> Iterator[str]:
    """The URL of something that takes connections, and speaks HTTP."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"ws://127.0.0.1:{server.server_port}/ocpp"
        server.shutdown()
        thread.join()


@pytest.fixture
def invoke(fleet: PlayedFleet, listening: str, tmp_path: Path) -> Invoke:
    """The command on that endpoint, its results in a folder of the test."""

    def run(*options: str) -> Result:
        return CliRunner().invoke(load, [f"--endpoint={listening}", f"--out={tmp_path}", "--duration=20s", *options])

    return run


def test_fleet_is_asked_for_what_the_options_say(fleet: PlayedFleet, invoke: Invoke, listening: str) -> None:
    """Each option reaches the plan, times and rates in seconds and per second."""
    done = invoke(
        "--stations=50",
        "--ramp=600/min",
        "--rate=200/s",
        "--duration=0.5m",
        "--workload=idle",
        "--seed=7",
        "--workers=3",
    )
    assert done.exit_code == 0, done.output
    (plan,) = fleet.plans
    assert (plan.endpoint, plan.stations, plan.ramp, plan.rate, plan.duration) == (listening, 50, 10.0, 200.0, 30.0)
    assert (plan.workload, plan.seed, plan.workers) == ("idle", 7, 3)


def test_good_run(invoke: Invoke, tmp_path: Path) -> None:
    """A run whose gates hold ends with 0, with progress on the way, and leaves record and documents."""
    done = invoke("--gate=p95=100ms", "--gate=throughput=100/s")
    assert done.exit_code == 0, done.output
    assert (
        "5 of 20 s  100 of 100 stations  120/s  p50 / p95 / p99 / max 5.0 / 5.0 / 5.0 / 5.0 ms  0 errors" in done.output
    )
    assert "all 2 gates met" in done.output
    assert {path.name for path in tmp_path.iterdir()} == {
        "load.jsonl",
        "report.html",
        "junit.xml",
        "seconds.csv",
        "actions.csv",
    }


def test_missed_gate_is_told(fleet: PlayedFleet, invoke: Invoke) -> None:
    """A gate that is missed ends with 1, and a table of what was missed by how much and where."""
    fleet.slowness = lambda number, action, at: (0.15 if action == "Authorize" else 0.005, ANSWERED)
    done = invoke("--gate=p99.Authorize=100ms", "--gate=errors=0")
    assert done.exit_code == 1
    assert "50.0 ms (×1.50)" in done.output
    assert "1 of 2 gates missed" in done.output


def test_gates_of_the_target_file(invoke: Invoke, tmp_path: Path, listening: str) -> None:
    """The gates of the target file hold too."""
    target = tmp_path / "acme.toml"
    target.write_text(f'[csms]\nendpoint = "{listening}"\n[gates]\nmax = "1ms"\n', encoding="utf-8")
    assert invoke(f"--target={target}").exit_code == 1


def test_noise_of_the_generator_is_no_measurement(fleet: PlayedFleet, invoke: Invoke) -> None:
    """Where the calibration is too slow for a gate, the run is none of the target: 3."""
    fleet.floor = played(lambda number, action, at: (0.02, ANSWERED), seconds=3)
    done = invoke("--gate=p95=100ms")
    assert done.exit_code == 3
    assert "not a measurement of the target: the generator's own noise is 20.0 ms" in done.output


def test_calibration_waits_until_stations_have_left(
    fleet: PlayedFleet, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A central system on this machine that still sees its stations off is not measured as the generator."""
    busy = [90.0, 40.0, 3.0]
    left: list[int] = []
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval: busy.pop(0))
    monkeypatch.setattr(fleet, "calibrate", lambda plan: left.append(len(busy)))
    invoke("--stations=5000")
    assert left == [0]


def test_calibration_does_not_wait_for_ever(
    fleet: PlayedFleet, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that is busy with other work is not waited for."""
    calibrated: list[int] = []
    monkeypatch.setattr("plugfest.loading.LEAVING", 1e9)
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval: 100.0)
    monkeypatch.setattr(fleet, "calibrate", lambda plan: calibrated.append(plan.stations))
    invoke("--stations=5000")
    assert calibrated == [5000]


@pytest.mark.parametrize("error", [FleetError("no more"), KeyboardInterrupt()])
def test_calibration_that_breaks_off(
    fleet: PlayedFleet, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """Without its calibration a run cannot be told from one that measured the generator: 3, with a report."""

    def broken(plan: object) -> None:
        raise error

    monkeypatch.setattr(fleet, "calibrate", broken)
    done = invoke("--gate=p95=100ms")
    assert (done.exit_code, "its calibration measured nothing" in done.output) == (3, True), done.output
    assert "report: " in done.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_reports_what_was(fleet: PlayedFleet, invoke: Invoke, tmp_path: Path, number: int) -> None:
    """A signal ends the run, and what was measured until then is reported: 3."""

    def interrupt(run: PlayedRun) -> None:
        os.kill(os.getpid(), number)

    fleet.told = interrupt
    done = invoke("--gate=p95=100ms")
    assert (done.exit_code, "the run ended before its time" in done.output) == (3, True), done.output
    assert read(tmp_path / "load.jsonl").figures.cell().count == 120
    assert (tmp_path / "report.html").exists()


def test_second_interrupt_ends_at_once(fleet: PlayedFleet, invoke: Invoke, tmp_path: Path) -> None:
    """Who presses Ctrl-C twice does not wait for the stations to leave; the record keeps what came."""

    def interrupt(run: PlayedRun) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    fleet.told = interrupt
    assert invoke().exit_code == 1
    run = read(tmp_path / "load.jsonl")
    assert (run.footer, run.figures.cell().count) == (None, 120)


def test_endpoint_that_nobody_listens_at(fleet: PlayedFleet, invoke: Invoke) -> None:
    """Where there is nobody, no load is made: 3."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    done = invoke(f"--endpoint=ws://127.0.0.1:{free}/")
    assert (done.exit_code, "cannot be reached" in done.output, fleet.plans) == (3, True, [])


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_endpoint_that_says_nothing(
    fleet: PlayedFleet, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """Where connections are taken and nobody answers, no load is made: 3."""
    monkeypatch.setattr("plugfest.under_load.REACH_LIMIT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = invoke(f"--endpoint={scheme}://127.0.0.1:{server.getsockname()[1]}/")
    assert (done.exit_code, "answers nothing within 0.1 s" in done.output, fleet.plans) == (3, True, [])


def test_endpoint_that_closes_instead_of_tls(fleet: PlayedFleet, invoke: Invoke) -> None:
    """Where connections end before TLS has an answer, no load is made: 3."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def close() -> None:
            server.accept()[0].close()

        closing = threading.Thread(target=close)
        closing.start()
        done = invoke(f"--endpoint=wss://127.0.0.1:{server.getsockname()[1]}/")
        closing.join()
    assert (done.exit_code, "cannot be reached" in done.output, fleet.plans) == (3, True, [])


def test_endpoint_that_answers_to_tls_in_its_own_way(invoke: Invoke, listening: str) -> None:
    """What is wrong with its TLS is for stations to find out."""
    assert invoke(f"--endpoint=wss{listening.removeprefix('ws')}").exit_code == 0


def test_stations_that_never_connect(fleet: PlayedFleet, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """A central system that takes no station ends the run early: 3."""
    monkeypatch.setattr("plugfest.loading.UNREACHED", 0.0)
    fleet.reached = False
    done = invoke()
    assert (done.exit_code, "no station could connect" in done.output) == (3, True)


@pytest.mark.parametrize(("reached", "said"), [(True, "second 0: the fleet broke off: no more"), (False, "no more")])
def test_fleet_that_breaks_off(fleet: PlayedFleet, invoke: Invoke, tmp_path: Path, reached: bool, said: str) -> None:
    """What was measured until then is reported, if anything was: 3."""

    def broken(*_: object) -> tuple[float, str]:
        raise FleetError("no more")

    if reached:
        fleet.told = broken
    else:
        fleet.slowness = broken
    done = invoke()
    assert (done.exit_code, said in done.output, (tmp_path / "report.html").exists()) == (3, True, reached), done.output


def test_fleet_that_cannot_be_had(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Locust no load can be made: 3."""
    monkeypatch.setitem(sys.modules, "simulators.load.run", None)
    done = invoke()
    assert (done.exit_code, "the fleet cannot be had" in done.output) == (3, True)


def test_metrics_are_served_meanwhile(fleet: PlayedFleet, invoke: Invoke) -> None:
    """Prometheus finds CALLs, latencies, stations, connections and the generator as long as the run lasts."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    scraped: list[str] = []

    def scrape(run: PlayedRun) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            scraped.append(answer.read().decode())

    fleet.told = scrape
    done = invoke(f"--metrics={port}", "--duration=3s")
    assert f"metrics: http://127.0.0.1:{port}/metrics" in done.output
    for line in (
        'plugfest_load_calls_total{action="Heartbeat",direction="sent",outcome="answered"} 300.0',
        'plugfest_load_latency_seconds_bucket{action="Heartbeat",direction="sent",le="0.0025",since="due"} 0.0',
        'plugfest_load_latency_seconds_bucket{action="Heartbeat",direction="sent",le="0.01",since="due"} 300.0',
        'plugfest_load_latency_seconds_sum{action="Heartbeat",direction="sent",since="due"} 1.5',
        'plugfest_load_stations{state="connected"} 100.0',
        'plugfest_load_connection_changes_total{cause="opened"} 100.0',
        'plugfest_load_generator_cpu{worker="1"} 0.2',
    ):
        assert line in scraped[-1], scraped[-1]


def test_bundled_reference_is_served_and_ends(fleet: PlayedFleet, tmp_path: Path) -> None:
    """Without a target the reference runs beside the fleet, its memory is recorded, and nothing of it remains."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    done = CliRunner().invoke(load, [f"--out={tmp_path}", "--duration=3s"])
    assert done.exit_code == 0, done.output
    run = read(tmp_path / "load.jsonl")
    assert run.header.endpoint.startswith("ws://127.0.0.1:")
    assert [second.samples[MEMORY] > 10e6 for second in run.figures.seconds.values()] == [True] * 3
    left = {child.pid for child in psutil.Process().children(recursive=True) if "spawn_main" in str(child.cmdline())}
    assert left <= before


def test_unknown_mutant_is_told(fleet: PlayedFleet, tmp_path: Path) -> None:
    """A mutant that there is not keeps the reference from starting: 3, with the ones that are near."""
    done = CliRunner().invoke(load, [f"--out={tmp_path}", "--mutant=nosuch-mutant"])
    assert (done.exit_code, "there is no mutant 'nosuch-mutant'" in done.output) == (3, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--duration=soon"], "write a time such as 90s, 5m or 8h"),
        (["--duration=0s"], "write a time such as"),
        (["--ramp=quick"], "write a rate such as 200/s"),
        (["--workers=none"], "write auto, or a number from 1 to 64"),
        (["--workers=0"], "write auto, or a number"),
        (["--mutant=boot-time-missing"], "--mutant goes with the bundled reference"),
        (["--gate=p95"], "is no gate"),
    ],
)
def test_wrong_usage(invoke: Invoke, options: list[str], said: str) -> None:
    """What cannot be meant is told before anything starts: 2."""
    done = invoke(*options)
    assert (done.exit_code, said in done.output) == (2, True), done.output


def test_ceiling_is_found(fleet: PlayedFleet, invoke: Invoke, tmp_path: Path) -> None:
    """The rate is raised until a gate breaks; each run of the search has its record, and the ceiling its file."""
    fleet.slowness = lambda number, action, at: (0.2 if (fleet.plans[-1].rate or 0) > 450 else 0.005, ANSWERED)
    done = invoke("--find-ceiling", "--gate=p95=100ms", "--stations=10", "--duration=3s")
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "ceiling.json").read_text("utf-8"))
    assert 425 < found["held"] <= 450 < found["broke"]
    assert f"ceiling: {found['held']:g}/s held in 3 of 3 runs, and {found['broke']:g}/s did not" in done.output
    assert "800/s: p95 200.0 ms" in done.output
    assert (tmp_path / "rate-100-1" / "report.html").exists()
    assert {one.rate for one in fleet.plans} == {step["rate"] for step in found["steps"]}


def test_interrupt_ends_the_search(fleet: PlayedFleet, invoke: Invoke) -> None:
    """Ctrl-C in one run of the search ends all of it: 3."""
    fleet.told = lambda run: os.kill(os.getpid(), signal.SIGINT) if len(fleet.plans) == 2 else None
    done = invoke("--find-ceiling", "--stations=10", "--duration=3s")
    assert (done.exit_code, len(fleet.plans)) == (3, 2), done.output
    assert "ceiling: at least 100/s held in 1 of 1 runs" in done.output


def test_ceiling_without_gates(fleet: PlayedFleet, invoke: Invoke) -> None:
    """Who names no gate gets usual ones; where the first to give in is the generator, it is no ceiling: 3."""
    fleet.floor = played(lambda number, action, at: (0.02, ANSWERED), seconds=3)
    done = invoke("--find-ceiling", "--rate=4/s", "--stations=10", "--duration=3s")
    assert done.exit_code == 3, done.output
    assert "not a measurement of the target" in done.output


def test_progress_on_a_terminal(fleet: PlayedFleet) -> None:
    """On a terminal one line is renewed, and taken away at the end."""
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    around = Surroundings(fleet, console, Totals())
    with tempfile.TemporaryDirectory() as folder:
        carry_out(PLAN, HEADER, Path(folder), around)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "   19 of 20 s  100 of 100 stations  120/s" in shown
    assert shown.count("of 20 s") >= 20


def test_target_file_without_an_endpoint(fleet: PlayedFleet, tmp_path: Path) -> None:
    """A target that is not the reference has to say where stations connect."""
    target = tmp_path / "acme.toml"
    target.write_text('[csms]\ndriver = "none"\n', encoding="utf-8")
    done = CliRunner().invoke(load, [f"--target={target}", f"--out={tmp_path}"])
    assert (done.exit_code, "names no endpoint" in done.output) == (2, True)


def test_memory_that_the_driver_tells(
    fleet: PlayedFleet, invoke: Invoke, tmp_path: Path, listening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that can tell the memory of the central system is asked for it while the run goes on."""
    answers = tmp_path / "answers"
    answers.touch()
    (tmp_path / "driver.py").write_text(
        "from harness.drivers.none import NoDriver\n\n\n"
        "class Telling(NoDriver):\n"
        "    def __init__(self, table):\n        super().__init__()\n\n"
        "    async def memory(self):\n"
        f"        with open({str(answers)!r}, 'a') as file:\n            file.write('.')\n"
        "        return 4096\n",
        encoding="utf-8",
    )
    target = tmp_path / "acme.toml"
    target.write_text(f'[csms]\nendpoint = "{listening}"\ndriver = "driver.py:Telling"\n', encoding="utf-8")
    monkeypatch.setattr("plugfest.operating.EVERY", 0.001)

    def until_told(run: PlayedRun) -> None:
        for _ in range(10_000):
            if answers.stat().st_size >= 2:  # the second question comes after the first answer
                return
            threading.Event().wait(0.001)

    fleet.told = until_told
    assert invoke(f"--target={target}").exit_code == 0
    told = [second.samples.get(MEMORY) for second in read(tmp_path / "load.jsonl").figures.seconds.values()]
    assert told[-1] == 4096
