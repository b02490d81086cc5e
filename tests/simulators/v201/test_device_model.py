"""Tests of the device model."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.v201.device_model import DeviceModel


def asked(component: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a component and a variable as requests name them."""
    return {"component": {"name": component}, "variable": {"name": name}, **more}


@pytest.mark.parametrize(
    ("which", "status"),
    [
        (asked("OCPPCommCtrlr", "HeartbeatInterval"), "Accepted"),
        (asked("OCPPCommCtrlr", "Colour"), "UnknownVariable"),
        (asked("Wheel", "Colour"), "UnknownComponent"),
        (asked("OCPPCommCtrlr", "HeartbeatInterval", attributeType="MaxSet"), "NotSupportedAttributeType"),
        (asked("SecurityCtrlr", "BasicAuthPassword"), "Rejected"),
    ],
)
def test_variable_is_read_or_not(which: dict[str, Any], status: str) -> None:
    """A variable has a value to read exactly where that is accepted; a password has none."""
    found = DeviceModel().get(which)
    assert found["attributeStatus"] == status
    assert ("attributeValue" in found) == (status == "Accepted")


@pytest.mark.parametrize(
    ("which", "value", "status"),
    [
        (asked("OCPPCommCtrlr", "HeartbeatInterval"), "5", "Accepted"),
        (asked("OCPPCommCtrlr", "HeartbeatInterval"), "often", "Rejected"),
        (asked("AuthCtrlr", "Enabled"), "perhaps", "Rejected"),
        (asked("TxCtrlr", "TxStartPoint"), "Authorized,EVConnected", "Accepted"),
        (asked("TxCtrlr", "TxStartPoint"), "Whenever", "Rejected"),
        (asked("SecurityCtrlr", "OrganizationName"), "ACME", "Accepted"),
        (asked("SecurityCtrlr", "SecurityProfile"), "3", "Rejected"),
        (asked("Wheel", "Colour"), "red", "UnknownComponent"),
    ],
)
def test_variable_is_written_or_not(which: dict[str, Any], value: str, status: str) -> None:
    """Only what may be written is, and only with a value of its type."""
    model = DeviceModel()
    assert model.set({**which, "attributeValue": value}) == {**which, "attributeStatus": status}
    assert (model.get(which).get("attributeValue") == value) == (status == "Accepted")


def test_variable_is_told_apart_by_instance_and_evse() -> None:
    """One name stands for several variables."""
    model = DeviceModel()
    which = {"component": {"name": "EVSE", "evse": {"id": 2}}, "variable": {"name": "AvailabilityState"}}
    assert model.get(which)["attributeStatus"] == "Accepted"
    limit = {"component": {"name": "DeviceDataCtrlr"}, "variable": {"name": "ItemsPerMessage", "instance": "GetReport"}}
    assert model.get(limit)["attributeStatus"] == "Accepted"
    assert model.get(asked("DeviceDataCtrlr", "ItemsPerMessage"))["attributeStatus"] == "UnknownVariable"


def test_base_reports_tell_what_their_name_says() -> None:
    """A configuration inventory has what can be written, a summary the availability, a full one everything."""
    model = DeviceModel()
    full = model.base_report("FullInventory")
    assert len(full) == len(model.variables)
    changeable = model.base_report("ConfigurationInventory")
    assert {one["variableAttribute"][0]["mutability"] for one in changeable} == {"ReadWrite", "WriteOnly"}
    summary = {one["variable"]["name"] for one in model.base_report("SummaryInventory")}
    assert summary == {"AvailabilityState", "Available", "Problem"}
    assert all(one in full for one in changeable)


def test_password_has_no_value_in_a_report() -> None:
    """What can only be written is reported without its value."""
    full = DeviceModel().base_report("FullInventory")
    (password,) = [one for one in full if one["variable"]["name"] == "BasicAuthPassword"]
    assert password["variableAttribute"] == [{"mutability": "WriteOnly"}]


def test_custom_report_is_of_what_was_asked() -> None:
    """A report on one variable, on one component, and with criteria that hold or do not (B08)."""
    model = DeviceModel()
    place = {"component": {"name": "EVSE", "evse": {"id": 1}}}
    state = {**place, "variable": {"name": "AvailabilityState"}}
    (one,) = model.custom_report([state], ["Available"])
    assert (one["component"], one["variable"]) == (state["component"], state["variable"])
    assert model.custom_report([state], ["Problem"]) == []
    assert len(model.custom_report([place], [])) == 5
    assert model.custom_report([{"component": {"name": "Wheel"}}], []) == []
    assert len(model.custom_report([], ["Enabled", "Problem"])) > 5
