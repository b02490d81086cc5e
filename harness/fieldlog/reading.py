"""Reads frames out of a log, whatever stands around them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.csms import v16, v201
from harness.fieldlog.form import Form, Turn
from harness.versions import V16, V201, Version

_BEGINS = re.compile(r'\[\s*[2-6]\s*,\s*"|\{\s*"')
_DECODER = json.JSONDecoder()
_CUT = "characters in all)"
_OF_16, _OF_201 = V16.schemas.actions - V201.schemas.actions, V201.schemas.actions - V16.schemas.actions
_ORDERS: Mapping[str, frozenset[str]] = {
    V16.name: frozenset(v16.OPERATIONS) - {"DataTransfer"},
    V201.name: frozenset(v201.OPERATIONS) - {"DataTransfer"},
}
"""Version → the actions that only a central system sends."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One frame of a log: its ``line`` (from 1), and as far as the log tells, time, station, connection and sender.

    A message that is no JSON array has no ``elements``, and is there ``as_sent``.
    """

    line: int
    elements: Sequence[Any]
    at: float | None = None
    station: str | None = None
    by_station: bool | None = None
    connection: int = 1
    as_sent: str | None = None

    @property
    def text(self) -> str:
        """The frame as JSON text."""
        return self.as_sent or json.dumps(self.elements, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a connection of a station, and by whose will as far as the log tells."""

    line: int
    turn: Turn
    at: float | None = None
    station: str | None = None
    by_station: bool | None = None
    connection: int = 1


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A line that seems to hold a frame which cannot be read, and why."""

    line: int
    reason: str


Found = Logged | Change | PassedOver


@dataclass(frozen=True, slots=True)
class Fieldlog:
    """What a log holds: its frames in order, each with a station and a sender, and what was passed over.

    ``changes`` are those of connections, each with a station; ``versions`` are the OCPP versions of the stations.
    """

    versions: Mapping[str, Version]
    frames: Sequence[Logged]
    passed_over: Sequence[PassedOver]
    changes: Sequence[Change] = ()

    @property
    def entries(self) -> Sequence[Logged | Change]:
        """The frames and the changes of connections in their order."""
        return sorted((*self.changes, *self.frames), key=lambda one: one.line)


def read(text: str, forms: Mapping[str, Form], *, version: Version | None = None, station: str = "CP-1") -> Fieldlog:
    """Return the frames of a log; ``version`` and ``station`` are taken where it does not tell them."""
    found = sorted((*_found(text, list(forms.values())), *_told(text, forms.values())), key=lambda one: one.line)
    named = {one.station for one in found if isinstance(one, Logged) and one.station}
    default = named.pop() if len(named) == 1 else station
    frames = [replace(one, station=one.station or default) for one in found if isinstance(one, Logged)]
    of_station: defaultdict[str, list[Logged]] = defaultdict(list)
    for frame in frames:
        of_station[frame.station or ""].append(frame)
    mostly = _version(frames)
    versions = {name: version or _version(theirs, mostly) for name, theirs in of_station.items()}
    placed = list(_placed(frames, versions))
    unplaced = [
        PassedOver(one.line, "nobody can tell who sent this answer") for one in placed if one.by_station is None
    ]
    passed_over = sorted([*(one for one in found if isinstance(one, PassedOver)), *unplaced], key=lambda one: one.line)
    changes = [replace(one, station=one.station or default) for one in found if isinstance(one, Change)]
    return Fieldlog(versions, [one for one in placed if one.by_station is not None], passed_over, changes)


def _found(text: str, forms: Sequence[Form]) -> Iterator[Found]:
    at, line, counted = 0, 1, 0
    while (match := _BEGINS.search(text, at)) is not None:
        begin = match.start()
        line += text.count("\n", counted, begin)
        counted = begin
        try:
            value, at = _DECODER.raw_decode(text, begin)
        except (ValueError, RecursionError) as error:
            at = text.find("\n", begin) + 1 or len(text)
            if match[0].startswith("["):
                yield PassedOver(line, f"no JSON: {error}")
            continue
        made = _made(value, text, begin, line, forms)
        if made is not None:
            yield made


def _told(text: str, forms: Collection[Form]) -> Iterator[Change]:
    """Yield what lines say about connections."""
    for form in forms:
        for match in form.connections.finditer(text) if form.connections else ():
            groups = match.groupdict()
            turn = form.turn(groups.get("word"))
            if turn is not None:
                line = text.count("\n", 0, match.start()) + 1
                yield Change(line, turn, form.moment(groups.get("time")), groups.get("station"))


def _made(value: Any, text: str, begin: int, line: int, forms: Sequence[Form]) -> Found | None:
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


def _of_members(value: Mapping[str, Any], form: Form, names: Mapping[Any, str], line: int) -> Found | None:
    """Return what a line says that is JSON: a frame, or the change of a connection."""
    told = {role: value.get(name) for role, name in names.items()}
    if told.get("time") is None:
        return None
    frame, by_station = told.get("frame"), form.sender(told.get("word"))
    common = form.moment(told["time"]), told.get("station"), by_station, int(told.get("connection") or 1)
    turn = form.turn(told.get("event"))
    if turn is not None:
        return Change(line, turn, *common)
    if told.get("event") == "binary":
        return PassedOver(line, "a binary message")
    if not isinstance(frame, str) or by_station is None or told.get("event", "text") not in (None, "text", "frame"):
        return None
    try:
        elements = json.loads(frame)
    except (ValueError, RecursionError):
        if frame.endswith(_CUT):
            return PassedOver(line, "the frame is cut off")
        elements = None
    return Logged(line, elements, *common) if isinstance(elements, list) else Logged(line, (), *common, frame)


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


def _version(frames: Sequence[Logged], otherwise: Version = V16) -> Version:
    """Return the version that frames are of, the other one where they may be of any."""
    actions = {str(one.elements[2]) for one in frames if one.elements[:1] == [2] and len(one.elements) > 2}
    boots = [one.elements[3] for one in frames if one.elements[:1] == [2] and one.elements[2:3] == ["BootNotification"]]
    told = {name for boot in boots if isinstance(boot, dict) for name in boot}
    if "chargingStation" in told or not _OF_201.isdisjoint(actions):
        return V201
    return V16 if "chargePointVendor" in told or not _OF_16.isdisjoint(actions) else otherwise


def _placed(frames: Sequence[Logged], versions: Mapping[str, Version]) -> Iterator[Logged]:
    """Yield frames with a sender, as the log tells it, or as action and id do."""
    callers: dict[tuple[str | None, str], bool] = {}
    for one in frames:
        kind, id = (one.elements[0] if one.elements else None), str(one.elements[1]) if len(one.elements) > 1 else ""
        by_station = one.by_station
        if kind == 2:
            if by_station is None:
                orders = _ORDERS[versions[one.station or ""].name]
                by_station = one.elements[2:3] != [None] and one.elements[2] not in orders
            callers[one.station, id] = by_station
        elif by_station is None and (one.station, id) in callers:
            by_station = not callers[one.station, id]
        yield replace(one, by_station=by_station)
