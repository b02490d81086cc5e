"""The message ids between one station and its central system: what was asked, and what may therefore come back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from harness.judgement import request_problems, response_problems
from harness.ocppj import ID_CLAUSE, Call, CallError, CallResult, Frame, Parsed, Problem, encode, parse
from harness.schemas import schemas
from harness.verdict import SHALL, SHOULD

_TEXTS = re.compile(r'"([^"]{1,2000})"')
_SEARCHED = 4096


class Correspondence:
    """Judges what the central system sends in the light of what the station has sent.

    A message that is no proper frame may well be answered, under any text in it that could pass for an id, or by a
    CALLERROR with an id that nobody has sent: neither is held against the central system.
    """

    def __init__(self, version: str) -> None:
        self._schemas = schemas(version)
        self._actions: dict[str, str] = {}
        self._owed: Counter[str] = Counter()
        self._mentioned: set[str] = set()
        self._sent_garbage = False
        self._sent_odd_id = False
        self.reconnected()

    def reconnected(self) -> None:
        """Begin a new connection: ids of the central system are unique per connection (OCPP-J 1.6 4.1.4)."""
        self._call_ids: set[str] = set()
        self._unanswered: set[str] = set()

    def note_sent(self, message: Frame | Sequence[Any] | str | bytes) -> Frame | None:
        """Remember what may come back for a message, and return its frame if one can be made out."""
        if isinstance(message, Call | CallResult | CallError):
            self._note_frame(message)
            return message
        if isinstance(message, bytes):
            text = message.decode(errors="replace")
        else:
            text = message if isinstance(message, str) else encode(message)
        parsed = parse(text)
        if parsed.problems or isinstance(message, bytes):
            self._sent_garbage = True
            self._sent_odd_id |= any(problem.clause == ID_CLAUSE for problem in parsed.problems)
            self._mentioned.update(_TEXTS.findall(text[:_SEARCHED]))
            self._unanswered -= self._mentioned
        if parsed.frame is not None:
            self._note_frame(parsed.frame)
        return parsed.frame

    def write_off(self, unique_id: str) -> None:
        """Count a CALL of the central system as timed out; the next one may follow (OCPP-J 1.6 4.1.1)."""
        self._unanswered.discard(unique_id)

    def framing_problems(self, parsed: Parsed) -> Iterator[Problem]:
        """Yield what is wrong with a message as such; the answer to an odd message may repeat its odd id.

        A code that OCPP 1.6 does not know only remarks where no proper CALL is refused with it.
        """
        frame = parsed.frame
        stray = isinstance(frame, CallError) and not self._owed[frame.unique_id] and self._sent_garbage
        for problem in parsed.problems:
            if problem.clause == ID_CLAUSE and self._sent_odd_id and not isinstance(frame, Call):
                continue
            code = isinstance(frame, CallError) and problem.observed == frame.code
            yield replace(problem, level=SHOULD) if stray and code else problem

    def judge(self, frame: Frame | None) -> Iterator[Problem]:
        """Yield what is wrong with a frame of the central system, and remember it."""
        match frame:
            case Call():
                yield from self._judge_call(frame)
            case CallResult() | CallError():
                yield from self._judge_answer(frame)

    def _note_frame(self, frame: Frame) -> None:
        if isinstance(frame, Call):
            self._actions[frame.unique_id] = frame.action
            self._owed[frame.unique_id] += 1
        else:
            self._unanswered.discard(frame.unique_id)

    def _judge_call(self, call: Call) -> Iterator[Problem]:
        yield from request_problems(self._schemas, call.action, call.payload)
        if call.unique_id in self._call_ids:
            yield Problem("OCPP-J 1.6 4.1.4", SHALL, "an id not used before on this connection", call.unique_id)
        if self._unanswered:
            yield Problem("OCPP-J 1.6 4.1.1", SHOULD, "one CALL at a time", f"{call.action} before an answer")
        self._call_ids.add(call.unique_id)
        self._unanswered.add(call.unique_id)

    def _judge_answer(self, answer: CallResult | CallError) -> Iterator[Problem]:
        action = self._actions.get(answer.unique_id)
        if action is not None and isinstance(answer, CallResult):
            yield from response_problems(self._schemas, action, answer.payload)
        if self._owed[answer.unique_id]:
            self._owed[answer.unique_id] -= 1
        elif answer.unique_id in self._mentioned or (isinstance(answer, CallError) and self._sent_garbage):
            return
        elif action is not None:
            yield Problem("OCPP-J 1.6 4.2", SHALL, f"one answer to {action}", f"another one to {answer.unique_id}")
        else:
            yield Problem("OCPP-J 1.6 4.1.4", SHALL, "the id of a CALL of this station", answer.unique_id)
