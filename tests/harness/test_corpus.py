"""Tests of the payloads that are generated from the schemas."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft6Validator, FormatChecker
from jsonschema.validators import validator_for

from harness.corpus import Invalid, Rule, invalid, maximal, minimal, types, valid
from harness.schemas import Kind, schemas
from scenarios.v16.validation.operations import ACTIONS
from scenarios.validation.corpus import STATION_CALLS

SCHEMAS = schemas("1.6")
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["word"],
    "properties": {
        "word": {"type": "string", "maxLength": 4},
        "note": {"type": "string", "maxLength": 9},
        "kind": {"type": "string", "enum": ["A.b", "C-d"]},
        "level": {"type": "number", "multipleOf": 0.1},
        "places": {"type": "array", "minItems": 1, "items": {"type": "integer"}},
        "since": {"type": "string", "format": "date-time"},
        "home": {"type": "string", "format": "uri"},
        "good": {"type": "boolean"},
        "share": {"type": "integer", "minimum": 2, "maximum": 5},
        "pair": {"type": "array", "minItems": 2, "maxItems": 3, "items": {"type": "string"}},
        "any": {"description": "of any type"},
    },
}
SAMPLES = [(action, Kind.REQUEST) for action in STATION_CALLS["1.6"]] + [(action, Kind.RESPONSE) for action in ACTIONS]


def broken(action: str, kind: Kind) -> list[Invalid]:
    """Return the invalid payloads of one message."""
    return list(invalid(SCHEMAS.schema(action, kind)))


def test_minimal_and_maximal_payloads() -> None:
    """The minimal payload has the required members, the maximal one all of them."""
    assert minimal(SCHEMA) == {"word": "plug"}
    whole = maximal(SCHEMA, {"word": "mine"})
    assert set(whole) == set(SCHEMA["properties"])
    assert whole["word"] == "mine"


def test_every_constraint_is_broken_once() -> None:
    """Each keyword of the schema leads to payloads that break it, and nothing else is in the list."""
    rules = Counter(case.rule for case in invalid(SCHEMA))
    assert rules == {
        Rule.REQUIRED: 1,
        Rule.ADDITIONAL: 1,
        Rule.TYPE: 12,
        Rule.NULL: 12,
        Rule.MAX_LENGTH: 2,
        Rule.ENUM: 1,
        Rule.FORMAT: 2,
        Rule.MULTIPLE_OF: 1,
        Rule.MIN_ITEMS: 2,
        Rule.MAX_ITEMS: 1,
        Rule.MINIMUM: 1,
        Rule.MAXIMUM: 1,
    }


def test_ids_and_descriptions_of_invalid_payloads() -> None:
    """A case is named for the member and the way it is broken, and says so in words."""
    told = {case.id: case.description for case in invalid(SCHEMA)}
    assert told["without-word"] == "payload: word is missing"
    assert told["word-longer"] == "word: one character more than 4"
    assert told["places_item-null"] == "places_item: null"


def test_broken_member_is_known_to_be_required() -> None:
    """Whether null may be taken for absence depends on the member."""
    required = {case.id: case.required for case in invalid(SCHEMA) if case.rule is Rule.NULL}
    assert (required["word-null"], required["kind-null"], required["places_item-null"]) == (True, False, True)


def test_edges_of_valid_payloads() -> None:
    """Every enum value, the longest and the empty texts, and decimals that binary fractions only come near."""
    cases = {case.id: case.payload for case in valid(SCHEMA)}
    assert cases["word-longest"]["word"] == "plug"
    assert [cases["kind-A_b"]["kind"], cases["kind-C_d"]["kind"]] == ["A.b", "C-d"]
    assert [cases["level-0_3"]["level"], cases["level-8_1"]["level"]] == [0.3, 8.1]
    assert [cases["share-2"]["share"], cases["share-5"]["share"]] == [2, 5]
    assert cases["pair-fullest"]["pair"] == ["plugfest"] * 3
    assert [id for id in cases if id.endswith("-empty")] == ["note-empty"]
    assert cases["note-empty"]["note"] == ""


def test_custom_data_takes_part_once() -> None:
    """Every object of 2.0.1 may have customData; a message has it once, and each of its rules is broken once."""
    schema = schemas("2.0.1").schema("MeterValues", Kind.REQUEST)
    assert json.dumps(maximal(schema)).count("customData") == 1
    assert sum("customData" in case.id for case in invalid(schema)) == 6


def test_payloads_are_independent() -> None:
    """A case that somebody changes leaves the others alone."""
    first, *_ = invalid(SCHEMA)
    first.payload["word"] = "gone"
    assert maximal(SCHEMA)["word"] == "plug"


def test_type_without_a_sample() -> None:
    """A schema of a kind that has never been seen is a mistake, not an empty corpus."""
    with pytest.raises(ValueError, match="no sample for the type null"):
        minimal({"type": "null"})


def test_size_of_the_corpus() -> None:
    """The shipped schemas give so many invalid CALLs of stations and so many invalid answers."""
    assert sum(len(broken(action, Kind.REQUEST)) for action in STATION_CALLS["1.6"]) == 226
    assert sum(len(broken(action, Kind.RESPONSE)) for action in ACTIONS) == 202


@pytest.mark.parametrize(("action", "kind"), SAMPLES)
def test_ids_are_unique(action: str, kind: Kind) -> None:
    """An id names one case of its message."""
    schema = SCHEMAS.schema(action, kind)
    ids = [case.id for case in invalid(schema)] + [f"accepts-{case.id}" for case in valid(schema)]
    assert [id for id, count in Counter(ids).items() if count > 1] == []


@pytest.mark.parametrize(("action", "kind"), SAMPLES)
def test_invalid_payload_violates_its_rule_alone(action: str, kind: Kind) -> None:
    """Each invalid payload breaks the rule it is made for, and no other."""
    for case in broken(action, kind):
        rule = Rule.TYPE if case.rule is Rule.NULL else case.rule
        found = {violation.rule for violation in SCHEMAS.violations(action, kind, case.payload)}
        beside = {"enum", "format"} if rule is Rule.TYPE else set()
        assert rule in found, case.id
        assert found - {rule} <= beside, case.id


def with_decimals(value: Any) -> Any:
    """Return a JSON value in which 8.1 is 8.1, and not the binary fraction next to it."""
    return json.loads(json.dumps(value), parse_float=Decimal)


def is_date_time(value: object) -> bool:
    """Return whether a text is a date and time with its offset; anything else is of no concern."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


