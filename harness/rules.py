"""The rules of the wire: what every frame of a central system is held to, whatever the scenario is about.

A demand is the same in every OCPP version; each version makes a rule of it, with a clause of its own
(``harness.versions``). A rule is judged over all frames of a run and has one verdict of its own, under an id like that
of a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from harness.schemas import Kind
from harness.verdict import SHALL, Level

PROFILE = "Wire"
"""Where documents list the rules, beside the feature profiles."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is demanded of a frame: the name that ends the ids of its rules, and a sentence."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: OCPP version, id, a sentence that says what it demands, and the clause that it stands in."""

    version: str
    id: str
    title: str
    clause: str


class Rulebook(Protocol):
    """Whoever knows the rules of one OCPP version."""

    def rule(self, demand: Demand) -> Rule:
        """Return the rule that a version makes of a demand."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a message does not meet a demand: how strongly that binds, what was expected and observed."""

    demand: Demand
    rule: Rule
    level: Level
    expected: str
    observed: str

    @property
    def clause(self) -> str:
        """The clause that the rule stands in."""
        return self.rule.clause


@dataclass(slots=True)
class Ruling:
    """What the rules of a version say of one message: those that it was held to, and the problems that were found."""

    of: Rulebook
    rules: list[Rule] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def that(self, held: bool, demand: Demand, expected: str, observed: str, *, level: Level = SHALL) -> bool:
        """Note whether the message meets a demand: ``expected`` and ``observed`` are told where it does not."""
        rule = self.of.rule(demand)
        self.rules.append(rule)
        if not held:
            self.problems.append(Problem(demand, rule, level, expected, observed))
        return held


FRAMES = Demand("connection.frames", "A connection carries only frames that RFC 6455 allows.")
FLOOD = Demand("connection.flood", "A connection is not flooded.")
TEXT = Demand("frame.text", "A message is text, not binary.")
JSON = Demand("frame.json", "A message is one JSON text without duplicate members or NaN.")
ARRAY = Demand("frame.array", "A message is a JSON array.")
MESSAGE_TYPE = Demand("frame.message-type", "A message begins with the message type 2, 3 or 4.")
ID_FORM = Demand("unique-id.form", "A unique id is a string of 1 to 36 characters.")
ID_FRESH = Demand("unique-id.fresh", "A CALL has an id that was not used before on its connection.")
ID_KNOWN = Demand("unique-id.known", "An answer has the id of a CALL of the other side.")
ONE_ANSWER = Demand("answer.once", "A CALL has one answer.")
ONE_CALL = Demand("call.one-at-a-time", "A CALL waits for the answer to the one before.")
CALL_ELEMENTS = Demand("call.elements", "A CALL has four elements.")
CALL_ACTION = Demand("call.action", "A CALL names an action of its version.")
CALL_PAYLOAD = Demand("call.payload", "The payload of a CALL is an object.")
RESULT_ELEMENTS = Demand("call-result.elements", "A CALLRESULT has three elements.")
RESULT_PAYLOAD = Demand("call-result.payload", "The payload of a CALLRESULT is an object.")
ERROR_ELEMENTS = Demand("call-error.elements", "A CALLERROR has five elements.")
ERROR_CODE = Demand("call-error.code", "The error code of a CALLERROR is one that the version lists.")
ERROR_DESCRIPTION = Demand("call-error.description", "The description of a CALLERROR is a string.")
ERROR_DETAILS = Demand("call-error.details", "The details of a CALLERROR are an object.")
TIMESTAMP = Demand("timestamp.form", "A timestamp is in UTC and of a form that everybody reads.")

OF_FRAMES = tuple(one for one in globals().values() if isinstance(one, Demand))
"""All demands but those on payloads."""

PAYLOAD = "payload"
"""How the names of the demands on payloads begin."""


@cache
def payload(action: str, kind: Kind) -> Demand:
    """Return the demand that a payload is valid against its published schema."""
    return Demand(f"{PAYLOAD}.{action}.{kind}", f"The {kind} of {action} is valid against its schema.")
