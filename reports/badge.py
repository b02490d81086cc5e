"""The outcome of a run as a badge for a page of its system: an SVG image, or JSON for an endpoint of shields.io."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from harness.gates import gate, judge
from harness.load.measured import MeasuredLoad
from harness.load.record import LoadRun, ending
from harness.record import Run
from harness.verdict import Verdict
from reports.html import environment

_CHARACTER = 6.6
"""Pixels that a character takes on average; the image is told to make the text as wide as that."""

_EDGE = 6

NO_MEASUREMENT = 3
"""The exit code of a load run that says nothing of its target."""


class Colour(StrEnum):
    """What a badge says without words."""

    GOOD = "brightgreen"
    OPEN = "yellow"
    BAD = "red"
    NOTHING = "lightgrey"


HEX = {Colour.GOOD: "#2f7d32", Colour.OPEN: "#8a6100", Colour.BAD: "#b3202a", Colour.NOTHING: "#5b6577"}
"""The colours of the image, dark enough for white text."""


@dataclass(frozen=True, slots=True)
class Badge:
    """Two texts, what is judged and what came of it, and a colour."""

    label: str
    message: str
    colour: Colour


def badge(run: Run | LoadRun) -> Badge:
    """Return the badge of a run.

    That is which versions a conformance run judged, and how many scenarios passed of those that apply; of a load run,
    how many stations there were, and whether they were served within the gates.
    """
    if isinstance(run, LoadRun):
        return _of_load(run)
    asked = [one for one in run.results if one.verdict is not Verdict.NOT_APPLICABLE]
    counts = Counter(one.verdict for one in asked)
    label = f"OCPP {', '.join(sorted({one.version for one in asked}))}".strip()
    if run.truncated:
        return Badge(label, "run incomplete", Colour.NOTHING)
    if not asked:
        return Badge(label, "nothing applies", Colour.NOTHING)
    good = counts[Verdict.PASSED] + counts[Verdict.REMARKED]
    colour = Colour.BAD if counts[Verdict.FAILED] else Colour.GOOD if good == len(asked) else Colour.OPEN
    return Badge(label, f"{good} of {len(asked)} passed", colour)


def _of_load(run: LoadRun) -> Badge:
    label = f"OCPP load, {run.header.stations} stations"
    code, judged = ending(run).code, run.judged
    if run.truncated:
        return Badge(label, "run incomplete", Colour.NOTHING)
    if code == NO_MEASUREMENT:
        return Badge(label, "no measurement", Colour.NOTHING)
    if run.outages:
        return Badge(label, "central system lost", Colour.BAD)
    kept = f"{sum(one.met for one in judged)} of {len(judged)} gates met"
    (p99,) = judge([gate("p99=0s")], MeasuredLoad(run.figures))
    return Badge(label, kept if judged else f"p99 {p99.observed}", Colour.BAD if code else Colour.GOOD)


def svg(shown: Badge) -> str:
    """Return the image, which needs nothing from elsewhere."""
    widths = [round(len(text) * _CHARACTER) for text in (shown.label, shown.message)]
    template = environment().get_template("badge.svg.j2")
    return template.render(badge=shown, widths=widths, edge=_EDGE, fill=HEX[shown.colour])


def endpoint(shown: Badge) -> dict[str, object]:
    """Return what shields.io draws a badge from."""
    return {"schemaVersion": 1, "label": shown.label, "message": shown.message, "color": shown.colour.value}
