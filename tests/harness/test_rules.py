"""Tests of the rules of the wire."""

from __future__ import annotations

import re

import pytest

from harness import rules
from harness.rules import ARRAY, Ruling
from harness.schemas import Kind
from harness.verdict import SHOULD
from harness.versions import V16, V201, VERSIONS, Version, known_rules


def test_ids_of_rules_name_version_and_wire() -> None:
    """Every rule is found under its id, and has a sentence and a clause."""
    for id, rule in known_rules().items():
        version = VERSIONS[rule.version]
        assert rule.id == id
        assert id.startswith((f"{version.prefix}.wire.", f"{version.prefix}.station-wire."))
        assert re.fullmatch(rf"(OCPP(-J)? {re.escape(version.name)}|RFC 6455) (Part 2|[\d.]+)", rule.clause)
        assert rule.title.endswith(".")


@pytest.mark.parametrize("version", VERSIONS.values(), ids=str)
def test_there_is_a_rule_for_every_payload(version: Version) -> None:
    """A payload of each action and kind has the rule that it is valid."""
    for action in version.schemas.actions:
        for kind in Kind:
            assert version.rule(rules.payload(action, kind)).id in known_rules()


def test_versions_make_rules_of_their_own() -> None:
    """One demand is a rule of each version, with the clause of that version."""
    reset = rules.payload("Reset", Kind.RESPONSE)
    assert V16.rule(reset).id == "v16.wire.payload.Reset.response"
    assert (V201.rule(reset).id, V201.rule(reset).clause) == ("v201.wire.payload.Reset.response", "OCPP-J 2.0.1 4.2")


def test_ruling_counts_what_holds_and_tells_what_does_not() -> None:
    """Each rule that was applied is noted, and a problem only where it was broken."""
    ruling = Ruling(V16)
    assert ruling.that(True, ARRAY, "an array", "")
    assert not ruling.that(False, ARRAY, "an array", "null", level=SHOULD)
    assert ruling.rules == [V16.rule(ARRAY), V16.rule(ARRAY)]
    (problem,) = ruling.problems
    assert (problem.demand, problem.clause, problem.level) == (ARRAY, "OCPP-J 1.6 4.2", SHOULD)
