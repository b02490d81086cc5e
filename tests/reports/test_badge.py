"""The badge of a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from harness.load.figures import Figures
from harness.verdict import Verdict
from reports.badge import HEX, Badge, Colour, badge, endpoint, svg
from reports.model import Report
from tests.harness.load.fleet import played
from tests.reports.load.sample import loaded, troubled
from tests.reports.sample import result

PASSED, REMARKED, FAILED = Verdict.PASSED, Verdict.REMARKED, Verdict.FAILED
OPEN, NOT_APPLICABLE = Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("verdicts", "message", "colour"),
    [
        ([PASSED, REMARKED, NOT_APPLICABLE], "2 of 2 passed", Colour.GOOD),
        ([PASSED, OPEN], "1 of 2 passed", Colour.OPEN),
        ([PASSED, OPEN, FAILED], "1 of 3 passed", Colour.BAD),
        ([NOT_APPLICABLE], "nothing applies", Colour.NOTHING),
    ],
)
def test_badge_of_a_run(report: Report, verdicts: Sequence[Verdict], message: str, colour: Colour) -> None:
    """What cannot be asked does not count, and one failure is red."""
    results = [result(f"v16.core.a.n{n}", "It does.", verdict) for n, verdict in enumerate(verdicts)]
    header = replace(report.run.header, selected=len(results))
    found = badge(replace(report.run, header=header, results=results))
    assert (found.message, found.colour) == (message, colour)
    assert found.label.startswith("OCPP")


def test_run_that_was_cut_short_boasts_of_nothing(report: Report) -> None:
    """Half a run has no colour."""
    found = badge(replace(report.run, footer=None))
    assert (found.label, found.message, found.colour) == ("OCPP 1.6", "run incomplete", Colour.NOTHING)


@pytest.mark.parametrize(
    ("figures", "gates", "message", "colour"),
    [
        (played, ["max=1s", "errors=0"], "2 of 2 gates met", Colour.GOOD),
        (played, ["max=1s", "p50=1ms"], "1 of 2 gates met", Colour.BAD),
        (played, [], "p99 5.0 ms", Colour.GOOD),
        (troubled, ["p50=1s"], "central system lost", Colour.BAD),
        (Figures, ["p50=1s"], "no measurement", Colour.NOTHING),
    ],
)
def test_badge_of_a_load_run(
    tmp_path: Path, figures: Callable[[], Figures], gates: Sequence[str], message: str, colour: Colour
) -> None:
    """It tells how many stations there were, and what became of the gates, or how long answers took."""
    run = loaded(tmp_path / "run", figures(), gates)
    found = badge(run)
    assert (found.label, found.message, found.colour) == ("OCPP load, 100 stations", message, colour)
    assert badge(replace(run, footer=None)).message == "run incomplete"


def test_image_and_endpoint() -> None:
    """The image is XML whatever the texts, and told to who cannot see it; the endpoint has the same words."""
    shown = Badge("OCPP <1.6>", "1 of 2 passed", Colour.OPEN)
    image = svg(shown)
    assert fromstring(image).get("aria-label") == "OCPP <1.6>: 1 of 2 passed"
    assert HEX[Colour.OPEN] in image
    assert endpoint(shown) == {
        "schemaVersion": 1,
        "label": "OCPP <1.6>",
        "message": "1 of 2 passed",
        "color": "yellow",
    }
