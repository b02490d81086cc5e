"""Tests of operations: how they are spelled on the wire."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from harness.csms import Operation
from harness.csms.operation import wire_name
from harness.csms.v16 import (
    CORE,
    OPERATIONS,
    ClearCache,
    GetConfiguration,
    RemoteStartTransaction,
    Reset,
    SendLocalList,
    SetChargingProfile,
)
from harness.schemas import Kind, schemas


@pytest.mark.parametrize(
    ("operation", "payload"),
    [
        (ClearCache(station="CP1"), {}),
        (Reset(station="CP1", type="Hard"), {"type": "Hard"}),
        (RemoteStartTransaction(station="CP1", id_tag="T", connector_id=1), {"idTag": "T", "connectorId": 1}),
        (GetConfiguration(station="CP1"), {}),
        (GetConfiguration(station="CP1", key=()), {"key": ()}),
        (
            SetChargingProfile(station="CP1", connector_id=0, cs_charging_profiles={"stackLevel": 0}),
            {"connectorId": 0, "csChargingProfiles": {"stackLevel": 0}},
        ),
        (SendLocalList(station="CP1", update_type="Full"), {"updateType": "Full"}),
    ],
)
def test_payload_is_in_wire_spelling(operation: Operation, payload: dict[str, Any]) -> None:
    """A payload has wire spelling, no station, and no member for what is left to the central system."""
    assert operation.payload() == payload


def test_action_is_the_name_of_the_class() -> None:
    """The action of an operation is its name."""
    assert Reset(station="CP1", type="Soft").action() == "Reset"
    assert Reset.version == "1.6"


@pytest.mark.parametrize(("name", "wire"), [("key", "key"), ("id_tag", "idTag"), ("parent_id_tag", "parentIdTag")])
def test_wire_name(name: str, wire: str) -> None:
    """Words are joined with capitals."""
    assert wire_name(name) == wire


@pytest.mark.parametrize("action", sorted(OPERATIONS))
def test_fields_are_the_members_of_the_schema(action: str) -> None:
    """Every field of an operation is a member of its request, and no member lacks a field."""
    members = set(schemas("1.6").schema(action, Kind.REQUEST)["properties"])
    assert {wire_name(field.name) for field in fields(OPERATIONS[action])} == members | {"station"}


def test_all_operations_of_the_version_are_listed() -> None:
    """There are 19 operations in the specification and 7 in the security extension."""
    assert len(OPERATIONS) == 26
    assert set(OPERATIONS.values()) >= CORE
