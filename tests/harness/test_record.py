"""Tests of the run record."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.expected import Standing
from harness.record import Breach, Header, Recorder, RecordError, Result, Run, read
from harness.verdict import CONFORMANCE, POLICY, SHALL, SHOULD, Check, Verdict

HEADER = Header(
    plugfest="0.1.0",
    target="ACME",
    endpoint="ws://acme.test",
    driver="http",
    started="2026-01-01T00:00:00+00:00",
    selected=2,
    strict=True,
    mutant="deaf",
    options=("--target=acme.toml",),
)


def result(id: str, verdict: Verdict = Verdict.PASSED, standing: Standing = Standing.AS_EXPECTED) -> Result:
    """Return a result with everything filled in."""
    return Result(
        id=id,
        title="A title.",
        version="1.6",
        profile="Core",
        clauses=("OCPP 1.6 4.2",),
        octt=("TC_001_CSMS",),
        requirements=("CORE-4.2-a",),
        verdict=verdict,
        standing=standing,
        seconds=0.25,
        message="why",
        expectation="ACME-17",
        checks=(Check("OCPP 1.6 4.2", SHOULD, POLICY, "this", "that", False, 3),),
        judged={"v16.wire.frame.json": 3},
        breaches=(
            Breach("v16.wire.frame.json", 1, (Check("OCPP-J 1.6 4.1.2", SHALL, CONFORMANCE, "a", "b", False, 1),)),
        ),
        causes=("0a1b2c3d",),
        trace="traces/a.jsonl",
        details="more",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A record yet to be written."""
    return tmp_path / "run.jsonl"


@pytest.fixture
def lines(path: Path) -> list[str]:
    """The lines of a complete record, which lies at ``path``."""
    with Recorder(path, HEADER) as recorder:
        recorder.add(result("v16.core.a.x"))
        recorder.add(result("v16.core.b.x", Verdict.FAILED, Standing.NEWS))
        recorder.add_rule(result("v16.wire.frame.json", Verdict.FAILED, Standing.NEWS))
        recorder.finish(1.5, remarks=["the list is long"])
    return path.read_text().splitlines(keepends=True)


def test_record_reads_back(path: Path, lines: list[str]) -> None:
    """What was recorded is read back as it was."""
    run = read(path)
    assert run.header == HEADER
    assert run.results[0] == result("v16.core.a.x")
    assert run.results[1].verdict is Verdict.FAILED
    assert run.footer is not None
    assert [one.id for one in run.rules] == ["v16.wire.frame.json"]
    assert (run.footer.verdicts, run.footer.news) == ({"passed": 1, "failed": 1}, 2)
    assert run.footer.remarks == ("the list is long",)
    assert not run.truncated


def test_lines_are_written_as_they_come(path: Path) -> None:
    """A record that is still being written can be read."""
    with Recorder(path, HEADER) as recorder:
        recorder.add(result("v16.core.a.x"))
        run = read(path)
    assert len(run.results) == 1
    assert run.truncated


def test_interrupted_run_is_truncated(path: Path) -> None:
    """A run that was interrupted is incomplete although it has a footer."""
    with Recorder(path, HEADER) as recorder:
        recorder.add(result("v16.core.a.x"))
        recorder.add(result("v16.core.b.x"))
        recorder.finish(1.0, interrupted=True)
    assert read(path).truncated


def test_run_that_left_scenarios_out_is_truncated(path: Path) -> None:
    """A run with fewer results than it selected scenarios is incomplete."""
    with Recorder(path, HEADER) as recorder:
        recorder.add(result("v16.core.a.x"))
        recorder.finish(1.0)
    assert read(path).truncated


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_record_without_footer_is_truncated(path: Path, lines: list[str], kept: int) -> None:
    """A record that lacks its end is returned as far as it goes."""
    path.write_text("".join(lines[:kept]))
    run = read(path)
    assert run.truncated
    assert len(run.results) == kept - 1


def test_unfinished_line_is_left_out(path: Path, lines: list[str]) -> None:
    """A line that was cut in the middle, the footer included, does not count."""
    path.write_text("".join(lines)[:-10])
    run = read(path)
    assert run.footer is None
    assert len(run.results) == 2


def test_line_begun_after_the_footer_is_noticed(path: Path, lines: list[str]) -> None:
    """A record that goes on after its footer is not complete."""
    path.write_text("".join(lines) + '{"kind"')
    assert read(path).footer is None


def without(line: str, key: str) -> str:
    """Return a line without one member."""
    return json.dumps({name: value for name, value in json.loads(line).items() if name != key}) + "\n"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda lines: [], "line 1 is not the header"),
        (lambda lines: lines[1:], "line 1 is not the header"),
        (lambda lines: [*lines[:2], "nonsense\n", *lines[2:]], ":3: not JSON"),
        (lambda lines: [lines[0], "[" * 100_000 + "\n"], ":2: "),
        (lambda lines: [lines[0], "\n", *lines[1:]], ":2: not JSON"),
        (lambda lines: [*lines, lines[0]], ":5: a footer in the middle"),
        (lambda lines: [*lines[:2], *lines], ":3: a header in the middle"),
        (lambda lines: [lines[0], without(lines[1], "verdict")], ':2: "verdict" is a required property at /'),
        (lambda lines: [lines[0], lines[1].replace('"passed"', '"fine"')], "at /verdict"),
        (
            lambda lines: [lines[0].replace('"format_version": 2', '"format_version": 1')],
            "of format 1, this plugfest reads 2",
        ),
        (lambda lines: [lines[0], lines[1].replace('"policy"', '"taste"')], "at /checks/0/axis"),
        (lambda lines: [lines[0], '{"kind": "remark"}\n'], "at /kind"),
        (lambda lines: [lines[0], "[]\n"], ":2: "),
        (lambda lines: [lines[0][:-2] + ', "more": 1}\n'], "more"),
    ],
)
def test_damaged_record(path: Path, lines: list[str], damage: Callable[[list[str]], list[str]], message: str) -> None:
    """A damaged record is an error that names file and line."""
    path.write_text("".join(damage(lines)))
    with pytest.raises(RecordError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:")
    assert message in str(caught.value)


def test_record_that_is_no_text(path: Path) -> None:
    """A file that is no UTF-8 is no record."""
    path.write_bytes(b"\xff\xff\n")
    with pytest.raises(RecordError, match="cannot be read"):
        read(path)


def test_record_that_is_not_there(path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(RecordError, match="cannot be read"):
        read(path)


def test_lone_surrogate_is_recorded(path: Path) -> None:
    """Text that a central system escaped and no encoding can hold goes into the record as the same escape."""
    broken = Check("OCPP 1.6 4.2", SHOULD, POLICY, "text", "\ud800", False, 1)
    with Recorder(path, HEADER) as recorder:
        recorder.add(replace(result("v16.core.a.x"), checks=(broken,)))
    assert read(path).results[0].checks == (broken,)


@given(st.binary(max_size=200))
def test_reader_never_crashes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Any file is a record or a RecordError."""
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(content)
    with suppress(RecordError):
        assert isinstance(read(path), Run)
