"""Tests of payload validity."""

from __future__ import annotations

from typing import Any

import pytest

from harness.csms.v16 import OPERATIONS
from harness.schemas import Kind, Schemas, schemas

BOOT = {"currentTime": "2026-01-01T00:00:00Z", "interval": 300, "status": "Accepted"}


def charging_profile(limit: float) -> dict[str, Any]:
    """Return a SetChargingProfile request with one period."""
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    return {"connectorId": 1, "csChargingProfiles": profile}


def rules(action: str, kind: Kind, payload: Any) -> list[str]:
    """Return the rules that a 1.6 payload breaks."""
    return [violation.rule for violation in schemas("1.6").violations(action, kind, payload)]


@pytest.mark.parametrize("limit", [0.3, 8.1, 0.1, 16, 16.0, 32.7, 1000000.1])
def test_one_decimal_is_legal(limit: float) -> None:
    """A rate with one decimal is a multiple of 0.1, however floating point sees it."""
    assert rules("SetChargingProfile", Kind.REQUEST, charging_profile(limit)) == []


def test_two_decimals_are_not() -> None:
    """A rate with two decimals is refused, and the violation says where."""
    (violation,) = schemas("1.6").violations("SetChargingProfile", Kind.REQUEST, charging_profile(16.25))
    assert violation.rule == "multipleOf"
    assert violation.path == "/csChargingProfiles/chargingSchedule/chargingSchedulePeriod/0/limit"


def test_valid_payload_has_no_violations() -> None:
    """A valid answer has no violations."""
    assert rules("BootNotification", Kind.RESPONSE, BOOT) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"status": "Maybe"}, "enum"),
        ({"interval": "300"}, "type"),
        ({"interval": 1.5}, "type"),
        ({"currentTime": "yesterday"}, "format"),
        ({"currentTime": "2026-01-01 00:00:00"}, "format"),
        ({"more": 1}, "additionalProperties"),
    ],
)
def test_violation_names_its_rule(change: dict[str, Any], rule: str) -> None:
    """Each violation names the keyword of the schema."""
    assert rules("BootNotification", Kind.RESPONSE, {**BOOT, **change}) == [rule]


def test_whole_number_with_a_fraction_is_no_integer() -> None:
    """Under draft-04 1.0 is not an integer."""
    assert rules("BootNotification", Kind.RESPONSE, {**BOOT, "interval": 300.0}) == ["type"]


def test_whole_number_with_a_fraction_is_an_integer_of_the_security_messages() -> None:
    """Under draft-06 1.0 is an integer."""
    log = {"remoteLocation": "https://example.test"}
    assert rules("GetLog", Kind.REQUEST, {"log": log, "logType": "SecurityLog", "requestId": 1.0}) == []


def test_missing_member_and_length() -> None:
    """All violations of a payload are reported."""
    broken = rules("ChangeConfiguration", Kind.REQUEST, {"key": "x" * 51})
    assert sorted(broken) == ["maxLength", "required"]


@pytest.mark.parametrize("time", ["2026-01-01T00:00:00.123Z", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"])
def test_timestamps_with_fraction_and_offset(time: str) -> None:
    """Fractions and offsets are legal."""
    assert rules("Heartbeat", Kind.RESPONSE, {"currentTime": time}) == []


def test_every_operation_has_schemas() -> None:
    """Each operation of the driver contract is an action that has schemas."""
    assert set(OPERATIONS) <= schemas("1.6").actions


def test_every_schema_compiles() -> None:
    """Each schema of each action can be used."""
    for action in schemas("1.6").actions:
        for kind in Kind:
            schemas("1.6").violations(action, kind, {})


def test_unknown_action() -> None:
    """An action that the version does not know has no schema."""
    with pytest.raises(KeyError, match="Bogus"):
        schemas("1.6").violations("Bogus", Kind.REQUEST, {})


def test_unknown_version() -> None:
    """A version without schemas is refused with the choices."""
    with pytest.raises(ValueError, match=r"no schemas for OCPP 0\.9; there are some for 1\.6, 2\.0\.1, 2\.1"):
        Schemas("0.9")


def test_schema_as_published() -> None:
    """The package lets an exiResponse of 2.0.1 be longer than the published schema does."""
    answer = {"status": "Accepted", "exiResponse": "x" * 5601}
    (violation,) = schemas("2.0.1").violations("Get15118EVCertificate", Kind.RESPONSE, answer)
    assert (violation.rule, violation.path) == ("maxLength", "/exiResponse")


@pytest.mark.parametrize(("version", "count"), [("1.6", 39), ("2.0.1", 64), ("2.1", 90)])
def test_actions_of_a_version(version: str, count: int) -> None:
    """Every version has its actions; those of 2.0.1 are all in 2.1."""
    assert len(schemas(version).actions) == count
    assert schemas("2.0.1").actions <= schemas("2.1").actions


def test_schemas_are_shared() -> None:
    """A version is compiled at most once."""
    assert schemas("1.6") is schemas("1.6")


def test_times_are_what_leads_to_dates() -> None:
    """Of a schema only the branches are kept in which there is a date and time."""
    times = schemas("1.6").times("MeterValues", Kind.REQUEST)
    assert list(times["properties"]) == ["meterValue"]
    assert list(times["properties"]["meterValue"]["items"]["properties"]) == ["timestamp"]
    assert schemas("1.6").times("MeterValues", Kind.RESPONSE) == {}
