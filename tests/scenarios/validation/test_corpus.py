"""Tests of the cases of message validation."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.schemas import Kind
from harness.versions import V16, V201, VERSIONS, Version
from scenarios.validation.corpus import STATION_CALLS, good_call, invalid_calls, valid_calls

BOTH = pytest.mark.parametrize("version", VERSIONS.values(), ids=str)


@BOTH
def test_cases_are_what_they_are_called(version: Version) -> None:
    """By the schemas of its version an invalid CALL is invalid, a valid and a good one valid."""
    for action in STATION_CALLS[version.name]:
        assert version.schemas.violations(action, Kind.REQUEST, good_call(version, action)) == ()
    for _, sample in invalid_calls(version):
        assert version.schemas.violations(sample.action, Kind.REQUEST, sample.payload)
    for case, sample in valid_calls(version):
        assert version.schemas.violations(sample.action, Kind.REQUEST, sample.payload) == (), case.id


def test_corpus_of_big_schemas_stays_small() -> None:
    """What messages of OCPP 2.0.1 share is varied once, in the first of them; each keeps cases of its own."""
    cases = Counter(sample.action for _, sample in invalid_calls(V201))
    assert set(cases) == set(STATION_CALLS["2.0.1"])
    assert cases.total() < 450
    ids = {f"{sample.action}.{case.id}" for case, sample in invalid_calls(V201)}
    assert "Authorize.idToken_type-enum" in ids
    assert {id for id in ids if id.startswith("TransactionEvent.idToken")} == {"TransactionEvent.idToken-type"}


def test_fraction_of_a_second_has_three_digits_in_later_versions() -> None:
    """Nine digits are a legal moment in OCPP 1.6 only."""
    fine = {
        version.name: [case for case, _ in valid_calls(version) if "nine-digits" in case.id] for version in (V16, V201)
    }
    assert fine["1.6"]
    assert not fine["2.0.1"]
