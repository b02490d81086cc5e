"""Tests of the rules of the wire."""

from __future__ import annotations

import re

import pytest

from harness.judgement import _TIMESTAMP_NAMES
from harness.rules import ARRAY, Ruling, known, payload_rule
from harness.schemas import Kind, schemas
from harness.verdict import SHOULD


def test_ids_of_rules_name_version_and_wire() -> None:
    """Every rule is found under its id, and has a sentence and a clause."""
    for id, rule in known().items():
        assert (rule.id, id.startswith("v16.wire."), rule.version) == (id, True, "1.6")
        assert re.fullmatch(r"(OCPP(-J)? 1\.6|RFC 6455) [\d.]+", rule.clause)
        assert rule.title.endswith(".")


def test_there_is_a_rule_for_every_payload() -> None:
    """A payload of each action and kind has the rule that it is valid."""
    for action in schemas("1.6").actions:
        for kind in Kind:
            assert payload_rule("1.6", action, kind).id in known()
    assert payload_rule("1.6", "Reset", Kind.RESPONSE).id == "v16.wire.payload.Reset.response"


def test_ruling_counts_what_holds_and_tells_what_does_not() -> None:
    """Each rule that was applied is noted, and a problem only where it was broken."""
    ruling = Ruling()
    assert ruling.that(True, ARRAY, "an array", "")
    assert not ruling.that(False, ARRAY, "an array", "null", level=SHOULD)
    assert ruling.rules == [ARRAY, ARRAY]
    (problem,) = ruling.problems
    assert (problem.rule, problem.clause, problem.level) == (ARRAY, "OCPP-J 1.6 4.2", SHOULD)


@pytest.mark.parametrize("kind", Kind)
def test_every_time_of_a_schema_is_held_to_the_rule_on_timestamps(kind: Kind) -> None:
    """What a schema declares as a time is known as one by its name: its form is judged by that rule alone."""
    found: set[str] = set()

    def search(schema: object) -> None:
        if isinstance(schema, dict):
            members = schema.get("properties", {}).items()
            found.update(f"/{name}" for name, one in members if one.get("format") == "date-time")
            for value in schema.values():
                search(value)

    for action in schemas("1.6").actions:
        search(schemas("1.6").schema(action, kind))
    assert found <= set(_TIMESTAMP_NAMES)
