"""What distinguishes one OCPP version from another, as a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from harness import corpus, rules
from harness.rules import Demand, Rule
from harness.schemas import Kind, Schemas, schemas
from harness.verdict import CONFORMANCE, SHOULD, Axis, Level


@dataclass(frozen=True, slots=True)
class Fairness:
    """How an invalid CALL of a station is rightly met: with one of the ``right`` codes, best of all.

    A ``tolerable`` code only remarks. ``acceptance`` is the level that is violated by accepting the payload, on the
    given axis.
    """

    right: frozenset[str]
    acceptance: Level
    axis: Axis = CONFORMANCE
    tolerable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One OCPP version.

    ``name`` is "1.6", ``subprotocol`` what a WebSocket handshake negotiates. ``message_types`` may begin a frame.
    ``error_codes`` are those of its table, ``misspelt`` those of other versions that are seen in their stead;
    ``malformed`` refuses a payload that its schema forbids. ``unanswered`` is the level that is violated by leaving an
    invalid CALL without an answer. ``fraction_digits`` are how many a fraction of a second may have so that every
    station reads it. ``clauses`` are where the demands on frames stand, by the name of a demand or by how it begins.
    ``profiles`` are the feature profiles, or functional blocks, by the second part of a scenario id; those ``always``
    claimed are there in every central system; ``messages`` are the actions of the others. ``fairness`` is how an
    invalid CALL is rightly met, by the constraint that it breaks. ``of_stations`` tells whether its rules of the wire
    are those for stations, and not those for the central system.
    """

    name: str
    subprotocol: str
    message_types: frozenset[int]
    error_codes: frozenset[str]
    misspelt: frozenset[str]
    malformed: str
    unanswered: Level
    fraction_digits: frozenset[int]
    clauses: Mapping[str, str]
    profiles: Mapping[str, str]
    always: frozenset[str]
    messages: Mapping[str, frozenset[str]]
    fairness: Mapping[corpus.Rule, Fairness]
    of_stations: bool = False
    _rules: dict[str, Rule] = field(default_factory=dict, init=False, repr=False)

    @property
    def prefix(self) -> str:
        """How the ids of its scenarios begin, such as "v16"."""
        return f"v{self.name.replace('.', '')}"

    @property
    def schemas(self) -> Schemas:
        """Its published schemas."""
        return schemas(self.name)

    def __str__(self) -> str:
        return self.name

    def rule(self, demand: Demand) -> Rule:
        """Return the rule that it makes of a demand; raises KeyError for one that it has no clause for."""
        rule = self._rules.get(demand.name)
        if rule is None:
            wire, title = ("station-wire", f"Stations: {demand.title}") if self.of_stations else ("wire", demand.title)
            rule = Rule(self.name, f"{self.prefix}.{wire}.{demand.name}", title, self._clause(demand))
            self._rules[demand.name] = rule
        return rule

    def rules(self) -> Iterator[Rule]:
        """Yield all its rules of the wire."""
        yield from (self.rule(demand) for demand in rules.OF_FRAMES)
        for action in sorted(self.schemas.actions):
            yield from (self.rule(rules.payload(action, kind)) for kind in Kind)

    def profile_of(self, action: str) -> str | None:
        """Return the feature profile that an action belongs to."""
        return next((profile for profile, actions in self.messages.items() if action in actions), None)

    def fair(self, rule: corpus.Rule, *, required: bool) -> Fairness:
        """Return how a payload that breaks a constraint is rightly met; null in an optional member may be absence.

        Other codes that the table has, or another version spells so, do no harm, nor does silence where it is allowed.
        """
        fair = self.fairness[rule]
        lenient = rule is corpus.Rule.NULL and not required
        dropped = frozenset({"silence"}) if self.unanswered is SHOULD else frozenset()
        tolerable = (self.error_codes | self.misspelt | dropped) - fair.right
        return replace(fair, acceptance=SHOULD if lenient else fair.acceptance, tolerable=tolerable)

    def _clause(self, demand: Demand) -> str:
        found = self.clauses.get(demand.name)
        return found if found is not None else self.clauses[demand.name.partition(".")[0]]


@cache
def held_of_stations(version: Version) -> Version:
    """Return a version with the rules that stations are held to: the same demands, under ids of their own."""
    return replace(version, of_stations=True)
