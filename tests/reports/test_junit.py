"""The JUnit file agrees with the exit code of the run and is XML whatever the texts are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from harness.record import read
from reports.junit import LONGEST_TEXT, render
from reports.model import Report, report_of
from tests.reports import sample


@pytest.fixture
def suites(report: Report) -> Element:
    """Return the root of the JUnit file of the sample run."""
    return fromstring(render(report))


def _case(suites: Element, name: str) -> Element:
    return next(case for case in suites.iter("testcase") if case.get("name") == name)


def _child(element: Element, tag: str) -> Element:
    child = element.find(tag)
    assert child is not None, f"{element.get('name')} has no {tag}"
    return child


def _properties(element: Element) -> dict[str, str]:
    return {p.get("name", ""): p.get("value", "") for p in element.findall("properties/property")}


def _outcomes(case: Element) -> list[str]:
    return [child.tag for child in case if child.tag in ("failure", "error", "skipped")]


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("v16.core.boot.accepted", []),
        ("v16.core.boot.interval", []),
        ("v16.core.reset.hard", ["failure"]),
        ("v16.core.hostile.text", ["error"]),
        ("v16.core.unlock.status", ["error"]),
        ("v16.reservation.made", ["skipped"]),
        ("v16.core.start.retried", []),
        ("v16.transport.subprotocol", []),
        ("v16.core.stop.unknown", ["failure"]),
    ],
)
def test_the_outcome_follows_from_verdict_and_standing(suites: Element, name: str, outcomes: list[str]) -> None:
    """What is news is red, what was expected is not."""
    assert _outcomes(_case(suites, name)) == outcomes


def test_each_profile_is_a_suite_with_its_counts(suites: Element) -> None:
    """The counts of suites and of the whole file are those of their cases."""
    counts = {s.get("name"): tuple(s.get(k) for k in ("tests", "failures", "errors", "skipped")) for s in suites}

    assert counts["OCPP 1.6 Core"] == ("7", "2", "2", "0")
    assert counts["OCPP 1.6 Reservation"] == ("2", "0", "0", "2")
    assert [suites.get(k) for k in ("tests", "failures", "errors", "skipped")] == ["18", "3", "4", "2"]


def test_findings_are_the_first_suite(suites: Element) -> None:
    """Each finding is a case, red where it is news, with its scenarios and the command that shows it again."""
    first = suites[0]
    assert (first.get("name"), first.get("tests")) == ("findings", "8")
    red = [case for case in first.iter("testcase") if _outcomes(case)]
    assert [_outcomes(case) for case in red] == [["failure"], ["error"], ["error"]]
    text = _child(red[0], "failure").text or ""
    assert "again: plugfest reproduce v16.core.reset.hard" in text


def test_rules_of_the_wire_are_a_suite(tmp_path: Path) -> None:
    """A broken rule is a failure of its own, and the scenario that broke it passes."""
    suites = fromstring(render(report_of(read(sample.write(tmp_path, [sample.BREAKING], rules=[sample.BROKEN])))))
    assert [suite.get("name") for suite in suites] == ["findings", "OCPP 1.6 Core", "OCPP 1.6 Wire"]
    assert _outcomes(_case(suites, sample.BROKEN.id)) == ["failure"]
    assert _outcomes(_case(suites, sample.BREAKING.id)) == []


def test_a_suite_says_what_was_tested(suites: Element) -> None:
    """Target, endpoint and driver are properties of each suite."""
    assert _properties(suites[0])["endpoint"] == "wss://csms.example/ocpp"
    assert _properties(suites[0])["driver"] == "http"


def test_a_mutant_is_named_and_an_unknown_endpoint_is_not(report: Report) -> None:
    """The properties tell a run against a mutant from one against the clean reference."""
    header = replace(sample.header(10), mutant="deaf", endpoint=None)

    properties = _properties(fromstring(render(report_of(replace(report.run, header=header))))[0])

    assert properties["mutant"] == "deaf"
    assert "endpoint" not in properties


def test_a_failure_shows_every_violated_check(suites: Element) -> None:
    """Clause, expected and observed stand in the failure."""
    failure = _child(_case(suites, "v16.core.reset.hard"), "failure")

    assert failure.get("type") == "failed"
    assert failure.text == (
        "OCPP 1.6 6.39 (SHALL, conformance): expected {'type': 'Hard'}, observed {'type': 'Soft'}\n"
        "OCPP 1.6 4.2 (SHOULD, conformance): expected an interval above 0, observed 0"
    )


def test_an_unexpected_pass_fails_and_says_why(suites: Element) -> None:
    """A list of expectations that is out of date is noticed."""
    failure = _child(_case(suites, "v16.core.stop.unknown"), "failure")

    assert failure.get("type") == "unexpected-passed"
    assert "ACME-3" in failure.get("message", "")


def test_a_known_nonconformity_passes_and_names_its_finding(suites: Element) -> None:
    """Property and output say that the pass is none of the central system's."""
    case = _case(suites, "v16.core.start.retried")

    assert _properties(case)["finding"] == "duplicates are not recognised (finding ACME-17)"
    assert _properties(case)["standing"] == "as-expected"
    assert (_child(case, "system-out").text or "").startswith("Known, failed as expected: duplicates are not")


def test_a_skipped_case_says_its_reason(suites: Element) -> None:
    """A scenario that is not applicable is skipped with the reason."""
    skipped = _child(_case(suites, "v16.reservation.made"), "skipped")

    assert skipped.get("message") == "the target does not claim the profile Reservation"


def test_remarks_are_in_the_output_of_a_passing_case(suites: Element) -> None:
    """What only remarks does not redden the case and is not lost."""
    lines = (_child(_case(suites, "v16.core.boot.interval"), "system-out").text or "").splitlines()

    assert [line.partition(":")[0] for line in lines] == ["Remark", "Remark"]


def test_hostile_texts_stay_texts(suites: Element) -> None:
    """Markup, CDATA ends and control characters come back as text with escapes."""
    error = _child(_case(suites, "v16.core.hostile.text"), "error")

    assert "</script><img src=x onerror=alert(1)> ]]> | a\tb\nc \\x00\\x07\\x1b" in (error.text or "")
    assert "Traceback" not in (error.get("message") or "")


def test_long_texts_are_cut(tmp_path: Path) -> None:
    """A flood in one text does not swell the file."""
    result = replace(sample.results()[1], details="x" * 1_000_000, trace=None)

    text = render(report_of(read(sample.write(tmp_path, [result]))))

    assert len(text) < LONGEST_TEXT + 5_000
    assert "characters in all" in text


def test_a_run_that_was_cut_short_is_an_error(report: Report) -> None:
    """A CI job does not stay green because scenarios are missing."""
    suites = fromstring(render(report_of(replace(report.run, footer=None))))

    assert suites.get("errors") == "5"
    assert _outcomes(_case(suites, "run.complete")) == ["error"]


def test_gates_are_a_suite_of_their_own(report: Report) -> None:
    """A gate that was missed is a failure."""
    header = replace(report.run.header, gates=("coverage=1%", "coverage=100%"))
    root = fromstring(render(report_of(replace(report.run, header=header))))
    gates = next(suite for suite in root if suite.get("name") == "gates")
    assert [(case.get("name"), _outcomes(case)) for case in gates.iter("testcase")] == [
        ("coverage ≥ 100.000 %", ["failure"]),
        ("coverage ≥ 1.000 %", []),
    ]
