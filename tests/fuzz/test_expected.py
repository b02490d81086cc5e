"""The list of expected verdicts: expectations, or an error that says what is wrong."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.expected import ExpectationError, Expectations, load
from tests.fuzz.values import TOML, named, toml

ENTRIES = named(("verdict", "reason", "finding"), TOML | st.sampled_from(["failed", "passed", "why"]), max_size=3)


@given(named(("v16.core.boot.cold-boot",), ENTRIES | TOML, max_size=2))
def test_any_entries(tmp_path: Path, entries: dict[str, Any]) -> None:
    """Entries of any kind, for ids known and unknown."""
    path = tmp_path / "expected.toml"
    path.write_text("".join(f"{toml(str(id))} = {toml(entry)}\n" for id, entry in entries.items()), "utf-8")
    with suppress(ExpectationError):
        assert isinstance(load(path, {"v16.core.boot.cold-boot"}), Expectations)


def test_deep_nesting(tmp_path: Path) -> None:
    """Thousands of lists in each other are an error like any other."""
    path = tmp_path / "expected.toml"
    path.write_text("a = " + "[" * 5000, "utf-8")
    with suppress(ExpectationError):
        load(path)
