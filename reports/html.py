"""The report as one HTML file that needs neither a network nor its record."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.record import Result
from reports import model, wire
from reports.model import Report

LONGEST_CELL = 4_000
"""Characters of what a check expected or observed, and of details."""

LONGEST_FRAME = 20_000
"""Characters of one frame."""

LONGEST_WIRE = 400_000
"""Characters of all frames of one scenario; what comes later is shown with its first LATE_FRAME characters."""

LATE_FRAME = 400


def render(report: Report) -> str:
    """Return the HTML text; the traces are read from beside the record as it is written."""
    script = wire_script() + _asset("report.js")
    template = environment().get_template("report.html.j2")
    return template.render(
        report=report,
        header=report.run.header,
        counts={verdict: count for verdict, count in model.totals(report.results).verdicts.items() if count},
        model=model,
        style=style(),
        script=Markup(script),  # noqa: S704 - ours
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        wire_of=lambda result: _wire(report, result),
        searchable=_searchable,
    )


def wire_script() -> str:
    """Return the script that draws a wire as a sequence diagram, for pages with the same style."""
    return _asset("wire.js")


def style() -> Markup:
    """Return the style sheet of all pages."""
    return Markup(_asset("report.css"))  # noqa: S704 - ours


@cache
def environment() -> Environment:
    """Return what the templates of this package are rendered with."""
    made = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["text"] = lambda text: model.shortened(model.visible(text), LONGEST_CELL)
    return made


def _asset(name: str) -> str:
    return (resources.files("reports") / "templates" / name).read_text(encoding="utf-8")


def _searchable(result: Result) -> str:
    words = [result.id, result.title, *result.clauses, *result.octt, *result.requirements, model.reason(result)]
    return model.shortened(model.visible(" ".join(words)).lower(), LONGEST_CELL)


def _wire(report: Report, result: Result) -> Markup | None:
    """Return the wire of a scenario as JSON that can stand inside a script element; None if it has none."""
    if result.trace is None:
        return None
    judged = _judged(result)
    loaded = wire.load(report.run.path.parent, result.trace, judged)
    stations = loaded.stations
    budget = LONGEST_WIRE
    messages = []
    for message in loaded.messages:
        text = model.shortened(message.text, LONGEST_FRAME if budget > 0 else LATE_FRAME)
        budget -= len(text)
        marks = judged.get(message.index, {})
        messages.append(drawn(message, text, stations.index(message.station), marks))
    return _embedded(
        {"stations": [model.visible(s) for s in stations], "remark": model.visible(loaded.remark), "messages": messages}
    )


def drawn(message: wire.Message, text: str, lane: int, marks: Mapping[str, list[int]]) -> dict[str, Any]:
    """Return a message as the script draws it: in the lane of its station, with its ``text`` and ``marks``."""
    return {
        "index": message.index,
        "at": round(message.at, 3),
        "lane": lane,
        "direction": message.direction,
        "shape": message.shape,
        "label": model.visible(message.label[:200]),
        "text": model.visible(text),
        "problems": [model.visible(model.shortened(problem, LONGEST_CELL)) for problem in message.problems],
        **marks,
    }


def _judged(result: Result) -> dict[int, dict[str, list[int]]]:
    """Return for each judged trace entry the numbers of the checks that it violated and those it met."""
    judged: dict[int, dict[str, list[int]]] = {}
    for number, check in enumerate(result.checks, 1):
        if check.evidence is not None:
            kind = "held" if check.held else "violated" if check.failing else "remarked"
            judged.setdefault(check.evidence, {}).setdefault(kind, []).append(number)
    return judged


def _embedded(value: object) -> Markup:
    """Return JSON in which no ``<`` can end the script element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above
