"""Reads frames out of a log, whatever stands around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.csms import v16, v201
from harness.fieldlog.form import Form
from harness.versions import V16, V201, Version

_BEGINS = re.compile(r'\[\s*[2-6]\s*,\s*"|\{\s*"')
_DECODER = json.JSONDecoder()
_TELLTALE = V201.schemas.actions - V16.schemas.actions
_ORDERS: Mapping[str, frozenset[str]] = {
    V16.name: frozenset(v16.OPERATIONS) - {"DataTransfer"},
    V201.name: frozenset(v201.OPERATIONS) - {"DataTransfer"},
}
"""Version → the actions that only a central system sends."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One frame of a log: its ``line`` (from 1), its text, and as far as the log tells, time, station and sender."""

    line: int
    elements: Sequence[Any]
    at: float | None = None
    station: str | None = None
    by_station: bool | None = None

    @property
    def text(self) -> str:
        """The frame as JSON text."""
        return json.dumps(self.elements, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A line that seems to hold a frame which cannot be read, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Fieldlog:
    """What a log holds: its frames in order, each with a station and a sender, and what was passed over."""

    version: Version
    frames: Sequence[Logged]
    passed_over: Sequence[PassedOver]


def read(text: str, forms: Mapping[str, Form], *, version: Version | None = None, station: str = "CP-1") -> Fieldlog:
    """Return the frames of a log; ``version`` and ``station`` are taken where it does not tell them."""
    found = list(_found(text, list(forms.values())))
    frames = [one for one in found if isinstance(one, Logged)]
    spoken = version or _version(frames)
    named = {one.station for one in frames if one.station}
    placed = list(_placed(frames, spoken, named.pop() if len(named) == 1 else station))
    unplaced = [
        PassedOver(one.line, "nobody can tell who sent this answer") for one in placed if one.by_station is None
    ]
    passed_over = sorted([*(one for one in found if isinstance(one, PassedOver)), *unplaced], key=lambda one: one.line)
    return Fieldlog(spoken, [one for one in placed if one.by_station is not None], passed_over)


def _found(text: str, forms: Sequence[Form]) -> Iterator[Logged | PassedOver]:
    at = 0
    while (match := _BEGINS.search(text, at)) is not None:
        begin = match.start()
        line = text.count("\n", 0, begin) + 1
        try:
            value, at = _DECODER.raw_decode(text, begin)
        except ValueError as error:
            at = text.find("\n", begin) + 1 or len(text)
            if match[0].startswith("["):
                yield PassedOver(line, f"no JSON: {error}")
            continue
        made = _made(value, text, begin, line, forms)
        if made is not None:
            yield made


def _made(value: Any, text: str, begin: int, line: int, forms: Sequence[Form]) -> Logged | PassedOver | None:
    """Return the frame that a JSON value of a log is, or has in it; None where it is none."""
    if isinstance(value, dict):
        for form in forms:
            if form.members and (made := _of_members(value, form, form.members, line)):
                return made
            if form.keys and (elements := _of_keys(value, form.keys)):
                return Logged(line, elements)
        return None
    before = _before(text, begin)
    for form in forms:
        if form.pattern and (match := form.pattern.search(before)):
            groups = match.groupdict()
            at, by_station = form.moment(groups.get("time")), form.sender(groups.get("word"))
            return Logged(line, value, at, groups.get("station") or None, by_station)
    return Logged(line, value)


def _before(text: str, begin: int) -> str:
    """Return what stands before a frame on its line, or else the last line above that says something."""
    start = text.rfind("\n", 0, begin) + 1
    if prefix := text[start:begin]:
        return prefix if prefix.strip() else text[:start].rstrip().rpartition("\n")[2]
    return text[:start].rstrip().rpartition("\n")[2]


def _of_members(
    value: Mapping[str, Any], form: Form, names: Mapping[Any, str], line: int
) -> Logged | PassedOver | None:
    told = {role: value.get(name) for role, name in names.items()}
    frame, by_station = told.get("frame"), form.sender(told.get("word"))
    if not isinstance(frame, str) or by_station is None or not frame.startswith("["):
        return None
    try:
        elements = json.loads(frame)
    except ValueError:
        return PassedOver(line, "no JSON in the frame")
    return Logged(line, elements, form.moment(told.get("time")), told.get("station"), by_station)


def _of_keys(value: Mapping[str, Any], names: Mapping[Any, str]) -> list[Any] | None:
    told = {role: value.get(name) for role, name in names.items()}
    match told.get("type"):
        case 2:
            return [2, told["id"], told["action"], told["payload"]]
        case 3:
            return [3, told["id"], told["payload"]]
        case 4:
            return [4, told["id"], told["code"], told["description"] or "", told["payload"] or {}]
    return None


def _version(frames: Sequence[Logged]) -> Version:
    actions = {one.elements[2] for one in frames if one.elements[:1] == [2] and len(one.elements) > 2}
    boots = (one.elements[3] for one in frames if one.elements[:1] == [2] and one.elements[2:3] == ["BootNotification"])
    newer = any(isinstance(boot, dict) and "chargingStation" in boot for boot in boots)
    return V201 if newer or not _TELLTALE.isdisjoint(str(action) for action in actions) else V16


def _placed(frames: Sequence[Logged], version: Version, station: str) -> Iterator[Logged]:
    """Yield frames with station and sender, as the log tells them, or as action and id do."""
    callers: dict[str, bool] = {}
    for one in frames:
        kind, id = one.elements[0], str(one.elements[1]) if len(one.elements) > 1 else ""
        by_station = one.by_station
        if kind == 2:
            if by_station is None:
                by_station = one.elements[2:3] != [None] and one.elements[2] not in _ORDERS[version.name]
            callers[id] = by_station
        elif by_station is None and id in callers:
            by_station = not callers[id]
        yield replace(one, station=one.station or station, by_station=by_station)
