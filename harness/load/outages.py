"""Outages: times for which the stations of a load run had lost the central system."""

from __future__ import annotations

from dataclasses import dataclass

from harness.load.figures import Figures

HALF = 0.5
"""The share of connected stations whose loss within a second is an outage, and whose return ends it."""


@dataclass(frozen=True, slots=True)
class Outage:
    """From the second in which half of the stations were lost to that in which half were back; None: they were not."""

    first: int
    last: int | None
    lost: int

    def __str__(self) -> str:
        until = "and did not come back" if self.last is None else f"until second {self.last}"
        return f"outage from second {self.first} {until}: {self.lost} connections lost"


def outages(figures: Figures) -> list[Outage]:
    """Return the outages of a run in order."""
    found: list[Outage] = []
    before, began, lost = 0.0, None, 0
    for number, second in sorted(figures.seconds.items()):
        if began is None and second.ended and second.ended >= HALF * max(before, second.connected):
            began, lost = number, 0
        if began is not None:
            lost += second.ended
            if number > began and second.expected and second.connected >= HALF * second.expected:
                found.append(Outage(began, number, lost))
                began = None
        before = second.connected
    return [*found, Outage(began, None, lost)] if began is not None else found
