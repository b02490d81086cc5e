"""A load run becomes a page, tables and a JUnit file, which agree with its exit code."""

from __future__ import annotations

import csv
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.gates import Unit
from harness.load.figures import ANSWERED, Figures
from harness.load.record import ending, read
from harness.load.trend import Trend
from reports.load import write_all
from reports.load.model import LoadReport, trend_in_words
from tests.harness.load.fleet import played
from tests.reports.load.sample import GATES, TARGET, recorded, troubled


class Page(HTMLParser):
    """Notes the text of a page, and whatever could load or run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        members = dict(attrs)
        self.tags.append(tag)
        self.addresses += [str(members[name]) for name in ("src", "href", "action") if name in members]
        if members.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(members["content"])

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += " ".join(data.split()) + " "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the documents of a run in which much went wrong."""
    write_all(recorded(tmp_path, troubled(), floor=played(seconds=3)))
    return tmp_path


def test_page_tells_the_run(folder: Path) -> None:
    """The page has the ending, the alarms, gates with their places, percentiles, charts, errors, the generator."""
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    for text in (
        TARGET,
        "the central system was lost 1 time; 3 of 4 gates missed",
        "outage from second 20 until second 23: 100 connections lost",
        "second 12: worker 2 has gone",
        "1 of 100 stations, such as CP007",
        "≤ 100.0 ms",
        "central system",
        "connection lost 100 second 20",
        "slow-authorize",
        "no certain growth",
    ):
        assert text in page.text
    assert page.tags.count("svg") == 5
    assert {"script", "link", "img"} & set(page.tags) == set()
    assert (page.addresses, page.policy) == ([], "default-src 'none'; style-src 'unsafe-inline'")


def test_page_of_a_run_without_anything(tmp_path: Path) -> None:
    """A run that was cut short before anything happened still has its page."""
    write_all(recorded(tmp_path, Figures(), gates=(), finished=False))
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "no station could connect: nothing was tried" in page.text
    assert "The run ended before its time" in page.text


def test_junit_has_a_case_for_each_gate(folder: Path) -> None:
    """A gate that was missed is a failure with its place, and so is an outage."""
    suite = ElementTree.parse(folder / "junit.xml").getroot()[0]
    found = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert found == {
        "p95 ≤ 100.0 ms": ["failure"],
        "max ≤ 1000.0 ms": ["failure"],
        "errors ≤ 0": ["failure"],
        "p95.Authorize ≤ 200.0 ms": ["system-out"],
        "run.complete": ["failure"],
    }
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("5", "4", "0")
    messages = [failure.get("message", "") for failure in suite.iter("failure")]
    assert any(
        "missed by 2000.0 ms (×3.00), in Heartbeat 3000.0 ms; in second 5; 1 of 100 stations" in m for m in messages
    )


def test_junit_of_no_measurement_is_an_error(tmp_path: Path) -> None:
    """What is no measurement of the target is not told as a failure of it."""
    path = recorded(tmp_path, played(), floor=played(lambda number, action, at: (0.05, ANSWERED)))
    write_all(path)
    (case,) = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("error")
    assert (case.get("type"), case.get("message")) == ("no-measurement", "not a measurement of the target")


def test_tables(folder: Path) -> None:
    """Each second has a row of connections and one of each action; each action has one for the whole run."""
    seconds = list(csv.DictReader((folder / "seconds.csv").read_text("utf-8").splitlines()))
    first = [row for row in seconds if row["second"] == "0"]
    assert [row["action"] for row in first] == ["", "Authorize", "Heartbeat"]
    assert (first[0]["connected"], first[0]["expected"], first[0]["calls"]) == ("100.000", "100.000", "")
    assert (first[1]["calls"], first[1]["p95_due_ms"], first[1]["connected"]) == ("20", "150.000", "")
    actions = {row["action"]: row for row in csv.DictReader((folder / "actions.csv").read_text("utf-8").splitlines())}
    assert (actions["Reset"]["whose"], actions["Reset"]["max_sent_ms"]) == ("central system", "40.000")
    assert actions["Heartbeat"]["errors"] == "1"


@pytest.mark.parametrize(
    ("figures", "options", "code", "text"),
    [
        (played(), {}, 0, "all 4 gates met"),
        (played(), {"gates": ()}, 0, "no gate was asked for"),
        (played(lambda n, a, at: (0.3, ANSWERED)), {}, 1, "2 of 4 gates missed"),
        (troubled(), {"finished": False}, 1, "the central system was lost 1 time; 3 of 4 gates missed"),
        (played(), {"finished": False}, 3, "the run ended before its time"),
        (Figures(), {}, 3, "no station could connect: nothing was tried"),
    ],
)
def test_how_a_run_ends(tmp_path: Path, figures: Figures, options: dict[str, bool], code: int, text: str) -> None:
    """Gates and outages make exit code 1, what is no measurement 3; an outage counts in a run cut short too."""
    found = ending(read(recorded(tmp_path, figures, **options)))  # type: ignore[arg-type]
    assert (found.code, found.text) == (code, text)


def test_generators_share_is_told(tmp_path: Path) -> None:
    """The generator's share of the p99 stands beside it, that of all actions where one was not calibrated."""
    report = LoadReport(read(recorded(tmp_path, troubled(), floor=played(seconds=3))))
    shares = {row.action: row.own for row in report.rows}
    assert shares["Heartbeat"] == pytest.approx(1.0, rel=0.01)
    assert shares["Authorize"] == pytest.approx(0.033, rel=0.05)
    assert shares["Reset"] == pytest.approx(0.1, rel=0.05)
    assert LoadReport(read(recorded(tmp_path, troubled()))).rows[0].own is None


def test_long_run_has_wide_slices(tmp_path: Path) -> None:
    """However long a run is, its charts have a few hundred points, and nothing is left out of them."""
    report = LoadReport(read(recorded(tmp_path, played(stations=5, seconds=700))))
    assert [one.width for one in report.slices[:2]] == [3, 3]
    assert sum(one.cell.count for one in report.slices) == report.run.figures.cell().count


@pytest.mark.parametrize(
    ("trend", "told"),
    [
        (Trend("p99", Unit.TIME, 1e-6, 1e-7, 0.1), "+3.6 ± 0.36 ms per hour (grows)"),
        (Trend("p99", Unit.TIME, -1e-6, 1e-7, 0.1), "-3.6 ± 0.36 ms per hour (no certain growth)"),
        (Trend("memory", Unit.COUNT, 1000.0, 600.0, 1e8), "+3.6e+06 ± 2.2e+06 per hour (no certain growth)"),
    ],
)
def test_trends_in_words(trend: Trend, told: str) -> None:
    """A slope is told per hour with its error."""
    assert trend_in_words(trend) == told


def test_gates_are_those_of_the_header(tmp_path: Path) -> None:
    """The page judges what the run was asked for."""
    assert [one.name for one in read(recorded(tmp_path, played())).gates] == [text.partition("=")[0] for text in GATES]
