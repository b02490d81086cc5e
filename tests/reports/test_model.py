"""Order, totals and sentences that all documents share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.record import Footer, Result, read
from harness.verdict import Verdict
from reports.model import Report, is_known, is_news, reason, report_of, shortened, violations, visible
from tests.reports import sample


def _result(id: str) -> Result:
    return next(result for result in sample.results() if result.id == id)


def test_results_are_grouped_by_profile_with_news_first(report: Report) -> None:
    """The order does not depend on which worker was quicker."""
    assert [group.name for group in report.groups] == ["OCPP 1.6 Core", "OCPP 1.6 Reservation", "OCPP 1.6 Transport"]
    core = report.groups[0].results
    assert [is_news(result) for result in core] == [True] * 4 + [False] * 3
    assert [result.id for result in core[:4]] == sorted(result.id for result in core[:4])


def test_the_order_of_the_record_does_not_matter(tmp_path: Path, report: Report) -> None:
    """A record with the same results in another order gives the same report."""
    backwards = report_of(read(sample.write(tmp_path / "again", list(reversed(sample.results())))))

    assert backwards.groups == report.groups


def test_totals_count_every_verdict_and_the_news(report: Report) -> None:
    """Each of the six verdicts is counted, also where a profile has none."""
    assert report.totals.verdicts == {
        Verdict.ERROR: 1,
        Verdict.FAILED: 2,
        Verdict.INCONCLUSIVE: 2,
        Verdict.REMARKED: 1,
        Verdict.NOT_APPLICABLE: 2,
        Verdict.PASSED: 2,
    }
    assert (report.totals.scenarios, report.totals.news) == (10, 4)
    assert report.groups[1].totals.verdicts[Verdict.FAILED] == 0


def test_news_lists_the_worst_verdict_first(report: Report) -> None:
    """An error comes before a failure, an unexpected pass last."""
    assert [result.verdict.value for result in report.news] == ["error", "failed", "inconclusive", "passed"]


def test_known_results_are_those_that_went_wrong_as_expected(report: Report) -> None:
    """A failure and an open question with an expectation are known; a remark and a pass are not."""
    assert [result.id for result in report.known] == ["v16.core.start.retried", "v16.transport.subprotocol"]
    assert not is_known(_result("v16.core.reset.hard"))


def test_scenarios_that_could_not_be_asked_are_grouped_by_reason(report: Report) -> None:
    """One reason that holds for many scenarios is said once."""
    assert {why: len(results) for why, results in report.not_applicable.items()} == {
        "the target does not claim the profile Reservation": 2
    }


def test_the_most_frequent_reason_comes_first(tmp_path: Path) -> None:
    """What keeps many scenarios from being asked is read before what keeps one."""
    results = [r for r in sample.results() if r.verdict is Verdict.NOT_APPLICABLE]
    rare = replace(results[0], id="v16.reservation.a", message="a rare reason")

    reasons = report_of(read(sample.write(tmp_path, [rare, *results]))).not_applicable

    assert list(reasons) == ["the target does not claim the profile Reservation", "a rare reason"]


def test_a_missing_reason_is_called_missing(tmp_path: Path) -> None:
    """A scenario that is not applicable for no recorded reason is still listed."""
    silent = replace(_result("v16.reservation.made"), message="")

    assert list(report_of(read(sample.write(tmp_path, [silent]))).not_applicable) == ["no reason is recorded"]


def test_a_complete_run_has_no_shortfall(report: Report) -> None:
    """Nothing is said of a run that ended as it should."""
    assert report.shortfall == ""


@pytest.mark.parametrize(
    ("footer", "sentence"),
    [
        (None, "The run was cut short: its record has no footer, and 10 of 12 selected scenarios have a result."),
        (
            Footer(seconds=1, verdicts={}, news=0, interrupted=True),
            "The run was interrupted: 10 of 12 selected scenarios have a result.",
        ),
        (
            Footer(seconds=1, verdicts={}, news=0),
            "The run is incomplete: 10 of 12 selected scenarios have a result.",
        ),
    ],
)
def test_an_incomplete_run_says_in_what_way(report: Report, footer: Footer | None, sentence: str) -> None:
    """No footer, an interruption and missing scenarios are told apart."""
    run = replace(report.run, header=sample.header(12), footer=footer)

    assert report_of(run).shortfall == sentence


def test_the_recorded_message_is_the_reason() -> None:
    """What the harness wrote down comes before anything derived."""
    assert reason(_result("v16.core.unlock.status")) == "the central system never asked the station to unlock"


def test_without_a_message_the_worst_check_is_the_reason() -> None:
    """The check that fails the scenario is named before one that only remarks."""
    failed = replace(_result("v16.core.reset.hard"), checks=(sample.REMARK, sample.VIOLATED))

    assert violations(failed)[0] is sample.VIOLATED
    assert reason(failed) == (
        "OCPP 1.6 6.39 (SHALL, conformance): expected {'type': 'Hard'}, observed {'type': 'Soft'} (and 1 more)"
    )


def test_a_single_violation_is_the_whole_reason() -> None:
    """Nothing is said of further checks where there are none."""
    assert reason(replace(_result("v16.core.reset.hard"), checks=(sample.VIOLATED,))).endswith("{'type': 'Soft'}")


def test_an_unexpected_pass_names_what_was_expected() -> None:
    """A pass that is news explains itself by the expectation; one that is not needs no reason."""
    assert "finding ACME-3" in reason(_result("v16.core.stop.unknown"))
    assert reason(_result("v16.core.boot.accepted")) == ""


def test_characters_that_disguise_or_break_become_escapes() -> None:
    """Control characters, direction overrides, lone surrogates and non-characters show as escapes."""
    assert visible("a\x00\x1b\u202e\ud800\uffff\x85b") == r"a\x00\x1b\u202e\ud800\uffff\x85b"


def test_readable_text_stays_as_it_is() -> None:
    """Letters of any script, line breaks and tabs are left alone."""
    assert visible("ünï\t電気\n🔌") == "ünï\t電気\n🔌"


def test_a_long_text_is_cut_with_its_length() -> None:
    """The reader learns how much was cut."""
    assert shortened("abcdef", 3) == "abc… (6 characters in all)"
    assert shortened("abc", 3) == "abc"
