"""The kill matrix: what counts as caught, and documents that hostile texts do not break."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from harness.record import Breach
from harness.rules import ARRAY, JSON
from harness.verdict import CONFORMANCE, POLICY, SHALL, Axis, Check, Verdict
from harness.versions import V16
from reports.kill_matrix import Matrix, Played, Row, write
from tests.reports.sample import HOSTILE, result

PLAIN = result("v16.core.a", "T.", Verdict.FAILED)
BROKEN = frozenset({"OCPP 1.6 4.2: an answer"})
FAILED = Played(Verdict.FAILED, failed=BROKEN)
REMARKED = Played(Verdict.REMARKED, remarked=BROKEN)
PASSED = Played(Verdict.PASSED, held=BROKEN)
ERROR = Played(Verdict.ERROR)
BREACH = Played(Verdict.PASSED, failed=frozenset({"v16.wire.frame.json"}))
"""A scenario that passes, though its frames break a rule of the wire."""

JSON_RULE = V16.rule(JSON).id


def row(named: tuple[str, ...] = ("a",), *, mutant: str = "deaf", remarks: bool = False, **played: Played) -> Row:
    """Return the row of a mutant with what some scenarios said."""
    return Row(mutant, "It hears nothing.", named, played, remarks=remarks, faults=("steve-community/steve#1",))


def check(expected: str, *, held: bool = False, axis: Axis = CONFORMANCE) -> Check:
    """Return a check on a SHALL."""
    return Check("OCPP 1.6 4.2", SHALL, axis, expected, "that", held, 1)


def test_checks_and_rules_are_told_apart_by_what_became_of_them() -> None:
    """A result says which checks failed, remarked and held, and which rules its frames broke and kept."""
    breach = Breach(JSON_RULE, 1, (check("JSON"),))
    made = (check("one 17"), check("two", held=True), check("three", axis=POLICY))
    one = Played.of(replace(PLAIN, checks=made, judged={JSON_RULE: 2, V16.rule(ARRAY).id: 2}, breaches=(breach,)))
    assert one.failed == {"OCPP 1.6 4.2: one #", JSON_RULE}
    assert one.remarked == {"OCPP 1.6 4.2: three"}
    assert one.held == {"OCPP 1.6 4.2: two", V16.rule(ARRAY).id}


@pytest.mark.parametrize(
    ("one", "proven"),
    [
        (row(a=FAILED), True),
        (row(a=FAILED, b=PASSED), True),
        (row(a=BREACH), True),
        (replace(row(("a", "b"), a=BREACH, b=PASSED), rule="v16.wire.frame.json"), True),
        (replace(row(a=FAILED), rule="v16.wire.frame.json"), False),
        (row(remarks=True, a=BREACH), False),
        (row(a=PASSED), False),
        (row(a=REMARKED), False),
        (row(("a", "b"), a=FAILED), False),
        (row((), b=FAILED), False),
        (row(a=FAILED, b=ERROR), False),
        (row(remarks=True, a=REMARKED), True),
        (row(remarks=True, a=FAILED), False),
        (row(remarks=True, a=PASSED), False),
        (row(remarks=True, a=REMARKED, b=FAILED), False),
    ],
)
def test_mutant_is_proven_by_all_that_name_it(one: Row, proven: bool) -> None:
    """Each scenario that names it must catch it, none may break, and none may fail what is only to be remarked on."""
    assert one.proven is proven


def test_parts_of_a_row() -> None:
    """Who caught it, who should have, and who broke."""
    one = row(("a", "b", "c"), a=FAILED, b=PASSED, x=FAILED, y=ERROR)
    assert (one.killers, one.survived, one.broken, one.accused) == (["a", "x"], ["b", "c"], ["y"], [])
    assert row(remarks=True, a=REMARKED, x=FAILED).accused == ["x"]


def written(folder: Path, *rows: Row) -> dict[str, str]:
    """Write a matrix and return its documents by suffix."""
    paths = write(Matrix(rows), folder / "new" / "folder")
    assert [path.name for path in paths] == ["kill-matrix.json", "kill-matrix.md", "kill-matrix.html"]
    return {path.suffix: path.read_text("utf-8") for path in paths}


class Cells(HTMLParser):
    """Reads the text of the page, and whatever could load or run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Take text."""
        self.text += data


def test_json_holds_everything(tmp_path: Path) -> None:
    """The JSON names its format and has each mutant with its faults and the verdict of each scenario."""
    told: dict[str, Any] = json.loads(written(tmp_path, row(a=FAILED, b=PASSED))[".json"])
    assert (told["format"], told["format_version"]) == ("plugfest-kill-matrix", 3)
    assert told["mutants"] == {
        "deaf": {
            "description": "It hears nothing.",
            "faults": ["steve-community/steve#1"],
            "caught_by": "failed",
            "proven": True,
            "named": ["a"],
            "verdicts": {"a": "failed", "b": "passed"},
            "crashes": [],
            "by": {"a": ["OCPP 1.6 4.2: an answer"]},
        }
    }


def test_markdown_has_a_row_per_mutant(tmp_path: Path) -> None:
    """The table shows counts, and the scenarios over which a mutant survived."""
    text = written(tmp_path, row(("a", "b"), a=FAILED, b=PASSED), row(mutant="mute", remarks=True, a=REMARKED))[".md"]
    assert "1 of 2 mutants are caught by every scenario that names them." in text
    assert "| `deaf` | It hears nothing. | steve-community/steve#1 | 2 | 1 | `b` |" in text.replace("\\", "")
    assert "| `mute` | It hears nothing. | steve-community/steve#1 | 1 | 1 |  |" in text.replace("\\", "")


def test_page_says_what_became_of_each_mutant(tmp_path: Path) -> None:
    """The page names the outcome of a row in words."""
    rows = [row(a=FAILED), row(remarks=True, a=REMARKED), row(()), row(a=PASSED), row(a=FAILED, y=ERROR)]
    rows += [row(remarks=True, a=REMARKED, x=FAILED)]
    text = Cells(written(tmp_path, *rows)[".html"]).text
    for word in ("caught", "remarked on", "no scenario names it", "survived", "error", "unfair", "2 of 6 mutants"):
        assert word in " ".join(text.split())


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    """Markup in a description is shown as it is, and cuts no row in two."""
    one = Row(HOSTILE, HOSTILE, (HOSTILE,), {HOSTILE: PASSED}, faults=(HOSTILE,))
    documents = written(tmp_path, one)
    page = Cells(documents[".html"])
    assert {"script", "img", "link"} & set(page.tags) == set()
    assert "onerror" in page.text
    rows = [line for line in documents[".md"].splitlines() if "onerror" in line]
    assert len(rows) == 1
    assert "<img" not in rows[0].replace("`", "").split("|")[2]
    assert json.loads(documents[".json"])["mutants"][HOSTILE]["named"] == [HOSTILE]


def test_nothing_is_loaded(tmp_path: Path) -> None:
    """The page works offline and runs nothing."""
    page = written(tmp_path, row(a=FAILED))[".html"]
    assert "default-src 'none'" in page
    assert "script" not in Cells(page).tags


def test_crash_of_the_mutant_is_no_kill(tmp_path: Path) -> None:
    """A mutant that fell over by an error nobody meant proves nothing, and every document says so."""
    one = replace(row(a=FAILED), crashes=("KeyError: 'status'",))
    assert (one.proven, row(a=FAILED).proven) == (False, True)
    documents = written(tmp_path, one)
    assert json.loads(documents[".json"])["mutants"]["deaf"]["crashes"] == ["KeyError: 'status'"]
    assert all("KeyError" in text for text in documents.values())


def test_checks_that_no_mutant_broke_are_listed(tmp_path: Path) -> None:
    """Of the checks on a clean system those remain that neither failed nor remarked on any mutant."""
    made = frozenset({*BROKEN, "OCPP 1.6 5.1: never broken"})
    matrix = Matrix((row(a=FAILED, b=PASSED),), made)
    assert matrix.unbroken == ["OCPP 1.6 5.1: never broken"]
    documents = {path.suffix: path.read_text("utf-8") for path in write(matrix, tmp_path)}
    assert json.loads(documents[".json"])["unbroken"] == matrix.unbroken
    assert all("OCPP 1.6 5.1: never broken" in text for text in documents.values())


def test_page_tells_by_which_check_a_mutant_was_caught(tmp_path: Path) -> None:
    """A kill is told with its check or rule."""
    assert "a by OCPP 1.6 4.2: an answer" in Cells(written(tmp_path, row(a=FAILED))[".html"]).text
