"""What a station does over time: messages with the times at which they are due, each station by chance of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random

from simulators.load.dialect import Dialect, Message, Step
from simulators.load.workload import LEAST_PAUSE, Workload

JITTER = 0.1
"""The share by which the time from one message to the next varies."""

BRIEFEST = 0.1
"""How long a transaction takes at least, as a share of the time between two of its readings."""


def habits(
    workload: Workload, dialect: Dialect, tags: Sequence[str], chance: Random, begins: float
) -> list[Iterator[Step]]:
    """Return what a station does from a time on, in seconds of the clock of that time.

    Each habit has chance of its own, so that it does not matter in which order they are followed.
    """
    found: list[Iterator[Step]] = []
    if workload.heartbeat is not None:
        found.append(repeated(dialect.heartbeat, workload.heartbeat / workload.speed, _own(chance), begins))
    if workload.readings is not None:
        found.append(repeated(dialect.reading, workload.readings / workload.speed, _own(chance), begins))
    if workload.transactions is not None and workload.backlog is None:
        found.append(transactions(workload, dialect, tags, _own(chance), begins))
    return found


def _own(chance: Random) -> Random:
    return Random(chance.getrandbits(64))  # noqa: S311 - it has to be repeatable


def repeated(message: Callable[[], Message], period: float, chance: Random, begins: float) -> Iterator[Step]:
    """Yield a message again and again, from a phase of the station's own on."""
    due = begins + chance.random() * period
    while True:
        yield due, message()
        due += period * chance.uniform(1 - JITTER, 1 + JITTER)


def transactions(
    workload: Workload, dialect: Dialect, tags: Sequence[str], chance: Random, begins: float
) -> Iterator[Step]:
    """Yield transactions; the first one is the rest of one where the day of the station has it under way already."""
    assert workload.transactions is not None
    whole, period = workload.charging, workload.transactions / workload.speed
    start = begins + chance.random() * period - whole.lasts
    while True:
        left = max(start + whole.lasts - max(start, begins), BRIEFEST * whole.every)
        charging, since = replace(whole, lasts=left), max(start, begins)
        for after, message in dialect.transaction(chance.choice(tags), charging, chance):
            yield since + after, message
        start += max(period * chance.uniform(0.5, 1.5), LEAST_PAUSE * whole.lasts)
