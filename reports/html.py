"""The report as one HTML file that needs neither a network nor its record."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.record import Result
from reports import coverage, histogram, model, proof, scenario
from reports.model import Report
from reports.packed import Pack

LONGEST_ACTION = 40
"""Characters of the name of an action: what a station asked for may be no action at all, and long."""

MOST_NAMED = 6
"""Scenarios that caught a mutant which are named; the kill matrix has all."""

SCRIPTS = ("wire.js", "scenario.js", "report.js")


def render(report: Report) -> str:
    """Return the HTML text; the traces are read from beside the record as it is written.

    What a reader sees of a scenario only after opening it, its checks and its wire, is packed: a whole run is a few
    megabytes.
    """
    script = "".join(map(_asset, SCRIPTS))
    pack, folder = Pack(), report.run.path.parent
    proven = proof.beside(folder)
    places = {
        result.id: pack.add(scenario.body(result, folder, proven.caught.get(result.id, ())))
        for result in report.results
    }
    template = environment().get_template("report.html.j2")
    return template.render(
        report=report,
        header=report.run.header,
        counts={verdict: count for verdict, count in model.totals(report.results).verdicts.items() if count},
        model=model,
        style=style(),
        script=Markup(script),  # noqa: S704 - ours
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        places=places,
        chunks=pack.chunks(),
        searchable=_searchable,
        certification=coverage.certification(report.run.results),
        requirements=coverage.requirements(report.run.results),
        histogram=histogram,
        longest_action=LONGEST_ACTION,
        scenario=scenario,
        proof=proven,
        most_named=MOST_NAMED,
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
    made.filters["text"] = scenario.told
    return made


def _asset(name: str) -> str:
    return (resources.files("reports") / "templates" / name).read_text(encoding="utf-8")


def _searchable(result: Result) -> str:
    """Return what a search finds a result by besides the texts that the page shows, an item each line."""
    checked = (check.clause for check in result.checks)
    items: Iterator[str] = iter((*result.clauses, *result.octt, *result.requirements, *checked))
    return "\n".join(dict.fromkeys(scenario.told(item).lower() for item in items))
