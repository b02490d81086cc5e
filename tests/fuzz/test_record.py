"""The run record: a run, or an error that names the line."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.record import RecordError, Run, read
from tests.fuzz.values import JSON
from tests.reports import sample


def judged(path: Path) -> None:
    """Read a record; any exception but the one that is documented is a defect."""
    with suppress(RecordError):
        run = read(path)
        assert isinstance(run, Run)
        assert isinstance(run.figures, dict)
        assert isinstance(run.truncated, bool)


@given(st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    """A file of any content is a record or none."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    judged(path)


@given(st.lists(JSON, max_size=5))
def test_any_lines(tmp_path: Path, lines: list[Any]) -> None:
    """Lines of JSON of any kind."""
    path = tmp_path / "run.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    judged(path)


@given(st.data())
def test_any_change(tmp_path: Path, data: st.DataObject) -> None:
    """A real record of which one member, at any depth, has another value."""
    lines = [json.loads(line) for line in _sample(tmp_path)]
    place: Any = lines
    key: Any = data.draw(st.integers(0, len(lines) - 1))
    while isinstance(inner := place[key], dict | list) and inner and data.draw(st.booleans()):
        place, keys = inner, sorted(inner) if isinstance(inner, dict) else range(len(inner))
        key = data.draw(st.sampled_from(list(keys)))
    place[key] = data.draw(JSON)
    path = tmp_path / "changed.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    judged(path)


@given(st.integers(0, 2**20), st.binary(max_size=8), st.integers(0, 16))
def test_any_damage(tmp_path: Path, at: int, inserted: bytes, lost: int) -> None:
    """A real record of which some bytes are lost and others in their place."""
    content = "\n".join(_sample(tmp_path)).encode()
    at %= len(content)
    path = tmp_path / "changed.jsonl"
    path.write_bytes(content[:at] + inserted + content[at + lost :])
    judged(path)


def _sample(folder: Path) -> list[str]:
    path = folder / "run.jsonl"
    if not path.exists():
        path = sample.write(folder)
    return path.read_text("utf-8").split("\n")[:-1]
