"""Reads what a product tells: records of its answers become the views that abilities return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, get_args

import httpx
from pydantic import TypeAdapter, ValidationError

from harness.csms import DriverError, Outcome, Unknown
from harness.csms.signature import Function, Shape
from harness.drivers.http.console import Exchanged, describe, document, find, judge
from harness.drivers.http.found import Source, Sources
from harness.drivers.http.table import AnsweredOutcome, ReaderEntry
from harness.drivers.http.template import ABSENT, fill, point, text_of


def read(function: Function, entry: ReaderEntry, exchanged: Exchanged) -> Any:
    """Return what an answer tells, as the function has to return it.

    Raises Unknown where the product has no such record, DriverError for an answer that does not fit the entry, and
    what ``judge`` makes of its code.
    """
    answer = exchanged.answer
    if answer.status_code in entry.unknown:
        raise Unknown(describe(answer))
    judge(entry, answer)
    found = point(document(answer), entry.at)
    if isinstance(found, list):
        found = _ordered(entry, _kept(entry, found, exchanged.values))
    match function.shape:
        case Shape.RECORD:
            return _one(function, entry, answer, found)
        case Shape.RECORDS:
            return _all(function, entry, answer, found)
        case Shape.PAIRS:
            return _valid(answer, function.returns, _pairs(entry, answer, found))
    return _valid(answer, function.returns, _or_none(find(answer, found, _sources(entry, "value"))))


def outcome_of(reader: AnsweredOutcome, answer: httpx.Response) -> Outcome:
    """Return what the answer to the request of an operation tells of its outcome."""
    record = point(document(answer), reader.at)
    found = {"state": (Source(value="answered"),)} | reader.found
    told = {name: find(answer, record, sources) for name, sources in found.items()}
    return view(answer, Outcome, told)  # type: ignore[no-any-return]


def view(answer: httpx.Response, kind: type[Any], told: Mapping[str, Any]) -> Any:
    """Return a view of what was found, as far as it was; raises DriverError for a value that cannot be one."""
    made = _valid(answer, kind, {name: value for name, value in told.items() if value is not ABSENT})
    for field in fields(kind):
        value = getattr(made, field.name)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise DriverError(f"{describe(answer)} ({field.name} is a time without an offset)")
    return made


def _one(function: Function, entry: ReaderEntry, answer: httpx.Response, found: Any) -> Any:
    if isinstance(found, list) and entry.where:
        if not found:
            raise Unknown(f"{describe(answer)} (no record where {', '.join(entry.where)} is as asked)")
        found = found[0]
    return _view(function, function.returns, entry, answer, found)


def _all(function: Function, entry: ReaderEntry, answer: httpx.Response, found: Any) -> Sequence[Any]:
    if not isinstance(found, list):
        raise DriverError(f"{describe(answer)} (no list at {entry.at!r})")
    kind = get_args(function.returns)[0]
    return [_view(function, kind, entry, answer, record) for record in found]


def _view(function: Function, kind: type[Any], entry: ReaderEntry, answer: httpx.Response, record: Any) -> Any:
    if not isinstance(record, dict):
        raise DriverError(f"{describe(answer)} (no record at {entry.at!r})")
    return view(answer, kind, {name: find(answer, record, _sources(entry, name)) for name in function.tells})


def _pairs(entry: ReaderEntry, answer: httpx.Response, found: Any) -> Any:
    if not isinstance(found, list):
        return found
    sources = [_sources(entry, name) for name in ("key", "value")]
    pairs = [tuple(_or_none(find(answer, record, one)) for one in sources) for record in found]
    return dict(_valid(answer, list[tuple[str, Any]], pairs))


def _kept(entry: ReaderEntry, records: list[Any], values: Mapping[str, Any]) -> list[Any]:
    wanted = {pointer: text_of(fill(value, values)) for pointer, value in entry.where.items()}
    return [one for one in records if all(text_of(_or_none(point(one, at))) == text for at, text in wanted.items())]


def _ordered(entry: ReaderEntry, records: list[Any]) -> list[Any]:
    at = entry.order
    return records if at is None else sorted(records, key=lambda record: _rank(point(record, at)))


def _rank(value: Any) -> tuple[int, float, str]:
    """Return what sorts numbers, then texts, then all else in the order in which it came."""
    if isinstance(value, int | float):
        return 0, value, ""
    return (1, 0, value) if isinstance(value, str) else (2, 0, "")


def _sources(entry: ReaderEntry, name: str) -> Sources:
    return entry.found.get(name) or (Source(at=f"/{name}"),)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _valid(answer: httpx.Response, kind: Any, value: Any) -> Any:
    try:
        return _adapter(kind).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "answer"
        raise DriverError(f"{describe(answer)} ({where}: {first['msg']})") from None


def _or_none(value: Any) -> Any:
    return None if value is ABSENT else value
