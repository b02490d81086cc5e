"""Where a fleet and Locust meet: options, reports from workers to the master, and the end of a run."""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import time
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import gevent
import locust.runners
from gevent.event import AsyncResult
from locust import events
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from harness import open_files
from harness.load.figures import ANSWERED, Exchange, Figures, Incident
from harness.load.plan import Plan
from simulators.load.access import access
from simulators.load.identities import Numbers, Register
from simulators.load.web.pages import show
from simulators.load.web.timeline import Timeline
from simulators.load.worker import GRACE, Worker
from simulators.load.workload import of as of_plan

logger = logging.getLogger(__name__)

MEMBER = "plugfest"
"""Under which name a worker's report has its figures."""

EVERY = 1.0
"""Seconds between two reports."""

SETTLE = 0.5
"""Seconds between the start of a test and its first station, and as much again for each thousand that are spawned."""

locust.runners.WORKER_REPORT_INTERVAL = EVERY


class Post:
    """What a process of the fleet has beside its Locust runner: its stations, or what workers have told the master."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        assert environment.runner is not None
        self.runner = environment.runner
        self._register = None if isinstance(self.runner, WorkerRunner) else Register(self.runner)
        self.numbers = Numbers(self.runner)
        self._worker: Worker | None = None
        self._told = Figures()
        self._until = 0.0
        self._timeline = self._shown()
        options = environment.parsed_options
        self._asked = getattr(options, "stations", 0)
        self._file: int | None = getattr(options, "figures_fd", None)
        if self._file is not None and isinstance(self.runner, WorkerRunner):
            os.close(self._file)
            self._file = None
        gevent.spawn(self._report)

    @property
    def worker(self) -> Worker:
        """The stations of this process; there are some from the start of a test on."""
        assert self._worker is not None, "no test has been started"
        return self._worker

    def begin(self) -> None:
        """Begin a test."""
        options: Any = self.environment.parsed_options
        if not isinstance(self.runner, WorkerRunner):
            stations = self._asked or options.num_users or 1
            options.stations = stations
            options.began = time.time() + SETTLE * (1 + stations / 1000)
        plan = plan_of(self.environment)
        began = time.monotonic() + options.began - time.time()
        self._told = Figures(began, plan.width)
        self._until = began + plan.duration
        if self._timeline is not None:
            self._timeline.clear(plan.width)
        if isinstance(self.runner, MasterRunner):
            return
        workload = of_plan(plan)
        name = str(getattr(self.runner, "worker_index", 0) + 1)
        stats = None if options.only_figures else self._stats
        self._worker = Worker(name, plan, workload, access(plan), began, stats, self._broke_off)

    def end(self) -> None:
        """End a test."""
        if self._worker is not None:
            self._worker.stop()
        self._emit()

    def send(self, data: dict[str, Any]) -> None:
        """Put the figures of a worker into its report."""
        if self._worker is not None:
            data[MEMBER] = self._worker.report().to_json()

    def receive(self, data: dict[str, Any]) -> None:
        """Take the figures of a worker from its report."""
        if MEMBER in data:
            self._told.merge(Figures.from_json(data[MEMBER]))

    def _shown(self) -> Timeline | None:
        """Have the web UI show charts, and return what they are drawn from; None where there is none."""
        if self.environment.web_ui is None:
            return None
        timeline = Timeline()
        options: Any = self.environment.parsed_options
        show(self.environment.web_ui, options.web_base_path or "", timeline)
        return timeline

    def _stats(self, one: Exchange) -> None:
        """Tell Locust's own statistics of a CALL."""
        stats, took = self.environment.stats, 1000 * (one.received - one.scheduled)
        stats.log_request("CALL", one.action, took, 0)
        if one.outcome != ANSWERED:
            stats.log_error("CALL", one.action, one.outcome)

    def _broke_off(self, error: Exception) -> None:
        """End a run whose stations play no longer."""
        logger.error("the fleet has failed", exc_info=error)
        self.environment.process_exit_code = 2
        gevent.spawn(self.runner.quit)

    def _report(self) -> None:
        while True:
            gevent.sleep(EVERY)
            if self._register is not None and isinstance(self.runner, MasterRunner):
                self._look_after(self.runner)
            self._emit()
            if self._until and self._file is not None and time.monotonic() > self._until and not self._busy():
                self.runner.quit()
                return

    def _busy(self) -> bool:
        """Whether stations are still to leave."""
        return self.runner.user_count > 0 and time.monotonic() < self._until + 2 * GRACE

    def _look_after(self, master: MasterRunner) -> None:
        """Note which workers were lost, so that their numbers can be played by others."""
        assert self._register is not None
        present = {node.id for node in master.clients.values() if node.state != locust.runners.STATE_MISSING}
        for worker, stations in self._register.lost(present).items():
            number = master.get_worker_index(worker) + 1
            text = f"worker {number} was lost, with {stations} stations that count no longer until others play them"
            self._told.incident(Incident(time.monotonic(), text))
            master.send_message("quit", client_id=worker)

    def _emit(self) -> None:
        """Hand over what was told since the last time."""
        told = self._told.take(time.monotonic())
        if self._worker is not None and not isinstance(self.runner, WorkerRunner):
            told.merge(self._worker.report())
        if self._timeline is not None:
            self._timeline.add(told)
        if self._file is None or not (told.seconds or told.incidents):
            return
        line = json.dumps(told.to_json(), separators=(",", ":")) + "\n"
        try:
            os.write(self._file, line.encode())
        except BrokenPipeError:
            self._file = None
            self.runner.quit()


