"""The statement of conformance says what is claimed, what came out, and where to sign."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.record import read
from harness.verdict import Verdict
from reports.model import Report, report_of
from reports.statement import Claim, features, render
from tests.reports import sample
from tests.reports.test_html import Page


def _with(report: Report, **members: Any) -> Report:
    return replace(report, run=replace(report.run, header=replace(report.run.header, **members)))


def _text(report: Report) -> str:
    return " ".join(Page(render(report)).text.split())


def _claims(report: Report) -> dict[str, Claim]:
    return {feature.name: feature.claimed for feature in features(report)}


def test_deviations_are_told_apart_from_remarks(report: Report) -> None:
    """What failed stands under deviations, with the reason that the list of expected verdicts gives; nothing else."""
    text = _text(report)
    deviations = text[text.index("Deviations") : text.index("Remarks and open questions")]
    assert "expected {'type': 'Hard'}, observed {'type': 'Soft'}" in deviations
    assert "Known: duplicates are not recognised (finding ACME-17)" in deviations
    assert "an interval above 0" not in deviations
    assert "an interval above 0" in text


def test_no_deviation_is_said(tmp_path: Path) -> None:
    """An empty list is not left to be guessed."""
    passed = [one for one in sample.results() if one.verdict is Verdict.PASSED]
    report = report_of(read(sample.write(tmp_path, passed)))
    assert "Deviations None was found." in _text(report)


def test_cases_have_their_outcome(report: Report) -> None:
    """Every case of the version is listed, also what was not played."""
    text = _text(report)
    assert "2 judged of 2 applicable, of 77 in all" in text
    assert render(report).count("not-played</span>") == 75


@pytest.mark.parametrize(
    ("settings", "claims"),
    [
        (None, {"Core": Claim.UNKNOWN, "Reservation": Claim.UNKNOWN, "Transport": Claim.UNKNOWN}),
        ({}, {"Core": Claim.ALWAYS, "Reservation": Claim.YES, "Transport": Claim.ALWAYS}),
        (
            {"features": {"profiles": ["Core"]}},
            {"Core": Claim.ALWAYS, "Reservation": Claim.NO, "Transport": Claim.ALWAYS},
        ),
    ],
)
def test_claims_are_those_of_the_target_file(
    report: Report, settings: dict[str, object] | None, claims: dict[str, Claim]
) -> None:
    """Without a list all is claimed, and without settings nothing is known."""
    assert _claims(_with(report, settings=settings)) == claims


def test_product_is_identified(report: Report) -> None:
    """Versions and security profile come from the settings, what was unusual from the header."""
    settings = {"csms": {"versions": ["1.6", "2.0.1"]}, "security": {"profile": 2}}
    text = _text(_with(report, settings=settings, network="4g", mutant="deaf", strict=True))
    for part in ("OCPP versions1.6, 2.0.1", "security profile2", "network4g", "mutantdeaf", "0.1.0, strict"):
        assert part in text


def test_incomplete_run_is_said_on_top(report: Report) -> None:
    """Nobody signs half a run unknowingly."""
    text = _text(replace(report, run=replace(report.run, footer=None)))
    assert text.index("The run was cut short") < text.index("Identification")


def test_page_needs_nothing(report: Report) -> None:
    """No script, no address, and what a central system sent is text."""
    page = Page(render(report))
    assert (page.scripts, page.addresses, page.tags & {"img", "script"}) == ([], [], set())
    assert page.policy == "default-src 'none'; style-src 'unsafe-inline'"
