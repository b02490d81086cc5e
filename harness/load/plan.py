"""What a load run is to be, and what a fleet has to offer that carries it out."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.csms import Operation
from harness.load.figures import Figures

MOST_SLOTS = 1200
"""Into how many parts the time of a run is cut at most: runs of up to 20 minutes are kept second by second."""


class FleetError(Exception):
    """A fleet that cannot be had, or has ended before its time; the text says why."""


class PlanError(FleetError):
    """A plan that asks for what there is not; the text says what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A load run: so many stations play a workload at an endpoint; times in seconds.

    ``workload`` is a name or the path of a file. The ``duration`` of a run that somebody else ends is inf. None stands
    for what the workload has: ``ramp`` is how many stations connect per second, ``rate`` how many messages per second
    all of them send together, ``version`` their OCPP version. ``checked`` is the share of answers that are held to the
    rules of the wire, 0 to 1. ``target`` is the file that says how stations prove themselves and how the central system
    is operated, ``credentials`` the folder of what they were given for it, where a driver has given them some.
    """

    endpoint: str
    workload: str
    stations: int
    duration: float
    ramp: float | None = None
    rate: float | None = None
    seed: int = 0
    workers: int = 1
    checked: float = 1.0
    version: str | None = None
    target: Path | None = None
    credentials: Path | None = None

    @property
    def width(self) -> int:
        """How many seconds are kept as one, so that the figures of a long run stay small."""
        return max(1, math.ceil(self.duration / MOST_SLOTS)) if math.isfinite(self.duration) else 1


class Running(Protocol):
    """A fleet under way: yields what came in, about once a second, until it has ended; raises FleetError.

    Its figures have the width of the plan.
    """

    def __iter__(self) -> Iterator[Figures]:
        """Return itself."""
        ...

    def stop(self) -> None:
        """Have the stations leave before their time; what is still under way is yielded. May come from a signal."""
        ...


class Fleet(Protocol):
    """What makes load; the command finds it as the module ``simulators.load.run``."""

    def start(self, plan: Plan) -> AbstractContextManager[Running]:
        """Return a run that begins when it is entered; when it is left, nothing of it remains. Raises FleetError."""
        ...

    def orders(self, plan: Plan, offered: Collection[type[Operation]]) -> Iterator[tuple[float, Operation]]:
        """Return what an operator is to ask for meanwhile, with the seconds after the beginning at which it is due.

        ``offered`` is what the driver can have performed. Raises FleetError where that is none of what there is to ask.
        """
        ...

    def calibrate(self, plan: Plan) -> Figures | None:
        """Return the figures of the same load on a central system that does nothing, None where none can be had."""
        ...
