"""The verdicts that are expected of one target, and what is news compared with them."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from harness.verdict import Verdict


class Standing(StrEnum):
    """Whether a verdict was expected; this, and not the verdict, decides the exit code."""

    AS_EXPECTED = "as-expected"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One entry of the list: the expected verdict, why, and the finding it stands for."""

    verdict: Verdict
    reason: str
    finding: str


class ExpectationError(Exception):
    """A list of expected verdicts that cannot be used; the text names file, id and remedy."""


Expectations = Mapping[str, Expectation]

_SATISFIED = frozenset({Verdict.PASSED, Verdict.REMARKED, Verdict.NOT_APPLICABLE})
_LISTABLE = (Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.REMARKED)


def standing(verdict: Verdict, expectation: Expectation | None) -> Standing:
    """Compare a verdict with what was expected; an error is never excused, an unexpected pass is news."""
    if verdict is Verdict.ERROR:
        return Standing.NEWS
    if verdict is Verdict.NOT_APPLICABLE:
        return Standing.AS_EXPECTED
    wanted = {expectation.verdict} if expectation else _SATISFIED
    return Standing.AS_EXPECTED if verdict in wanted else Standing.NEWS


def load(path: Path, known: Container[str] | None = None) -> Expectations:
    """Read a list of expected verdicts: one table per scenario id with ``verdict``, ``reason``, ``finding``.

    Raises ExpectationError for an id that is not ``known`` (None: ids are not checked), a missing key or a verdict
    that cannot be expected.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExpectationError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExpectationError(f"{path}: not a TOML file: {error}") from None
    except RecursionError:
        raise ExpectationError(f"{path}: nested too deeply") from None
    return {id: _entry(path, id, table, known) for id, table in tables.items()}


def _entry(path: Path, id: str, table: object, known: Container[str] | None) -> Expectation:
    if known is not None and id not in known:
        raise ExpectationError(f'{path}: no scenario has the id {id!r}; write ids in quotes: ["v16.core.…"]')
    keys = {"verdict", "reason", "finding"}
    if not isinstance(table, dict) or set(table) != keys or not all(isinstance(v, str) and v for v in table.values()):
        raise ExpectationError(f"{path}: {id}: give exactly verdict, reason and finding, each a text")
    if table["verdict"] not in _LISTABLE:
        choices = ", ".join(_LISTABLE)
        raise ExpectationError(f"{path}: {id}: verdict {table['verdict']!r} cannot be expected; choose {choices}")
    return Expectation(Verdict(table["verdict"]), table["reason"], table["finding"])