CHECKER = FormatChecker(formats=())
CHECKER.checks("date-time", raises=ValueError)(is_date_time)


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
@pytest.mark.parametrize("kind", list(Kind))
def test_independent_validator_agrees(version: str, kind: Kind) -> None:
    """In every message of every version, jsonschema takes each valid payload, and refuses each invalid one."""
    known = schemas(version)
    for action in sorted(known.actions):
        schema = known.schema(action, kind)
        exact = with_decimals(schema)
        validator = validator_for(exact, default=Draft6Validator)(exact, format_checker=CHECKER)
        wrong = [case.id for case in valid(schema) if not validator.is_valid(with_decimals(case.payload))]
        wrong += [
            case.id
            for case in invalid(schema)
            if case.rule is not Rule.FORMAT and validator.is_valid(with_decimals(case.payload))
        ]
        assert wrong == [], action


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
def test_own_validator_agrees(version: str) -> None:
    """The compiled schemas, which judge what is received, take each valid payload and refuse each invalid one."""
    known = schemas(version)
    for action in sorted(known.actions):
        for kind in Kind:
            schema = known.schema(action, kind)
            assert [case.id for case in valid(schema) if known.violations(action, kind, case.payload)] == [], action
            assert [c.id for c in invalid(schema) if not known.violations(action, kind, c.payload)] == [], action


NAMED: Mapping[str, Any] = {
    "type": "object",
    "required": ["token"],
    "properties": {
        "token": {
            "type": "object",
            "javaType": "Token",
            "required": ["kind"],
            "properties": {"kind": {"type": "string", "javaType": "Kind", "enum": ["A", "B"]}},
        },
    },
}


def test_types_of_a_schema_are_told() -> None:
    """A schema names the types that it is made of, at any depth; one of OCPP 1.6 names none."""
    assert types(NAMED) == {"Token", "Kind"}
    assert types(SCHEMA) == frozenset()


def test_known_type_is_replaced_only_as_a_whole() -> None:
    """Of a member whose type others have varied already, nothing within is varied again."""
    assert {case.id for case in invalid(NAMED)} == {
        "without-token",
        "token-type",
        "token-null",
        "token-without-kind",
        "token_kind-type",
        "token_kind-null",
        "token_kind-enum",
    }
    assert {case.id for case in invalid(NAMED, known={"Token"})} == {"without-token", "token-type"}
    assert {case.id for case in invalid(NAMED, known={"Kind"})} >= {"token-null", "token_kind-type"}
    assert {case.id for case in valid(NAMED)} == {"minimal", "maximal", "token_kind-A", "token_kind-B"}
    assert {case.id for case in valid(NAMED, known={"Token"})} == {"minimal", "maximal"}
