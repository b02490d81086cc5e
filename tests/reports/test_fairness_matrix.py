"""The fairness matrix: what counts as fair, and documents that hostile texts do not break."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.expected import Standing
from harness.record import Result
from harness.verdict import Verdict
from reports.fairness_matrix import Matrix, Row, write
from tests.reports.sample import HOSTILE

PASSED, REMARKED, FAILED, ERROR = Verdict.PASSED, Verdict.REMARKED, Verdict.FAILED, Verdict.ERROR
INCONCLUSIVE, NOT_APPLICABLE = Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE


def result(id: str, verdict: Verdict, message: str = "told") -> Result:
    """Return the result of a scenario."""
    return Result(
        id=id,
        title="T.",
        version="1.6",
        profile="Core",
        clauses=(),
        octt=(),
        requirements=(),
        verdict=verdict,
        standing=Standing.NEWS,
        seconds=0.1,
        message=message,
    )


def row(reference: Mapping[str, Verdict] | None = None, *, variant: str = "shy", **verdicts: Verdict) -> Row:
    """Return the row of a variant with the verdicts of some scenarios."""
    results = [result(id, verdict) for id, verdict in verdicts.items()]
    return Row(variant, "It is shy.", "OCPP 1.6 4.2", results, reference or {})


@pytest.mark.parametrize(
    ("one", "fair"),
    [
        (row(a=PASSED, b=REMARKED, c=NOT_APPLICABLE), True),
        (row(a=PASSED, b=FAILED), False),
        (row({"b": FAILED}, a=PASSED, b=FAILED), False),
        (row(a=PASSED, b=ERROR), False),
        (row({"b": PASSED}, a=PASSED, b=INCONCLUSIVE), False),
        (row({"b": INCONCLUSIVE}, a=PASSED, b=INCONCLUSIVE), True),
        (row(a=NOT_APPLICABLE), False),
        (row(), False),
    ],
)
def test_variant_is_spared_by_all(one: Row, fair: bool) -> None:
    """No scenario may fail it, break, or be at a loss over it alone; and silence spares nobody."""
    assert one.fair is fair


def test_parts_of_a_row() -> None:
    """Who was unfair, and who only remarked where there is no remark on the reference."""
    one = row({"r": REMARKED, "i": INCONCLUSIVE}, p=PASSED, r=REMARKED, s=REMARKED, i=INCONCLUSIVE, j=INCONCLUSIVE)
    assert [found.id for found in one.unfair] == ["j"]
    assert [found.id for found in one.remarks] == ["s"]
    assert one.played == 5


def written(folder: Path, *rows: Row) -> dict[str, str]:
    """Write a matrix and return its documents by suffix."""
    paths = write(Matrix(rows), folder / "new" / "folder")
    assert [path.name for path in paths] == ["fairness-matrix.json", "fairness-matrix.md", "fairness-matrix.html"]
    return {path.suffix: path.read_text("utf-8") for path in paths}


def test_json_holds_everything(tmp_path: Path) -> None:
    """The JSON names its format and has each variant with its grounds, and the reason of what is unfair."""
    told: dict[str, Any] = json.loads(written(tmp_path, row(a=PASSED, b=FAILED, c=REMARKED))[".json"])
    assert (told["format"], told["format_version"]) == ("plugfest-fairness-matrix", 2)
    assert told["variants"] == {
        "shy": {
            "description": "It is shy.",
            "grounds": "OCPP 1.6 4.2",
            "fair": False,
            "played": 3,
            "unfair": {"b": {"verdict": "failed", "message": "told"}},
            "remarks": {"c": "told"},
            "verdicts": {"a": "passed", "b": "failed", "c": "remarked"},
            "counts": {"passed": 1, "failed": 1, "remarked": 1},
        }
    }


def test_markdown_has_a_row_per_variant(tmp_path: Path) -> None:
    """The table shows counts, and the scenarios that are unfair."""
    text = written(tmp_path, row(a=PASSED, b=ERROR), row(variant="bold", a=REMARKED))[".md"].replace("\\", "")
    assert "1 of 2 variants are spared by every scenario that was played." in text
    assert "| `shy` | It is shy. | OCPP 1.6 4.2 | 2 | 0 | `b` error |" in text
    assert "| `bold` | It is shy. | OCPP 1.6 4.2 | 1 | 1 |  |" in text


def test_page_says_what_became_of_each_variant(tmp_path: Path) -> None:
    """The page names the outcome of a row in words."""
    page = written(tmp_path, row(a=PASSED), row(a=FAILED), row(a=NOT_APPLICABLE))[".html"]
    for words in (">fair<", ">failed<", "nothing was played", "1 of 3 variants"):
        assert words in page


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    """Markup in a description or a message is shown as it is."""
    one = Row(HOSTILE, HOSTILE, HOSTILE, [result(HOSTILE, FAILED, HOSTILE)], {})
    documents = written(tmp_path, one)
    assert "<img" not in documents[".html"]
    assert len([line for line in documents[".md"].splitlines() if "onerror" in line]) == 1
    assert HOSTILE in json.loads(documents[".json"])["variants"]
