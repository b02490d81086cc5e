"""What of the requirements and the certification cases a run has judged, as far as the selected scenarios name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.record import Result
from harness.verdict import Verdict

ANSWERED = (Verdict.FAILED, Verdict.REMARKED, Verdict.PASSED)
"""The verdicts of a question that was answered, for better or worse."""

_WORST_FIRST = (Verdict.FAILED, Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.REMARKED, Verdict.PASSED)

Demand = tuple[str, str]
"""A requirement or a certification case: its OCPP version, and its id in that version."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The verdict on each of some things that a run is about, by name, such as "1.6 TC_001_CSMS"."""

    verdicts: Mapping[str, Verdict]

    @property
    def applicable(self) -> Sequence[str]:
        """Those that the target can be asked about."""
        return [name for name, verdict in self.verdicts.items() if verdict is not Verdict.NOT_APPLICABLE]

    @property
    def open(self) -> Sequence[str]:
        """Those that apply, and about which the run has learned nothing."""
        return [name for name in self.applicable if self.verdicts[name] not in ANSWERED]


def combined(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict on what several scenarios are about: the worst, and not applicable only where each is."""
    found = set(verdicts)
    return next((one for one in _WORST_FIRST if one in found), Verdict.NOT_APPLICABLE)


def coverage(results: Iterable[Result], of: str | None) -> Coverage:
    """Return the coverage of "requirements", of "cases", or, for None, of scenarios."""
    if of is None:
        return Coverage({result.id: result.verdict for result in results})
    found = requirements(results) if of == "requirements" else cases(results)
    return Coverage({" ".join(demand): verdict for demand, verdict in found.items()})


def requirements(results: Iterable[Result]) -> dict[Demand, Verdict]:
    """Return the verdict on each requirement that the scenarios of some results name."""
    return _demands((result, result.requirements) for result in results)


def cases(results: Iterable[Result]) -> dict[Demand, Verdict]:
    """Return the verdict on each certification case that the scenarios of some results name."""
    return _demands((result, result.octt) for result in results)


def _demands(named: Iterable[tuple[Result, Iterable[str]]]) -> dict[Demand, Verdict]:
    found: defaultdict[Demand, list[Verdict]] = defaultdict(list)
    for result, ids in named:
        for id in ids:
            found[result.version, id].append(result.verdict)
    return {demand: combined(verdicts) for demand, verdicts in sorted(found.items())}
