"""The summary fits a job summary and shows news first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.record import Footer, Result, read
from harness.verdict import Verdict
from reports.markdown import MOST_IDS, MOST_ROWS, render
from reports.model import Report, report_of
from tests.reports import sample


@pytest.fixture
def summary(report: Report) -> str:
    """Return the summary of the sample run."""
    return render(report, "report.html")


def _of(folder: Path, results: list[Result]) -> str:
    return render(report_of(read(sample.write(folder, [replace(r, trace=None) for r in results]))), "report.html")


def _many(id: str, count: int) -> list[Result]:
    model = next(result for result in sample.results() if result.id == id)
    return [replace(model, id=f"{id}-{number:03}") for number in range(count)]


def test_news_come_before_remarks_known_and_not_applicable(summary: str) -> None:
    """What a reader must act on stands at the top."""
    headings = [line for line in summary.splitlines() if line.startswith("## ")]

    assert headings == [
        "## Findings (8)",
        "## News (4)",
        "## Remarks (1)",
        "## Known, as expected (2)",
        "## Not applicable (2)",
    ]


def test_totals_have_a_row_per_profile(summary: str) -> None:
    """Each profile has its counts, and a last row has the sums."""
    rows = [line for line in summary.splitlines() if line.startswith(("| OCPP", "| **all**"))]

    assert rows == [
        "| OCPP 1.6 Core | 7 | 2 | 0 | 1 | 1 | 2 | 1 | 4 |",
        "| OCPP 1.6 Reservation | 2 | 0 | 2 | 0 | 0 | 0 | 0 | 0 |",
        "| OCPP 1.6 Transport | 1 | 0 | 0 | 0 | 1 | 0 | 0 | 0 |",
        "| **all** | 10 | 2 | 2 | 1 | 2 | 2 | 1 | 4 |",
    ]


def test_every_table_row_has_as_many_cells_as_its_header(summary: str) -> None:
    """Pipes and line breaks in texts do not break a table."""
    columns = 0
    for line in summary.replace("\\|", "").splitlines():
        if not line.startswith("|"):
            columns = 0
            continue
        columns = columns or line.count("|")
        assert line.count("|") == columns, line


def test_hostile_texts_are_no_markup(summary: str) -> None:
    """Neither HTML nor Markdown in a text takes effect."""
    assert "<img" not in summary
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; \\]\\]&gt; \\| a b c \\\\x00" in summary


def test_a_code_span_cannot_be_left(tmp_path: Path) -> None:
    """A back quote or pipe in an id stays inside the span."""
    assert "`v16.core.a'b\\|c`" in _of(tmp_path, [replace(sample.results()[1], id="v16.core.a`b|c")])


def test_the_path_of_the_report_is_given(summary: str, record: Path) -> None:
    """The last line leads to the full report."""
    assert summary.splitlines()[-1] == f"Full report: `{record.parent.as_posix()}/report.html`"


def test_an_expectation_is_named_once(summary: str) -> None:
    """An unexpected pass says what was expected, and does not repeat it."""
    assert summary.count("finding ACME-3") == 1


def test_a_verdict_other_than_the_expected_one_shows_the_expectation(tmp_path: Path) -> None:
    """Where the message does not say what was expected, the row adds it."""
    wrong = replace(sample.results()[5], expectation="it is never shown (finding ACME-5)")

    assert "asked the station to unlock (expected: it is never shown (finding ACME-5)) |" in _of(tmp_path, [wrong])


def test_an_incomplete_run_is_said_on_top(report: Report) -> None:
    """The sentence stands before any number."""
    summary = render(report_of(replace(report.run, footer=None)), "report.html")

    assert summary.index("> **The run was cut short") < summary.index("10 scenarios:")


def test_mode_and_mutant_are_named(report: Report) -> None:
    """A strict run and a mutant are told from an ordinary run."""
    header = replace(sample.header(10), strict=True, mutant="deaf", endpoint=None)

    summary = render(report_of(replace(report.run, header=header)), "report.html")

    assert "strict · mutant `deaf`" in summary
    assert "endpoint" not in summary


def test_a_single_piece_of_news_is_in_the_singular(tmp_path: Path) -> None:
    """One scenario that is news reads as a sentence."""
    assert "1 scenario in 1.8 s: **1 is news**." in _of(tmp_path, [sample.results()[1]])


def test_a_run_with_hundreds_of_findings_stays_small(tmp_path: Path) -> None:
    """Long tables are cut and the rest is counted."""
    results = [
        *_many("v16.core.hostile.text", MOST_ROWS + 7),
        *_many("v16.core.start.retried", MOST_ROWS + 8),
        *_many("v16.reservation.made", MOST_IDS + 9),
    ]

    summary = _of(tmp_path, results)

    assert summary.count("\n| error | `") == MOST_ROWS
    assert "… and 7 more in the full report." in summary
    assert "… and 8 more in the full report." in summary
    assert " and 9 more\n" in summary
    assert len(summary.encode()) < 1_000_000


def test_a_clean_run_has_no_empty_sections(tmp_path: Path) -> None:
    """Sections without entries are left out."""
    passed = replace(sample.results()[0], verdict=Verdict.PASSED)

    assert "## " not in _of(tmp_path, [passed])


def test_findings_say_how_far_they_reach_and_how_to_see_them_again(tmp_path: Path) -> None:
    """A row has the rule that is broken, its count and the command."""
    path = sample.write(tmp_path, [sample.BREAKING], rules=[sample.BROKEN])
    (row,) = [line for line in render(report_of(read(path)), "r").splitlines() if "plugfest reproduce" in line]
    assert row.startswith("| failed, news | `")
    for part in (sample.BROKEN.id, "3 messages in 1 scenario", f"`plugfest reproduce {sample.BREAKING.id}`"):
        assert part in row


def test_what_the_expected_list_lacks_is_said(report: Report) -> None:
    """Entries that do not fit are told in the summary."""
    footer = Footer(seconds=1, verdicts={}, news=0, remarks=("of the expected list these were not needed: a",))
    assert "these were not needed: a" in render(report_of(replace(report.run, footer=footer)), "r")


def test_gates_are_told_before_findings(report: Report) -> None:
    """A gate that was missed stands above the others, with what was observed."""
    header = replace(report.run.header, gates=("coverage=1%", "coverage=100%"))
    lines = render(report_of(replace(report.run, header=header)), "report.html").splitlines()
    rows = [line for line in lines if line.startswith("| `coverage")]
    assert ["not met" in row for row in rows] == [True, False]
    assert lines.index(rows[1]) < lines.index("## Findings (8)")
