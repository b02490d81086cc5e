"""The matrix of several runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser

from harness.load.record import LoadRun
from harness.record import Result, Run, read
from harness.verdict import Verdict
from reports.cells import Row
from reports.systems_matrix import LOAD, SystemsMatrix, systems_matrix, write
from tests.reports import sample
from tests.reports.browser import needs_browser, shown
from tests.reports.load.sample import loaded

CASE = ("TC_013_CSMS",)


def run(folder: Path, name: str, results: Sequence[Result], target: str = "ACME") -> Run:
    """Return a run of a system, with its record in a folder of its name."""
    (folder / name).mkdir()
    found = read(sample.write(folder / name, results))
    (folder / name / "report.html").touch()
    return replace(found, header=replace(found.header, target=target))


@pytest.fixture
def matrix(tmp_path: Path) -> SystemsMatrix:
    """The matrix of a good system, one that fails, the whole sample with its hostile texts, and two load runs."""
    good = [sample.result("v16.core.reset.hard", "A reset.", Verdict.PASSED, octt=CASE)]
    bad = [sample.result("v16.core.reset.hard", "A reset.", Verdict.FAILED, checks=(sample.VIOLATED,), octt=CASE)]
    alike = sample.result("v16.core.alike.x", "It is.", Verdict.PASSED)
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    runs: list[Run | LoadRun] = [
        run(tmp_path, "good", [*good, alike]),
        run(tmp_path, "bad", [*bad, alike], "<b>Bad</b>"),
        run(outside, "sample", [*sample.results(), alike], "Third"),
        *(loaded(tmp_path / name) for name in ("calm", "calm-again")),
    ]
    return systems_matrix(runs, tmp_path / "page" / "..")


def row(matrix: SystemsMatrix, section: str, name: str) -> Row:
    """Return a row by its section and name."""
    (rows,) = (one.rows for one in matrix.sections if one.name == section)
    return next(one for one in rows if one.name == name)


def verdicts(row: Row) -> list[str | None]:
    """Return what each system says."""
    return [None if one is None else f"{one.verdict} {one.words}" for one in row.cells]


def test_profile_counts_what_passed_of_what_applies(matrix: SystemsMatrix) -> None:
    """The worst verdict colours the cell, and what a run has not played is empty."""
    assert verdicts(row(matrix, "Profiles and blocks", "1.6 Core"))[:2] == ["passed 2 of 2", "failed 1 of 2"]
    assert verdicts(row(matrix, "Profiles and blocks", "1.6 Reservation")) == [None, None, "not-applicable –"]


def test_feature_is_the_part_of_a_profile(matrix: SystemsMatrix) -> None:
    """Each feature of the ids has a row of its own."""
    assert verdicts(row(matrix, "Features", "1.6 Core reset"))[:2] == ["passed 1 of 1", "failed 0 of 1"]


def test_case_has_its_title(matrix: SystemsMatrix) -> None:
    """A certification case has the verdict of all its scenarios; those that nobody has played have no row."""
    found = row(matrix, "Certification cases", "1.6 TC_013_CSMS")
    assert verdicts(found)[:2] == ["passed passed", "failed failed"]
    assert found.title
    assert found.differs
    (cases,) = (one.rows for one in matrix.sections if one.name == "Certification cases")
    assert len(cases) < 10


def test_finding_that_two_systems_share_is_one_row(matrix: SystemsMatrix) -> None:
    """The same cause has the same id wherever it is found, and the numbers of its scenarios."""
    (findings,) = (one.rows for one in matrix.sections if one.name == "Findings")
    shared = next(one for one in findings if one.title.startswith("OCPP 1.6 6.39"))
    assert verdicts(shared) == [None, "failed 1 scenario", "failed 1 scenario"]


def test_load_runs_have_columns_of_their_own(matrix: SystemsMatrix) -> None:
    """Their gates and figures are told in a section, whose rows have nothing to do with conformance runs."""
    (section,) = (one for one in matrix.sections if one.name == LOAD)
    assert [one.run for one in section.columns] == [one.run for one in matrix.columns[3:]]
    assert {len(one.cells) for one in section.rows} == {2}
    assert verdicts(row(matrix, LOAD, "max ≤ 1000.0 ms"))[0] == "passed 5.0 ms"
    assert "100 stations" in section.columns[0].extent


def test_report_below_the_folder_is_linked(matrix: SystemsMatrix) -> None:
    """What may be published together leads from column to report, whatever folders are in between."""
    assert [one.report for one in matrix.columns] == [
        "good/report.html",
        "bad/report.html",
        "elsewhere/sample/report.html",
        "calm/report.html",
        "calm-again/report.html",
    ]


def test_report_elsewhere_is_not_linked(tmp_path: Path) -> None:
    """A page that is published does not lead into the folders of the machine that made it."""
    found = systems_matrix([run(tmp_path, "a", sample.results())], tmp_path / "page")
    assert found.columns[0].report is None


def test_systems_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Two runs against one system are named after the time of each."""
    found = systems_matrix([run(tmp_path, name, sample.results()) for name in "ab"], tmp_path)
    assert [one.name for one in found.columns] == ["ACME, 2026-03-01T10:00:00Z"] * 2


def test_documents(matrix: SystemsMatrix, tmp_path: Path) -> None:
    """JSON for scripts, Markdown with a cell for each system, and a page."""
    told, text, page = write(matrix, tmp_path)
    found = json.loads(told.read_text(encoding="utf-8"))
    assert found["format"] == "plugfest-systems-matrix"
    assert found["sections"]["Certification cases"]["1.6 TC_013_CSMS"][:2] == ["passed", "failed"]
    assert found["systems"][1]["verdicts"] == {"passed": 1, "failed": 1}
    assert [one["stations"] for one in found["load"]] == [100, 100]
    lines = text.read_text(encoding="utf-8").splitlines()
    assert {line.replace("\\|", "").count("|") for line in lines if line.startswith("|")} == {4, 5}
    assert "<b>Bad" not in page.read_text(encoding="utf-8")


@needs_browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (375, "light")])
async def test_page_in_a_browser(
    browser: Browser, matrix: SystemsMatrix, tmp_path: Path, width: int, scheme: str
) -> None:
    """Axe finds no violation, nothing is fetched, nothing is too wide, and what is alike can be hidden."""
    _, _, page = write(matrix, tmp_path)
    async with shown(browser, page, width=width, scheme=scheme) as seen:
        assert await seen.violations() == []
        assert await seen.page.evaluate("document.documentElement.scrollWidth") == width
        before = await seen.count("tr.same")
        await seen.page.get_by_label("only rows in which systems differ").check()
        assert (before > 0, await seen.count("tr.same"), await seen.count("tr.differs") > 0) == (True, 0, True)
