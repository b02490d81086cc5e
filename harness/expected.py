"""The verdicts that are expected of one target, and what is news compared with them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

from harness.verdict import Verdict

FINDING = "finding:"
"""What the key of an entry begins with that names a finding in place of scenarios."""


class Standing(StrEnum):
    """Whether a verdict was expected; this, and not the verdict, decides the exit code."""

    AS_EXPECTED = "as-expected"
    NEWS = "news"


class Judged(Protocol):
    """What the list is asked about: a scenario or a rule of the wire, its verdict, and the findings that led to it."""

    @property
    def id(self) -> str:
        """The id of the scenario or rule."""
        ...

    @property
    def verdict(self) -> Verdict:
        """Its verdict."""
        ...

    @property
    def causes(self) -> Collection[str]:
        """The ids of the findings that made the verdict what it is."""
        ...


@dataclass(frozen=True, slots=True)
class Expectation:
    """One entry of the list: the expected verdict, why, the finding it stands for, and the last day it excuses."""

    verdict: Verdict
    reason: str
    finding: str | None = None
    until: date | None = None

    def __str__(self) -> str:
        return f"{self.finding}: {self.reason}" if self.finding else self.reason


class ExpectationError(Exception):
    """A list of expected verdicts that cannot be used; the text names file, id and remedy."""


_SATISFIED = frozenset({Verdict.PASSED, Verdict.REMARKED, Verdict.NOT_APPLICABLE})
LISTABLE = (Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.REMARKED)
"""The verdicts that may be expected."""

_KEYS: Mapping[str, type] = {"verdict": str, "reason": str, "finding": str, "until": date}
_GLOB = re.compile(r"[*?\[]")


class Expectations:
    """The list of one target. Its keys are ids of scenarios and rules, globs of such ids, and ``finding:ID``.

    An entry for one id demands its verdict: a scenario that passes after all is news. A glob and a finding only excuse:
    the verdicts that equal theirs, of a finding those that rest on listed findings alone.
    """

    def __init__(self, entries: Mapping[str, Expectation] | None = None, *, today: date | None = None) -> None:
        """Take the entries by key; ``today`` is the day of the run (UTC)."""
        day = today or datetime.now(UTC).date()
        self._entries = dict(entries or {})
        self._expired = {key: one for key, one in self._entries.items() if one.until is not None and one.until < day}
        valid = {key: one for key, one in self._entries.items() if key not in self._expired}
        self._findings = {key.removeprefix(FINDING): one for key, one in valid.items() if key.startswith(FINDING)}
        self._globs = {key: one for key, one in valid.items() if _is_glob(key)}
        self._ids = {key: one for key, one in valid.items() if not _is_glob(key) and not key.startswith(FINDING)}

    def __len__(self) -> int:
        return len(self._entries)

    def judge(self, judged: Judged) -> tuple[Standing, str | None]:
        """Return the standing of a verdict, and what the list says of it, None where it has nothing to say.

        An error is never excused, an unexpected pass of a listed id is news, and what cannot be asked never is.
        """
        keys = self._keys_for(judged)
        entry = self._entries[keys[0]] if keys else None
        told = str(entry) if entry else None
        if judged.verdict is Verdict.ERROR:
            return Standing.NEWS, told
        wanted = {entry.verdict, Verdict.NOT_APPLICABLE} if entry else _SATISFIED
        return Standing.AS_EXPECTED if judged.verdict in wanted else Standing.NEWS, told

    def remarks(self, played: Iterable[Judged]) -> Iterator[str]:
        """Yield what is to be mended in the list after a run, one sentence for all entries of a kind."""
        run = list(played)
        used = {key for one in run for key in self._keys_for(one)}
        asked = {one.id for one in run if one.verdict is not Verdict.NOT_APPLICABLE}
        idle = [key for key in self._globs if key not in used]
        missed = [key for key in idle if not any(fnmatchcase(id, key) for id in asked)]
        yield from _sentence("these have expired and excuse nothing any more", list(self._expired))
        yield from _sentence("these were not played", [key for key in self._ids if key not in asked])
        yield from _sentence("these match nothing that was played", missed)
        unseen = [f"{FINDING}{id}" for id in self._findings if f"{FINDING}{id}" not in used]
        yield from _sentence("these were not needed", [*(key for key in idle if key not in missed), *unseen])

    def _keys_for(self, judged: Judged) -> Sequence[str]:
        """Return the keys of the entries that apply to a verdict."""
        if judged.id in self._ids:
            return [judged.id]
        if judged.causes and all(self._excused(cause, judged.verdict) for cause in judged.causes):
            return [f"{FINDING}{cause}" for cause in judged.causes]
        globs = (key for key, one in self._globs.items() if one.verdict is judged.verdict)
        return [key for key in globs if fnmatchcase(judged.id, key)]

    def _excused(self, cause: str, verdict: Verdict) -> bool:
        entry = self._findings.get(cause)
        return entry is not None and entry.verdict is verdict


def load(path: Path, known: Collection[str] | None = None) -> Expectations:
    """Read a list of expected verdicts: a table per key with ``verdict``, ``reason``, perhaps ``finding``, ``until``.

    Raises ExpectationError for an id that is not ``known`` (None: ids are not checked), a missing or unknown member, or
    a verdict that cannot be expected.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExpectationError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExpectationError(f"{path}: not a TOML file: {error}") from None
    except RecursionError:
        raise ExpectationError(f"{path}: nested too deeply") from None
    return Expectations({key: _entry(path, key, table, known) for key, table in tables.items()})


def _entry(path: Path, key: str, table: object, known: Collection[str] | None) -> Expectation:
    if known is not None and not _is_glob(key) and not key.startswith(FINDING) and key not in known:
        raise ExpectationError(f'{path}: no scenario or rule has the id {key!r}; write ids in quotes: ["v16.core.…"]')
    if not isinstance(table, dict):
        raise ExpectationError(f"{path}: {key}: write a table with verdict and reason")
    if wrong := next(_wrong(table), None):
        raise ExpectationError(f"{path}: {key}: {wrong}")
    return Expectation(Verdict(table["verdict"]), table["reason"], table.get("finding"), table.get("until"))


def _wrong(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the members of an entry."""
    for name in ("verdict", "reason"):
        if name not in table:
            yield f"{name} is missing; give verdict and reason, and perhaps finding and until"
    for name, value in table.items():
        if name not in _KEYS:
            yield f"{name!r} is unknown; give verdict, reason, finding and until"
        elif type(value) is not _KEYS[name] or not value:
            form = "a date, such as 2030-01-31" if _KEYS[name] is date else "a text"
            yield f"{name} must be {form}"
    if table["verdict"] not in LISTABLE:
        yield f"verdict {table['verdict']!r} cannot be expected; choose {', '.join(LISTABLE)}"


def _is_glob(key: str) -> bool:
    return _GLOB.search(key) is not None


def _sentence(what: str, keys: Sequence[str]) -> Iterator[str]:
    if keys:
        yield f"of the expected list {what}: {', '.join(keys)}"
