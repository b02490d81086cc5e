"""Faults of messages: dropped, delayed, duplicated, reordered, or lost with the connection, as a user names them.

They strike where a station hands a message over, or takes it: the central system is judged by what it sent anyway.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any

from harness.ocppj import Call, CallError, CallResult, Frame
from harness.settings import SettingsError
from harness.trace import Direction


class Verb(StrEnum):
    """What happens to a message; CUT: the connection ends in its place, REORDER: the next one overtakes it."""

    DROP = "drop"
    DELAY = "delay"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    CUT = "cut"


HELD = 1.0
"""Seconds that a message waits for one that is to overtake it."""

FORM = "VERB [SECONDSs] ACTION[.req|.conf] [sent|received] [N|P%]"
"""How a fault is written: "drop StopTransaction.conf 1", "delay 2.5s Heartbeat", "cut * sent 5%"."""

_FORM = re.compile(
    rf"(?P<verb>{'|'.join(Verb)})( (?P<seconds>\d+(\.\d+)?)s)? (?P<action>\w+|\*)(\.(?P<part>req|conf))?"
    r"( (?P<direction>sent|received))?( ((?P<nth>[1-9]\d*)|(?P<percent>\d+(\.\d+)?)%))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is to happen to which messages: all that fit, the ``nth`` of them only, or a ``percent`` of them.

    ``part`` is "req" or "conf" (which a CALLERROR counts as), ``direction`` is seen from the station.
    """

    text: str
    verb: Verb
    action: str
    seconds: float = 0.0
    part: str | None = None
    direction: Direction | None = None
    nth: int | None = None
    percent: float | None = None

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Return the fault that a text names; raises SettingsError with the form."""
        match = _FORM.fullmatch(text.strip())
        if match is None or (match["seconds"] is not None) is not (match["verb"] == Verb.DELAY):
            raise SettingsError(
                f"--fault {text!r}: write {FORM}, VERB one of {', '.join(Verb)}; only delay has SECONDS"
            )
        return cls(
            text=match[0],
            verb=Verb(match["verb"]),
            action=match["action"],
            seconds=float(match["seconds"] or 0),
            part=match["part"],
            direction=Direction(match["direction"]) if match["direction"] else None,
            nth=int(match["nth"]) if match["nth"] else None,
            percent=float(match["percent"]) if match["percent"] else None,
        )

    def fits(self, action: str | None, part: str, direction: Direction) -> bool:
        """Whether it is about messages of this kind."""
        return self.action in ("*", action) and self.part in (None, part) and self.direction in (None, direction)


class Faults:
    """The faults of the messages of one scenario, with counts and a chance of its own; no input or output."""

    def __init__(self, faults: Sequence[Fault], random: Random) -> None:
        self._faults = faults
        self._random = random
        self._seen: Counter[Fault] = Counter()
        self._asked: dict[tuple[Direction, str], str] = {}

    def strike(self, direction: Direction, message: Frame | Sequence[Any] | str | bytes) -> Fault | None:
        """Return what is to happen to a message, the first fault that strikes; None for nothing."""
        kind = self._kind(direction, message)
        struck = None
        for fault in self._faults:
            if kind is not None and fault.fits(*kind, direction):
                self._seen[fault] += 1
                if struck is None and self._hits(fault):
                    struck = fault
        return struck

    def _hits(self, fault: Fault) -> bool:
        if fault.percent is not None:
            return self._random.uniform(0, 100) < fault.percent
        return fault.nth in (None, self._seen[fault])

    def _kind(
        self, direction: Direction, message: Frame | Sequence[Any] | str | bytes
    ) -> tuple[str | None, str] | None:
        """Return the action of a message, if it is known, and its part; None for what is no frame."""
        match message:
            case Call(unique_id, action) | [2, str(unique_id), str(action), _]:
                self._asked[direction, unique_id] = action
                return action, "req"
            case CallResult(unique_id) | CallError(unique_id) | [3 | 4, str(unique_id), *_]:
                asker = Direction.SENT if direction is Direction.RECEIVED else Direction.RECEIVED
                return self._asked.get((asker, unique_id)), "conf"
        return None
