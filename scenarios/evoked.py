"""Scenarios that only evoke messages of a kind; whether those keep a rule of the wire is the verdict of that rule."""

from __future__ import annotations

from harness.rules import Demand
from harness.verdict import Checks, Inconclusive
from simulators.station import Station


def evoked(demand: Demand, station: Station, check: Checks) -> None:
    """Check that the central system sent the station messages to which a rule applies; raises Inconclusive if none."""
    rule = station.version.rule(demand)
    judged = [entry for entry in station.trace if entry.station == station.id and rule in entry.rules]
    if not judged:
        raise Inconclusive(f"the central system sent nothing to which {rule.id} applies")
    check.that(True, f"messages to which {rule.id} applies", clause=rule.clause, at=judged[-1].index)
