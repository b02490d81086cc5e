"""The record of a load run is written as it goes on, and read as far as it goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.load import record
from harness.load.figures import Cause, Connection, Figures
from harness.load.record import Footer, Header, LoadRecorder
from harness.record import RecordError
from tests.harness.load.fleet import played

HEADER = Header(
    plugfest="1", target="t", endpoint="ws://localhost/", started="2030-01-01", workload="daily", stations=100,
    duration=20.0, gates=("p95=100.0 ms", "errors=0"),
)  # fmt: skip


def recorded(folder: Path, *, footer: Footer | None = None) -> Path:
    """Write a record of two parts, and return its path."""
    path = folder / record.NAME
    with LoadRecorder(path, HEADER) as recorder:
        recorder.calibrated(played(seconds=1))
        recorder.add(played(stations=10))
        late = Figures()
        late.connection(Connection("CP000", 3.0, False, Cause.LEFT))
        recorder.add(late)
        if footer is not None:
            recorder.finish(footer)
    return path


def test_record_comes_back_as_it_was(tmp_path: Path) -> None:
    """Header, figures of all parts, calibration and footer are read again, and gates are judged from them."""
    run = record.read(recorded(tmp_path, footer=Footer(seconds=20.5)))
    assert (run.header, run.footer, run.truncated) == (HEADER, Footer(seconds=20.5), False)
    assert run.figures.cell().count == 240
    assert run.figures.seconds[3].causes["left"] == 1
    assert run.floor is not None
    assert [one.met for one in run.judged] == [True, True]
    assert (run.outages, run.complaints) == ([], [])


def test_record_that_was_cut_short(tmp_path: Path) -> None:
    """Half a line is left out, and a run without a footer, or an interrupted one, is truncated."""
    path = recorded(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"kind":"figures","seco')
    run = record.read(path)
    assert (run.figures.cell().count, run.truncated) == (240, True)
    assert record.read(recorded(tmp_path, footer=Footer(seconds=1.0, interrupted=True))).truncated


def test_seconds_that_are_kept_as_one_make_one_line(tmp_path: Path) -> None:
    """The record of a long run is no longer than its figures."""
    whole = played(width=5)
    with LoadRecorder(tmp_path / record.NAME, replace(HEADER, width=5)) as recorder:
        for number, second in whole.seconds.items():
            for _ in range(3):
                part = Figures(width=5)
                part.seconds[number] = second
                recorder.add(part)
    lines = (tmp_path / record.NAME).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 4
    run = record.read(tmp_path / record.NAME)
    assert (run.figures.width, run.figures.cell().count) == (5, 3 * whole.cell().count)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1 is not the header"),
        ('{"kind":"figures"}\n', "line 1 is not the header"),
        ('{"kind":"header","format":"plugfest-run"}\n', "line 1 is not the header"),
        ('{"kind":"header","format":"plugfest-load","format_version":9}\n', "a record of format 9"),
        (
            '{"kind":"header","format":"plugfest-load","format_version":1}\n',
            ":1: not a line of the record of a load run",
        ),
        ("[]\n", ":1: not a line"),
        ("{\n", ":1: not JSON"),
        ("HEADER\n{}\n", ":2: not a line"),
        ('HEADER\n{"kind":"news"}\n', ":2: not a line .* 'news'"),
        ('HEADER\n{"kind":"figures","width":1,"seconds":[[1]],"worst":[],"incidents":[]}\n', ":2: not a line"),
    ],
)
def test_what_is_no_record(tmp_path: Path, text: str, said: str) -> None:
    """A file that is no record is told with its line."""
    header = recorded(tmp_path).read_text(encoding="utf-8").split("\n")[0]
    path = tmp_path / "other.jsonl"
    path.write_text(text.replace("HEADER", header), encoding="utf-8")
    with pytest.raises(RecordError, match=said):
        record.read(path)


def test_record_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be read is told."""
    with pytest.raises(RecordError, match="cannot be read"):
        record.read(tmp_path / "none.jsonl")


def test_kinds_of_records_are_told_apart(tmp_path: Path) -> None:
    """The first line says what a record is of."""
    other = tmp_path / "run.jsonl"
    other.write_text('{"kind": "header", "format": "plugfest-run"}\n', encoding="utf-8")
    found = [record.is_load(path) for path in (recorded(tmp_path), other, tmp_path / "none.jsonl")]
    assert found == [True, False, False]


def test_attempts_that_never_end(tmp_path: Path) -> None:
    """Where stations tried and were neither let in nor refused, that is what is said."""
    with LoadRecorder(tmp_path / record.NAME, HEADER) as recorder:
        trying = Figures()
        trying.connection(Connection("CP000", 0.0, False, Cause.DUE))
        trying.advance(2.0)
        recorder.add(trying)
    ending = record.ending(record.read(tmp_path / record.NAME))
    assert ending == record.Ending(3, "no station could connect: no attempt came to an end")
