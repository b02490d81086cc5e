"""Which requirements and certification cases of each OCPP version a run has covered, and with what outcome."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.coverage import ANSWERED, combined
from harness.record import Result
from harness.verdict import Verdict
from reports.model import WORST_FIRST
from scenarios import sources

Demand = sources.Requirement | sources.OcttCase


@dataclass(frozen=True, slots=True)
class Covered:
    """A requirement or a certification case, and the results of the scenarios that cover it, if any was played."""

    demand: Demand
    results: Sequence[Result]

    @property
    def verdict(self) -> Verdict | None:
        """The worst verdict of its scenarios, those that were not applicable aside; None if none was played."""
        return combined(result.verdict for result in self.results) if self.results else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Some requirements or certification cases under a heading: those of a profile, or of a version."""

    name: str
    each: Sequence[Covered]

    @property
    def judged(self) -> int:
        """How many got a verdict on the central system."""
        return sum(one.verdict in ANSWERED for one in self.each)

    @property
    def applicable(self) -> int:
        """How many could be asked of this central system, as far as they were played."""
        return sum(one.verdict not in (None, Verdict.NOT_APPLICABLE) for one in self.each)

    def counted(self, verdict: Verdict | None) -> int:
        """Return how many have a verdict; None counts those that were not played."""
        return sum(one.verdict is verdict for one in self.each)


@dataclass(frozen=True, slots=True)
class VersionCoverage:
    """The coverage of one OCPP version, whole and by profile."""

    name: str
    whole: Coverage
    profiles: Sequence[Coverage]

    @property
    def verdicts(self) -> list[Verdict | None]:
        """The verdicts that any has, worst first; None stands for what was not played."""
        return [verdict for verdict in (*WORST_FIRST, None) if self.whole.counted(verdict)]


def certification(results: Iterable[Result]) -> list[VersionCoverage]:
    """Return the certification cases by version and profile, for those versions of which the results touch any."""
    return list(_covered(results, sources.octt, lambda result: result.octt))


def requirements(results: Iterable[Result]) -> list[VersionCoverage]:
    """Return the requirements by version and profile, for those versions of which the results touch any."""
    return list(_covered(results, sources.requirements, lambda result: result.requirements))


def _covered(
    results: Iterable[Result],
    known: Callable[[str], Mapping[str, sources.Requirement] | Mapping[str, sources.OcttCase]],
    of: Callable[[Result], Sequence[str]],
) -> Iterator[VersionCoverage]:
    covering: defaultdict[str, defaultdict[str, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        for id in of(result):
            covering[result.version][id].append(result)
    for version, touched in sorted(covering.items()):
        each = [Covered(demand, touched[id]) for id, demand in known(version).items()]
        profiles = dict.fromkeys(one.demand.profile for one in each)
        grouped = [Coverage(name, [one for one in each if one.demand.profile == name]) for name in profiles]
        yield VersionCoverage(f"OCPP {version}", Coverage("all", each), grouped)
