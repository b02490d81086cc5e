"""The rules for frames that only one of a log and its replay breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness import rules
from harness.fieldlog.comparison import Deviation, Difference, Sort
from harness.fieldlog.reading import Fieldlog
from harness.fieldlog.verdicts import judge
from harness.trace import Trace
from scenarios.stage.replay.finds import Finds

KEPT = "kept"

_OF_FRAMES = frozenset(rules.OF_FRAMES) - {rules.ID_KNOWN}
_OF_CONNECTIONS = frozenset({rules.ID_FRESH, rules.ONE_ANSWER})
"""What can be said of a log only if it tells of connections."""


@dataclass(frozen=True, slots=True)
class _Breach:
    """The first breach of a rule: by which frame, and whether a difference tells of that frame already."""

    observed: str
    line: int
    told: bool
    entry: int | None = None


def only_one_breaks(log: Fieldlog, trace: Trace, names: Mapping[str, str], finds: Finds) -> Iterator[Difference]:
    """Yield the rules for frames that the central system broke in one of both, beyond what is found already.

    ``names`` are the identities in the trace of those in the log.
    """
    demands = _OF_FRAMES if log.changes else _OF_FRAMES - _OF_CONNECTIONS
    lines = {one.line for one in finds.differences}
    entries = {one.entry for one in finds.differences}
    recorded: dict[tuple[str, str], _Breach] = {}
    for one in judge(log):
        if not one.by_station and one.problem.demand in demands:
            breach = _Breach(one.problem.observed, one.frame.line, one.frame.line in lines)
            recorded.setdefault((one.frame.station or "", one.problem.rule.id), breach)
    now: dict[tuple[str, str], _Breach] = {}
    stations = {name: station for station, name in names.items()}
    for entry in trace:
        for problem in entry.problems:
            if problem.demand in demands:
                breach = _Breach(problem.observed, 0, entry.index in entries, entry.index)
                now.setdefault((stations[entry.station], problem.rule.id), breach)
    for key in sorted(recorded.keys() ^ now.keys()):
        breach = recorded.get(key) or now[key]
        if not breach.told:
            told = (breach.observed, KEPT) if key in recorded else (KEPT, breach.observed)
            yield Difference(breach.line, key[0], key[1], Deviation(Sort.RULE, *told), breach.entry)
