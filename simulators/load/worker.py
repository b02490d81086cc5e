"""The stations of one worker process: what they share, how they play their workload, and what they report."""

from __future__ import annotations

import gc
import math
import os
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from time import monotonic, process_time

import psutil
from gevent.event import Event

from harness.load.figures import Connection, Exchange, Figures, Health, Incident
from harness.load.plan import Plan
from harness.rules import Problem
from harness.schemas import Kind
from harness.verdict import SHALL
from simulators.load.agenda import Agenda
from simulators.load.dialect import Charging, Dialect
from simulators.load.habits import habits
from simulators.load.of_v16 import ChargePoints
from simulators.load.of_v201 import ChargingStations
from simulators.load.station import LoadStation, Sink
from simulators.load.transport import Access, release
from simulators.load.workload import Workload

TICK = 0.05
"""Seconds between two looks at how late the worker is."""

LATEST = 2.0
"""Seconds after the beginning from which a station counts as one that joins in the middle of a run."""

NEVER = 1_000_000_000
"""How often the garbage collector looks at young objects before it looks at old ones by itself."""

LEAST = 1000
"""How many connections end at least before it looks at old objects, which takes half a second for 10,000 stations."""

READY = 0.2
"""Seconds before a burst at which its messages are made ready."""

GRACE = 5.0
"""Seconds that are given at the end to what is not answered yet; what is not answered then counts as unanswered."""

DIALECTS: dict[str, Callable[[], Dialect]] = {"1.6": ChargePoints, "2.0.1": ChargingStations}


Stats = Callable[[Exchange], None]
"""What else is told of each exchange, such as Locust's own statistics."""


class Told:
    """Counts what stations report, and tells somebody else of each exchange."""

    def __init__(self, figures: Figures, stats: Stats) -> None:
        self._figures = figures
        self._stats = stats

    def exchange(self, one: Exchange) -> None:
        """Count one CALL."""
        self._figures.exchange(one)
        self._stats(one)

    def connection(self, change: Connection) -> None:
        """Count a change of a connection."""
        self._figures.connection(change)


