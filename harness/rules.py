"""The rules of the wire: what every frame of a central system is held to, whatever the scenario is about.

A rule is judged over all frames of a run and has one verdict of its own, under an id like that of a scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from harness.schemas import Kind, schemas
from harness.verdict import SHALL, Level

PROFILE = "Wire"
"""Where documents list the rules, beside the feature profiles."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: OCPP version, id, a sentence that says what it demands, and the clause that it stands in."""

    version: str
    id: str
    title: str
    clause: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a message breaks a rule: how strongly that binds, what was expected and observed."""

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
    """What the rules say of one message: those that it was held to, and the problems that were found."""

    rules: list[Rule] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def that(self, held: bool, rule: Rule, expected: str, observed: str, *, level: Level = SHALL) -> bool:
        """Note whether the message keeps a rule: ``expected`` and ``observed`` are told where it does not."""
        self.rules.append(rule)
        if not held:
            self.problems.append(Problem(rule, level, expected, observed))
        return held


def _v16(name: str, clause: str, title: str) -> Rule:
    return Rule("1.6", f"v16.wire.{name}", title, clause)


FRAMES = _v16("connection.frames", "RFC 6455 5", "A connection carries only frames that RFC 6455 allows.")
FLOOD = _v16("connection.flood", "OCPP-J 1.6 4.1.1", "A connection is not flooded.")
TEXT = _v16("frame.text", "OCPP-J 1.6 4.1.2", "A message is text, not binary.")
JSON = _v16("frame.json", "OCPP-J 1.6 4.1.2", "A message is one JSON text without duplicate members or NaN.")
ARRAY = _v16("frame.array", "OCPP-J 1.6 4.2", "A message is a JSON array.")
MESSAGE_TYPE = _v16("frame.message-type", "OCPP-J 1.6 4.1.3", "A message begins with the message type 2, 3 or 4.")
ID_FORM = _v16("unique-id.form", "OCPP-J 1.6 4.1.4", "A unique id is a string of 1 to 36 characters.")
ID_FRESH = _v16("unique-id.fresh", "OCPP-J 1.6 4.1.4", "A CALL has an id that was not used before on its connection.")
ID_KNOWN = _v16("unique-id.known", "OCPP-J 1.6 4.1.4", "An answer has the id of a CALL of the station.")
ONE_ANSWER = _v16("answer.once", "OCPP-J 1.6 4.2", "A CALL of the station has one answer.")
ONE_CALL = _v16("call.one-at-a-time", "OCPP-J 1.6 4.1.1", "A CALL waits for the answer to the one before.")
CALL_ELEMENTS = _v16("call.elements", "OCPP-J 1.6 4.2.1", "A CALL has four elements.")
CALL_ACTION = _v16("call.action", "OCPP-J 1.6 4.2.1", "A CALL names an action of its version.")
CALL_PAYLOAD = _v16("call.payload", "OCPP-J 1.6 4.2.1", "The payload of a CALL is an object.")
RESULT_ELEMENTS = _v16("call-result.elements", "OCPP-J 1.6 4.2.2", "A CALLRESULT has three elements.")
RESULT_PAYLOAD = _v16("call-result.payload", "OCPP-J 1.6 4.2.2", "The payload of a CALLRESULT is an object.")
ERROR_ELEMENTS = _v16("call-error.elements", "OCPP-J 1.6 4.2.3", "A CALLERROR has five elements.")
ERROR_CODE = _v16("call-error.code", "OCPP-J 1.6 4.2.3", "The error code of a CALLERROR is one of table 7.")
ERROR_DESCRIPTION = _v16("call-error.description", "OCPP-J 1.6 4.2.3", "The description of a CALLERROR is a string.")
ERROR_DETAILS = _v16("call-error.details", "OCPP-J 1.6 4.2.3", "The details of a CALLERROR are an object.")
TIMESTAMP = _v16("timestamp.form", "OCPP 1.6 3.15", "A timestamp is in UTC and of a form that every station reads.")

_OF_FRAMES = {"1.6": tuple(one for one in globals().values() if isinstance(one, Rule))}


@cache
def payload_rule(version: str, action: str, kind: Kind) -> Rule:
    """Return the rule that a payload is valid against its published schema."""
    id = f"v{version.replace('.', '')}.wire.payload.{action}.{kind}"
    return Rule(version, id, f"The {kind} of {action} is valid against its schema.", f"OCPP-J {version} 4.2.4")


@cache
def known() -> Mapping[str, Rule]:
    """Return all rules of all versions by id."""
    found: dict[str, Rule] = {}
    for version, of_frames in _OF_FRAMES.items():
        actions = sorted(schemas(version).actions)
        payloads = [payload_rule(version, action, kind) for action in actions for kind in Kind]
        found |= {one.id: one for one in (*of_frames, *payloads)}
    return found
