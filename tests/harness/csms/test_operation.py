"""Tests of operations: how they are spelled on the wire."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import count
from typing import Any

import pytest

from harness.csms import Operation, v201
from harness.csms.operation import wire_name
from harness.csms.v16 import (
    OPERATIONS,
    ClearCache,
    GetConfiguration,
    GetLog,
    RemoteStartTransaction,
    Reset,
    SendLocalList,
    SetChargingProfile,
)
from harness.schemas import Kind, schemas
from harness.versions import V16


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


@pytest.mark.parametrize("kind", [*OPERATIONS.values(), *v201.OPERATIONS.values()], ids=lambda kind: kind.__qualname__)
def test_fields_are_the_members_of_the_schema(kind: type[Operation]) -> None:
    """Every field of an operation is a member of its request, and no member but customData lacks a field."""
    members = {*schemas(kind.version).schema(kind.action(), Kind.REQUEST)["properties"]} - {"customData"}
    assert {wire_name(field.name) for field in fields(kind)} == members | {"station"}


def test_structures_are_in_wire_spelling() -> None:
    """What is a structure in OCPP 2.0.1 is given as it is sent."""
    variable = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}
    asked = v201.GetVariables(station="CS1", get_variable_data=(variable,))
    assert asked.payload() == {"getVariableData": (variable,)}
    assert v201.Reset(station="CS1", type="OnIdle").payload() == {"type": "OnIdle"}


def test_all_operations_of_the_version_are_listed() -> None:
    """There are 19 operations in the specification and 7 in the security extension."""
    assert len(OPERATIONS) == 26


def test_every_action_belongs_to_one_profile() -> None:
    """The profiles share out all actions of the version among themselves."""
    actions = [action for profile in V16.messages.values() for action in profile]
    assert sorted(actions) == sorted(schemas("1.6").actions)


def test_numbers_fill_what_is_left_open() -> None:
    """A number is given where the operator gave none, and only to fields of its name."""
    numbers = {"list_version": count(5), "request_id": count(1)}
    left_open = SendLocalList(station="CP1", update_type="Full")
    orders = [left_open, replace(left_open, list_version=2), left_open]
    assert [one.with_numbers(numbers).payload()["listVersion"] for one in orders] == [5, 2, 6]
    assert ClearCache(station="CP1").with_numbers(numbers) == ClearCache(station="CP1")


def test_members_are_told_at_any_depth() -> None:
    """The members of an operation, and those within a member or an item, are known from its schema."""
    assert Reset.members() == ("type",)
    assert set(GetLog.members("log")) == {"remoteLocation", "oldestTimestamp", "latestTimestamp"}
    assert SendLocalList.members("localAuthorizationList") == ("*",)
    assert set(SendLocalList.members("localAuthorizationList", "*")) == {"idTag", "idTagInfo"}
    assert Reset.members("type", "nothing") == ()
