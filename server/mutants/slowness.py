"""Central systems that are slow: no scenario fails them, the gates of a load run do."""

from __future__ import annotations

import asyncio
import time
from typing import Any, ClassVar

from ocpp.messages import Call

from server.core.session import Session
from server.core.validation import Payload
from server.mutants.registry import mutant

STALL_AFTER = 3.0
"""Seconds between the first message that is received and the stall."""


class _Late(Session):
    """Answers when the delay of a CALL is over."""

    def delay(self, call: Call) -> float:
        """Return the seconds by which an answer is late."""
        raise NotImplementedError

    def answer(self, call: Call, payload: Payload, began: float) -> None:
        if not (seconds := self.delay(call)):
            super().answer(call, payload, began)
            return
        self.connection.owe(1)
        asyncio.get_running_loop().call_later(seconds, self._answer_late, call, payload, began)

    def _answer_late(self, call: Call, payload: Payload, began: float) -> None:
        super().answer(call, payload, began)
        self.connection.owe(-1)


@mutant("authorize-slow", "An Authorize is answered after 150 ms.", gates=["p99.Authorize=100ms"])
class _AuthorizeSlow(_Late):
    def delay(self, call: Call) -> float:
        return 0.15 if call.action == "Authorize" else 0.0


@mutant("stalls-once", "Three seconds after the first message, nobody is served for 2 s.", gates=["max=1s"])
class _StallsOnce(Session):
    stall_at: ClassVar[float | None] = None

    def receive(self, data: bytes) -> None:
        now = time.monotonic()
        if _StallsOnce.stall_at is None:
            _StallsOnce.stall_at = now + STALL_AFTER
        elif now >= _StallsOnce.stall_at:
            _StallsOnce.stall_at = float("inf")
            time.sleep(2.0)
        super().receive(data)


@mutant("slower-with-time", "Each answer takes 0.1 ms longer than the one before it.", gates=["growth=10ms/min"])
class _SlowerWithTime(_Late):
    answers: ClassVar[int] = 0

    def delay(self, call: Call) -> float:
        _SlowerWithTime.answers += 1
        return _SlowerWithTime.answers * 100e-6


@mutant("one-in-a-hundred-starved", "Of a hundred stations one is answered after 3 s.", gates=["max=1s"])
class _OneStarved(_Late):
    numbers: ClassVar[dict[str, int]] = {}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._number = self.numbers.setdefault(self.station.id, len(self.numbers))

    def delay(self, call: Call) -> float:
        return 3.0 if self._number % 100 == 50 else 0.0
