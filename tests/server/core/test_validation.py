"""Schemas: which CALLERROR code fits which violation."""

from __future__ import annotations

from typing import Any

import pytest

from server.v16.schemas import SCHEMAS

START = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"}
VALUES = {"connectorId": 1, "meterValue": [{"timestamp": "2024-05-01T12:00:00Z", "sampledValue": [{"value": "1"}]}]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"idTag": None}, "TypeConstraintViolation"),
        ({"meterStart": "12"}, "TypeConstraintViolation"),
        ({"idTag": "x" * 21}, "PropertyConstraintViolation"),
        ({"timestamp": "yesterday"}, "PropertyConstraintViolation"),
        ({"colour": "red"}, "FormationViolation"),
    ],
)
def test_code_fits_the_violation(change: dict[str, Any], code: str) -> None:
    """Each kind of violation has its code of OCPP-J 1.6 table 7."""
    violation = SCHEMAS.request("StartTransaction").violation(START | change)
    assert violation is not None
    assert violation.code == code


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "red"}, "colour"),
        ({"idTag": 5}, "idTag"),
        ({"idTag": "x" * 21}, "idTag"),
        ({"timestamp": "yesterday"}, "timestamp"),
    ],
)
def test_refusal_names_the_member(change: dict[str, Any], place: str) -> None:
    """The description begins with the member that is wrong, or that should not be there."""
    violation = SCHEMAS.request("StartTransaction").violation(START | change)
    assert violation is not None
    assert violation.description.startswith(f"{place}: ")


def test_refusal_names_the_member_that_is_missing() -> None:
    """Also deep inside, the description tells which member is missing and where."""
    values = VALUES | {"meterValue": [{"timestamp": "2024-05-01T12:00:00Z", "sampledValue": [{}]}]}
    violation = SCHEMAS.request("MeterValues").violation(values)
    assert violation is not None
    assert violation.description == "meterValue/0/sampledValue/0/value: breaks the rule required"


@pytest.mark.parametrize("time", ["2024-05-01T12:00:00", "2024-05-01T12:00:00.123", "2024-05-01t12:00:00+02:00"])
def test_times_without_a_zone_are_read_but_never_sent(time: str) -> None:
    """What a station sends may lack the zone; what is sent to stations may not."""
    assert SCHEMAS.request("StartTransaction").is_valid(START | {"timestamp": time})
    assert SCHEMAS.order("StartTransaction").is_valid(START | {"timestamp": time}) is ("+" in time)


@pytest.mark.parametrize("time", ["2024-05-01", "12:00:00", "2024-05-01 noon", "2024-13-01T12:00:00", ""])
def test_what_is_no_instant_is_refused(time: str) -> None:
    """Only the zone may be missing."""
    assert not SCHEMAS.request("StartTransaction").is_valid(START | {"timestamp": time})


def test_missing_member_is_an_occurence_violation() -> None:
    """The code has one r, as in the table."""
    violation = SCHEMAS.request("StartTransaction").violation({})
    assert violation is not None
    assert violation.code == "OccurenceConstraintViolation"


def test_unknown_enumeration_value_is_a_property_violation() -> None:
    """An enumeration value outside of its list has its code."""
    violation = SCHEMAS.request("Reset").violation({"type": "Warm"})
    assert violation is not None
    assert violation.code == "PropertyConstraintViolation"


def test_empty_list_of_meter_values_is_an_occurence_violation() -> None:
    """A list that needs an element has its code."""
    violation = SCHEMAS.request("MeterValues").violation(VALUES | {"meterValue": []})
    assert violation is not None
    assert violation.code == "OccurenceConstraintViolation"


def test_empty_sampled_values_of_a_stop_are_refused() -> None:
    """TransactionData may be empty, the sampled values in it may not."""
    stop = {"transactionId": 1, "meterStop": 1, "timestamp": "2024-05-01T12:00:00Z", "transactionData": []}
    schema = SCHEMAS.request("StopTransaction")
    assert schema.violation(stop) is None
    assert schema.violation(stop | {"transactionData": [{"timestamp": stop["timestamp"], "sampledValue": []}]})


@pytest.mark.parametrize("unit", ["Celsius", "Celcius"])
@pytest.mark.parametrize("action", ["MeterValues", "StopTransaction"])
def test_both_spellings_of_the_unit_are_valid(action: str, unit: str) -> None:
    """An old spelling of a unit is as good as the new one."""
    samples = [{"timestamp": "2024-05-01T12:00:00Z", "sampledValue": [{"value": "20", "unit": unit}]}]
    payloads: dict[str, dict[str, Any]] = {
        "MeterValues": {"connectorId": 1, "meterValue": samples},
        "StopTransaction": {
            "transactionId": 1, "meterStop": 1, "timestamp": "2024-05-01T12:00:00Z", "transactionData": samples,
        },
    }  # fmt: skip
    assert SCHEMAS.request(action).is_valid(payloads[action])


@pytest.mark.parametrize(("limit", "valid"), [(0.3, True), (8.1, True), (16, True), (8.15, False)])
def test_decimals_are_judged_as_decimals(limit: float, valid: bool) -> None:
    """One digit of fraction is allowed, whatever binary makes of it."""
    period = {"startPeriod": 0, "limit": limit}
    profile = {
        "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]},
    }  # fmt: skip
    payload = {"connectorId": 1, "csChargingProfiles": profile}
    assert SCHEMAS.request("SetChargingProfile").is_valid(payload) is valid


def test_answers_have_schemas_too() -> None:
    """The answer to an action is judged by its own schema."""
    assert SCHEMAS.response("Reset").violation({"status": "Accepted"}) is None
    assert SCHEMAS.response("Reset").violation({"status": "Maybe"}) is not None


def test_deeply_nested_payload_is_judged() -> None:
    """Nesting beyond any limit is a violation and no crash."""
    payload: dict[str, Any] = {}
    for _ in range(2000):
        payload = {"a": payload}
    assert SCHEMAS.request("Heartbeat").violation(payload) is not None
