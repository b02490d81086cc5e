"""The documents that tell what is news between two runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser

from harness.comparison import Change, Comparison, compare
from harness.figures import Difference, Estimate
from harness.gates import Unit
from harness.record import Result, Run, read
from harness.verdict import Verdict
from reports.comparison import MOST_LINES, News, html, judged, markdown, text, to_json
from tests.reports import sample
from tests.reports.browser import needs_browser, shown


def _good(one: Result) -> Result:
    return replace(one, verdict=Verdict.PASSED, checks=(sample.HELD,), causes=(), breaches=())


@pytest.fixture
def news(tmp_path: Path) -> News:
    """What is news of the sample run after one in which each scenario passed and one more was played."""
    after = read(sample.write(tmp_path, [*sample.results(), sample.BREAKING], rules=[sample.BROKEN]))
    passed = [_good(one) for one in after.results]
    kept = [_good(one) for one in after.rules]
    more = [replace(passed[0], id="v16.core.gone.x")]
    before = Run(
        after.path, replace(after.header, selected=12, gates=["coverage=90%"]), [*passed, *more], kept, after.footer
    )
    after = replace(after, header=replace(after.header, gates=["coverage=90%"]))
    return News(before, after, compare(before, after))


def test_text_tells_each_cause_with_its_scenarios(news: News) -> None:
    """A finding is a few lines, its scenarios below it, and a sentence sums up."""
    lines = list(text(news))
    place = lines.index("      passed → failed  v16.core.reset.hard")
    assert any(line.startswith("new   failed") for line in lines[:place])
    assert "gate coverage ≥ 90.000 % missed: 100.000 % → 66.667 %" in lines
    assert "      passed as before  v16.core.garbled" in lines
    assert "Not compared: 1 scenarios that were played before only, 0 after only." in lines
    assert lines[-1] == "5 new findings, 2 other verdicts, 1 gate came out otherwise; 11 scenarios were compared."


def test_terminal_is_not_flooded(news: News) -> None:
    """Of many scenarios the first are told, and how many more there are."""
    (cause, *_) = (one for one in news.comparison.appeared)
    many = [Change(f"v16.core.n{number}", "T.", Verdict.PASSED, Verdict.FAILED) for number in range(MOST_LINES + 3)]
    lines = list(text(replace(news, comparison=Comparison(appeared=[replace(cause, changes=many)]))))
    assert sum(line.startswith("      passed → failed") for line in lines) == MOST_LINES
    assert "      … and 3 more" in lines


def test_text_does_nothing_to_a_terminal(news: News) -> None:
    """What was observed is one line, without control characters."""
    lines = list(text(news))
    assert all(line.isprintable() for line in lines)
    assert any("onerror" in line for line in lines)


def test_markdown_has_no_markup_of_the_central_system(news: News) -> None:
    """What was observed is text."""
    told = markdown(news)
    assert "## New findings" in told
    assert "<img" not in told


def test_page_has_no_markup_of_the_central_system(news: News) -> None:
    """What was observed is text on the page too."""
    assert "<img" not in html(news)


def test_json_has_everything(news: News) -> None:
    """What scripts read names the runs, and says whether anything is worse."""
    found = to_json(news)
    assert (found["worse"], found["only_before"]) == (True, 1)
    assert found["after"]["run"] == "ACME CSMS 4.2 | <b>beta</b>"
    assert {"finding", "changes", "companions"} == set(found["appeared"][0])


def test_same_run_has_no_news(news: News) -> None:
    """A run and itself are told in one sentence."""
    assert isinstance(news.after, Run)
    same = News(news.after, news.after, compare(news.after, news.after))
    assert list(text(same))[-1] == "Nothing is news; 11 scenarios were compared."


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (Estimate(0.1, 0.09, 0.11), "the same"),
        (Estimate(0.11, 0.1, 0.12), "within the noise"),
        (Estimate(0.2, 0.19, 0.21), "worse"),
        (Estimate(0.05, 0.04, 0.06), "better"),
    ],
)
def test_difference_in_words(after: Estimate, said: str) -> None:
    """Only what is beyond the noise is called better or worse."""
    assert judged(Difference("p95", Unit.TIME, True, Estimate(0.1, 0.09, 0.11), after)) == said


@needs_browser
@pytest.mark.parametrize("width", [1280, 375])
async def test_page_in_a_browser(browser: Browser, news: News, tmp_path: Path, width: int) -> None:
    """Axe finds no violation, nothing is fetched, and the page does not scroll sideways."""
    page = tmp_path / "news.html"
    page.write_text(html(news), encoding="utf-8")
    async with shown(browser, page, width=width) as seen:
        assert await seen.violations() == []
        assert await seen.page.evaluate("document.documentElement.scrollWidth") == width
