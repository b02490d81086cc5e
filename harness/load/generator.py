"""Whether a load run is a measurement of its target, or of the generator that made the load."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.gates import KINDS, Gate, Unit, told
from harness.load.figures import Figures, Health

SHARE_OF_GATE = 0.1
"""The share of a limit that the generator's own noise may have."""

BUSY = 0.95
"""The share of a core from which a worker is saturated."""

LAG = 0.1
"""Seconds by which the loop of a worker may be late."""

OFTEN = 0.05
"""The share of seconds in which a worker may be busy or late, and of messages that may be sent too late by it."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a run is not a measurement of the target."""

    text: str

    def __str__(self) -> str:
        return f"not a measurement of the target: {self.text}"


def complaints(figures: Figures, floor: Figures | None, gates: Iterable[Gate]) -> list[Complaint]:
    """Return in which ways the generator stood in the way of the measurement."""
    timed = [gate for gate in gates if KINDS[gate.kind].unit is Unit.TIME]
    found = [] if floor is None else [text for gate in timed if (text := _noise(floor, gate))]
    if floor is not None and not len(floor.cell().scheduled):
        found.append("its calibration measured nothing")
    told_by: dict[str, list[Health]] = {}
    for second in figures.seconds.values():
        for worker, health in second.health.items():
            told_by.setdefault(worker, []).append(health)
    found += [text for worker, seconds in sorted(told_by.items()) for text in _saturated(worker, seconds)]
    missed, sent = sum(one.missed for each in told_by.values() for one in each), figures.cell().count
    if sent and missed > OFTEN * sent:
        found.append(f"the generator sent {missed} of {sent} messages too late")
    return [Complaint(text) for text in found]


def _noise(floor: Figures, gate: Gate) -> str:
    """Return what is wrong where the generator's own latency is too much of a limit."""
    latencies = floor.cell(gate.action if gate.action in {name for _, name in floor.keys} else None).scheduled
    if not len(latencies) or (own := latencies.percentile(gate.part)) <= SHARE_OF_GATE * gate.limit:
        return ""
    return (
        f"the generator's own noise is {told(own, Unit.TIME)}, more than a tenth of {gate}; "
        "take fewer stations, a lower rate or more workers"
    )


def _saturated(worker: str, seconds: Sequence[Health]) -> list[str]:
    """Return in what a worker was saturated."""
    limit = OFTEN * len(seconds)
    busy, late = sum(one.cpu >= BUSY for one in seconds), sum(one.lag > LAG for one in seconds)
    found = []
    if busy > limit:
        found.append(f"worker {worker} took a whole core in {busy} of {len(seconds)} seconds")
    if late > limit:
        how = f"by more than {told(LAG, Unit.TIME)} in {late} of {len(seconds)} seconds"
        found.append(f"the loop of worker {worker} was late {how}")
    return found