class Worker:
    """Plays the stations of some numbers by a plan, from the time ``began`` on (monotonic clock).

    ``over`` is set once the time of the plan is over and all stations have left.
    """

    def __init__(
        self,
        name: str,
        plan: Plan,
        workload: Workload,
        access: Access,
        began: float,
        stats: Stats | None = None,
        broken: Callable[[Exception], None] = lambda error: None,
    ) -> None:
        self.name = name
        self.plan = plan
        self.workload = workload
        self.access = access
        self.began = began
        self.until = began + plan.duration
        self.checked = plan.checked
        self.agenda = Agenda(broken)
        self.dialect = DIALECTS[workload.version]()
        self.chance = Random(plan.seed)  # noqa: S311 - it has to be repeatable
        self.figures = Figures(began, plan.width)
        self.sink: Sink = Told(self.figures, stats) if stats else self.figures
        self.over = Event()
        self.stations: dict[int, LoadStation] = {}
        self.ended = 0
        self._broken: Counter[str] = Counter()
        self._spent = process_time()
        self._looked = monotonic()
        self._process = psutil.Process(os.getpid())
        for action in self.dialect.actions:
            self.dialect.version.schemas.violations(action, Kind.RESPONSE, {})  # compiled before there is load
        gc.set_threshold(gc.get_threshold()[0], NEVER)  # or it would look at all stations again and again
        self._tick(monotonic())
        if workload.burst is not None:
            self._again(began + workload.burst, workload.burst, lambda due: self._fire())
        self.agenda.at(began, self._forget)

    def enlist(self, number: int) -> LoadStation:
        """Have the station of a number connect when its time has come, and do as the workload says."""
        begins = max(self._arrival(number), self.began if monotonic() < self.began + LATEST else monotonic())
        chance = Random(f"{self.plan.seed} {number}")  # noqa: S311 - it has to be repeatable
        station = LoadStation(self.access.name(number), self, chance, self.until, lambda: self._begin(station, begins))
        self.stations[number] = station
        if begins < self.until:
            self.agenda.at(begins, station.arrive)
            self._storms(number, station, begins)
        return station

    def dismiss(self, number: int) -> None:
        """Have the station of a number leave."""
        station = self.stations.pop(number, None)
        if station is not None:
            station.retire()

    def stop(self) -> None:
        """Have all stations leave, and do nothing any more."""
        for number in list(self.stations):
            self.dismiss(number)
        self.agenda.end()
        self.over.set()

    def report(self) -> Figures:
        """Return what was counted since this was asked before, with how the worker is."""
        now = monotonic()
        cpu, self._spent = process_time() - self._spent, process_time()
        seconds, self._looked = max(now - self._looked, 0.001), now
        lag, missed = self.agenda.health()
        memory = self._process.memory_info().rss
        if now >= self.began:
            self.figures.health(Health(self.name, now, lag, cpu / seconds, missed, memory, len(self.stations)))
        return self.figures.take(now)

    def _forget(self) -> None:
        """Count nothing of what was late before there was load."""
        self.agenda.health()

    def _arrival(self, number: int) -> float:
        return self.began + self.workload.arrival(number, self.plan.stations, self.plan.ramp)

    def _begin(self, station: LoadStation, begins: float) -> None:
        """Have a station that was accepted do what it does all day: from its arrival on, unless it had to come back."""
        begins = monotonic() if station.deferred else begins
        for habit in habits(self.workload, self.dialect, self.access.tags, station.chance, begins):
            station.follow(habit)

    def _tick(self, due: float) -> None:
        """Look at what is overdue, and whether all is over."""
        now = monotonic()
        self.agenda.collect(now)
        if self.ended > max(LEAST, len(self.stations)):
            self.ended = 0
            gc.collect()
        if now >= self.until and (now >= self.until + GRACE or not any(s.busy for s in self.stations.values())):
            for station in self.stations.values():
                station.conclude(GRACE)
            self.over.set()
            return
        self.agenda.at(due + TICK, lambda: self._tick(due + TICK))

    def broke(self, station: str, problems: Sequence[Problem]) -> None:
        """Tell of the first message that breaks a rule of the wire, and of the tenth, the hundredth and so on."""
        for problem in problems:
            if problem.level is not SHALL:
                continue
            self._broken[problem.rule.id] += 1
            count = self._broken[problem.rule.id]
            if count in (1, 10, 100, 1000, 10_000):
                how = f"expected {problem.expected}, observed {problem.observed}"
                text = f"{problem.rule.id} was broken {count} time{'s'[: count > 1]} ({station}): {how}"
                self.figures.incident(Incident(monotonic(), text))

    # What happens to all of them at certain times.

    def _storms(self, number: int, station: LoadStation, begins: float) -> None:
        workload, began = self.workload, self.began
        chance = Random(f"{self.plan.seed} {number} storms")  # noqa: S311 - it has to be repeatable
        if workload.storm is not None:
            storm = workload.storm

            def outage(due: float) -> None:
                station.leave(power=True)
                self._planned(due + storm.away + chance.random() * storm.back, lambda: station.arrive(boots=False))

            self._again(_first(began + storm.every, storm.every, begins), storm.every, outage)
        if workload.backlog is not None:
            backlog = workload.backlog

            def absence(due: float) -> None:
                station.leave()
                self._planned(due + backlog.away, lambda: self._return(station, backlog.hours))

            self._again(begins + (0.1 + 0.9 * chance.random()) * backlog.every, backlog.every, absence)
        if (burst := workload.burst) is not None:

            def ready(due: float) -> None:
                station.ready(self.dialect.heartbeat(), due)

            self._again(_first(began + burst, burst, begins), burst, ready, early=READY)

    def _fire(self) -> None:
        """Have all stations send what they have ready, with nothing else to do in between."""
        release(link for station in self.stations.values() if (link := station.link) is not None)

    def _again(self, due: float, every: float, deed: Callable[[float], None], *, early: float = 0.0) -> None:
        """Have something done ``early`` seconds before a time, which it is told, and ``every`` so often from then on.

        Only the next time is planned, so that a run without an end can be had.
        """
        if due >= self.until:
            return

        def act() -> None:
            deed(due)
            self._again(due + every, every, deed, early=early)

        self.agenda.at(due - early, act)

    def _planned(self, due: float, deed: Callable[[], None]) -> None:
        if due < self.until:
            self.agenda.at(due, deed)

    def _return(self, station: LoadStation, hours: float) -> None:
        """Have a station come back with what it could not send."""
        workload = self.workload
        period = workload.transactions or LONGEST_DAY
        since = hours * 3600
        charging = Charging(lasts=workload.lasts, every=workload.every)
        while since >= charging.lasts:
            tag = station.chance.choice(self.access.tags)
            for message in self.dialect.backlog(tag, since, charging, station.chance):
                station.keep(message)
            since -= period
        station.arrive(boots=False)


LONGEST_DAY = 86_400.0
"""Seconds from one transaction to the next where the workload does not say."""


def _first(due: float, every: float, after: float) -> float:
    """Return the first time after one at which something is done that is done ``every`` so often from ``due`` on."""
    return due if due > after else due + every * (math.floor((after - due) / every) + 1)
