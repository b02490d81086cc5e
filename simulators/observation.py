"""What a station may see when it has sent a CALL: four different things, never confused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.ocppj import Payload
from harness.trace import Entry
from harness.verdict import Inconclusive
from simulators.connection import Closed


@dataclass(frozen=True, slots=True)
class Answer:
    """A CALLRESULT of the central system."""

    kind: ClassVar[str] = "CALLRESULT"
    payload: Payload
    entry: Entry

    def member(self, *path: str) -> Any:
        """Return a member of the payload, a nested one by several names; None where there is none."""
        value: Any = self.payload
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def __str__(self) -> str:
        return f"CALLRESULT {json.dumps(self.payload, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A CALLERROR of the central system."""

    kind: ClassVar[str] = "CALLERROR"
    code: str
    description: str
    entry: Entry

    def __str__(self) -> str:
        return f"CALLERROR {self.code} {self.description!r}"


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer within ``seconds``, though the connection stayed open."""

    kind: ClassVar[str] = "silence"
    seconds: float

    def __str__(self) -> str:
        return f"no answer within {self.seconds:g} s"


Observation = Answer | Refusal | Silence | Closed
"""What may come back for a CALL."""


def gist(outcome: Observation) -> str:
    """Return an observation in one word: "CALLRESULT", an error code, "silence" or "close"."""
    match outcome:
        case Answer():
            return "CALLRESULT"
        case Refusal(code):
            return code
        case Silence():
            return "silence"
    return "close"


class ConnectionGone(Inconclusive):
    """A message could not be sent, for the central system had ended the connection; ``closed`` says how."""

    def __init__(self, station: str, closed: Closed) -> None:
        super().__init__(f"{station} could not send: {closed}")
        self.closed = closed