_POSTS: WeakKeyDictionary[Environment, AsyncResult[Post]] = WeakKeyDictionary()


def of(environment: Environment) -> Post:
    """Return the post of an environment; a worker that joins a test is told to begin before it has one, and waits."""
    post: Post = _place(environment).get()
    return post


def _place(environment: Environment) -> AsyncResult[Post]:
    return _POSTS.setdefault(environment, AsyncResult())


def plan_of(environment: Environment) -> Plan:
    """Return what Locust's options ask for."""
    options: Any = environment.parsed_options
    return Plan(
        endpoint=environment.host or "",
        workload=options.workload,
        stations=options.stations,
        duration=options.lasting or options.run_time or math.inf,
        ramp=options.ramp or (options.spawn_rate if not options.lasting else None),
        rate=options.rate,
        seed=options.seed,
        checked=options.checked,
        version=options.ocpp or None,
        target=Path(options.target) if options.target else None,
        credentials=Path(options.credentials) if options.credentials else None,
    )


def _options(parser: argparse.ArgumentParser, **_: Any) -> None:
    ours = parser.add_argument_group("plugfest", "What charge points do.")
    ours.add_argument("--workload", default="daily", help="A workload of plugfest, or FILE.toml:NAME.")
    ours.add_argument("--ramp", type=float, help="Stations that connect per second, where not the spawn rate.")
    ours.add_argument("--rate", type=float, help="Messages per second of all stations; as the workload has it.")
    ours.add_argument("--seed", type=int, default=0, help="What all chance follows from.")
    ours.add_argument("--checked", type=float, default=1.0, help="The share of answers that are held to the rules.")
    ours.add_argument("--ocpp", default="", help="The OCPP version of the stations; as the workload has it.")
    ours.add_argument("--target", default="", help="The target file that says how stations prove themselves.")
    ours.add_argument("--lasting", type=float, default=0.0, help="Seconds after which stations leave; as --run-time.")
    ours.add_argument("--figures-fd", type=int, default=None, help=argparse.SUPPRESS)
    ours.add_argument("--only-figures", action="store_true", help=argparse.SUPPRESS)
    ours.add_argument("--credentials", default="", help=argparse.SUPPRESS)
    ours.add_argument("--stations", type=int, default=0, help=argparse.SUPPRESS)


def _init(environment: Environment, **_: Any) -> None:
    open_files.allow_all()
    _place(environment).set(Post(environment))


def _begin(environment: Environment, **_: Any) -> None:
    of(environment).begin()


def _end(environment: Environment, **_: Any) -> None:
    of(environment).end()


def _send(client_id: str, data: dict[str, Any], **_: Any) -> None:
    for place in _POSTS.values():
        place.get().send(data)


def _receive(client_id: str, data: dict[str, Any], **_: Any) -> None:
    for place in _POSTS.values():
        place.get().receive(data)


events.init_command_line_parser.add_listener(_options)
events.init.add_listener(_init)
events.test_start.add_listener(_begin)
events.test_stop.add_listener(_end)
events.report_to_master.add_listener(_send)
events.worker_report.add_listener(_receive)
