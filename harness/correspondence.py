"""The message ids between one station and its central system: what was asked, and what may therefore come back."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from harness import rules
from harness.judgement import flawless_response, judge_request, judge_response
from harness.ocppj import Call, CallError, CallResult, Frame, Parsed, Payload, encode, parse, payload_of_result
from harness.rules import Problem, Ruling
from harness.verdict import SHOULD
from harness.versions import Version

_TEXTS = re.compile(r'"([^"]{1,2000})"')
_SEARCHED = 4096


class Correspondence:
    """Judges what the central system sends in the light of what the station has sent.

    A message that is no proper frame may well be answered, under any text in it that could pass for an id, or by a
    CALLERROR with an id that nobody has sent: neither is held against the central system.

    Of the CALLs that were answered it knows the last ``remembered``, all if that is None. An answer to one that is
    forgotten passes for one to a CALL that there never was.
    """

    def __init__(self, version: Version, remembered: int | None = None) -> None:
        self._version = version
        self._remembered = remembered
        self._answered: deque[str] = deque()
        self._actions: dict[str, str] = {}
        self._owed: Counter[str] = Counter()
        self._mentioned: set[str] = set()
        self._sent_garbage = False
        self._sent_odd_id = False
        self.reconnected()

    def reconnected(self) -> None:
        """Begin a new connection: ids of the central system are unique per connection (OCPP-J 4.1.4)."""
        self._call_ids: set[str] = set()
        self._unanswered: set[str] = set()

    @property
    def version(self) -> Version:
        """The version by whose rules it judges."""
        return self._version

    def note_sent(self, message: Frame | Sequence[Any] | str | bytes) -> Frame | None:
        """Remember what may come back for a message, and return its frame if one can be made out."""
        if isinstance(message, Call | CallResult | CallError):
            self._note_frame(message)
            return message
        if isinstance(message, bytes):
            text = message.decode(errors="replace")
        else:
            text = message if isinstance(message, str) else encode(message)
        parsed = parse(text, self._version)
        problems = parsed.ruling.problems
        if problems or isinstance(message, bytes):
            self._sent_garbage = True
            self._sent_odd_id |= any(problem.demand == rules.ID_FORM for problem in problems)
            self._mentioned.update(_TEXTS.findall(text[:_SEARCHED]))
            self._unanswered -= self._mentioned
        if parsed.frame is not None:
            self._note_frame(parsed.frame)
        return parsed.frame

    def note_call(self, unique_id: str, action: str) -> None:
        """Remember a CALL that is sent."""
        self._actions[unique_id] = action
        self._owed[unique_id] = self._owed.get(unique_id, 0) + 1

    def flawless(self, unique_id: str, text: str) -> Payload | None:
        """Return the payload of a message that answers a CALL and in which no rule finds a problem, and count it.

        This is what nearly all messages are, and takes a tenth of the time of ``judge``, which is for all others: it
        is None for them, and nothing is counted.
        """
        action = self._actions.get(unique_id)
        if action is None or not self._owed[unique_id]:
            return None
        payload = payload_of_result(text, unique_id)
        if payload is None or not flawless_response(self._version, action, payload):
            return None
        self._count_answer(unique_id)
        return payload

    @property
    def settled(self) -> bool:
        """Whether everything sent was a proper frame, and no answer is owed on either side."""
        return not (self._sent_garbage or self._unanswered or any(self._owed.values()))

    def write_off(self, unique_id: str) -> None:
        """Count a CALL of the central system as timed out; the next one may follow (OCPP-J 4.1.1)."""
        self._unanswered.discard(unique_id)

    def judge(self, parsed: Parsed) -> Ruling:
        """Return what the rules say of a message of the central system, and remember its frame."""
        problems = [self._fair(problem, parsed.frame) for problem in parsed.ruling.problems]
        text = self._version.rule(rules.TEXT)
        ruling = Ruling(self._version, [text, *parsed.ruling.rules], [problem for problem in problems if problem])
        match parsed.frame:
            case Call() as call:
                self._judge_call(ruling, call)
            case CallResult() | CallError() as answer:
                self._judge_answer(ruling, answer)
        return ruling

    def _fair(self, problem: Problem, frame: Frame | None) -> Problem | None:
        """Return what is left of a problem: the answer to an odd message may repeat its odd id.

        A code that its version does not know only remarks where no proper CALL is refused with it.
        """
        if problem.demand == rules.ID_FORM and self._sent_odd_id and not isinstance(frame, Call):
            return None
        stray = isinstance(frame, CallError) and not self._owed[frame.unique_id] and self._sent_garbage
        return replace(problem, level=SHOULD) if stray and problem.demand == rules.ERROR_CODE else problem

    def _note_frame(self, frame: Frame) -> None:
        if isinstance(frame, Call):
            self.note_call(frame.unique_id, frame.action)
        else:
            self._unanswered.discard(frame.unique_id)

    def _judge_call(self, ruling: Ruling, call: Call) -> None:
        judge_request(ruling, self._version, call.action, call.payload)
        fresh, alone = call.unique_id not in self._call_ids, not self._unanswered
        ruling.that(fresh, rules.ID_FRESH, "an id not used before on this connection", call.unique_id)
        ruling.that(alone, rules.ONE_CALL, "one CALL at a time", f"{call.action} before an answer", level=SHOULD)
        self._call_ids.add(call.unique_id)
        self._unanswered.add(call.unique_id)

    def _judge_answer(self, ruling: Ruling, answer: CallResult | CallError) -> None:
        action = self._actions.get(answer.unique_id)
        if action is not None and isinstance(answer, CallResult):
            judge_response(ruling, self._version, action, answer.payload)
        owed = self._owed[answer.unique_id] > 0
        if owed:
            self._count_answer(answer.unique_id)
        elif answer.unique_id in self._mentioned or (isinstance(answer, CallError) and self._sent_garbage):
            return
        if ruling.that(action is not None, rules.ID_KNOWN, "the id of a CALL of the other side", answer.unique_id):
            ruling.that(owed, rules.ONE_ANSWER, f"one answer to {action}", f"another one to {answer.unique_id}")

    def _count_answer(self, answered: str) -> None:
        """Count an answer that was owed; forget CALLs that were answered long ago, where not all are remembered."""
        self._owed[answered] -= 1
        if self._remembered is None:
            return
        self._answered.append(answered)
        while len(self._answered) > self._remembered:
            old = self._answered.popleft()
            self._actions.pop(old, None)
            del self._owed[old]
