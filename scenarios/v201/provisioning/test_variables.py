"""GetVariables and SetVariables: OCPP 2.0.1 B05, B06."""

from harness.csms import VariableReader
from harness.csms.console import Csms
from harness.csms.v201 import GetVariables, SetVariables
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.v201.ordered import ordered
from simulators.v201 import ChargingStation, component, variable

THRESHOLD = {"component": component("OCPPCommCtrlr"), "variable": variable("OfflineThreshold")}
REQUEST_GET, REQUEST_SET = "OCPP 2.0.1 B06.FR.01", "OCPP 2.0.1 B05.FR.01"


async def _stored(station: ChargingStation, csms: Csms) -> str | None:
    """Return what the CSMS has stored of the variable, None if nothing."""
    views = await csms.ask(VariableReader).variables(station.id)
    names = ("OCPPCommCtrlr", "OfflineThreshold")
    return next((view.value for view in views if (view.component, view.variable) == names), None)


@scenario(
    "v201.provisioning.get-variables.single",
    spec=["OCPP 2.0.1 B06.FR.01", "OCPP 2.0.1 B06.FR.02", "OCPP 2.0.1 B06.FR.03"],
    octt=["TC_B_06_CSMS"],
    needs=[GetVariables],
    mutants=["variable-asked-twice", "variable-mistaken", "variable-of-the-maximum"],
    smoke=True,
)
async def test_one_variable_is_asked_for(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """The operator asks for one variable, and exactly that one is asked of the station, its actual value."""
    await station.ready()

    await csms.perform(GetVariables(station=station.id, get_variable_data=(THRESHOLD,)))
    call = await station.next_call("GetVariables")
    asked = [dict(one) for one in call.payload.get("getVariableData", ())]
    kinds = {one.pop("attributeType", "Actual") for one in asked}
    check.equal(asked, [THRESHOLD], clause=REQUEST_GET)
    check.equal(kinds, {"Actual"}, clause="OCPP 2.0.1 B06.FR.11")
    await call.answer_by_default()
    await station.heartbeat()


@scenario(
    "v201.provisioning.get-variables.shown",
    spec=["OCPP 2.0.1 B06.FR.01"],
    needs=[GetVariables, VariableReader],
    mutants=["variable-not-shown"],
)
async def test_value_is_shown_to_the_operator(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """What a station answers of a variable can be read by the operator."""
    await station.ready()

    request = await csms.perform(GetVariables(station=station.id, get_variable_data=(THRESHOLD,)))
    call = await station.next_call("GetVariables")
    result = {**THRESHOLD, "attributeStatus": "Accepted", "attributeValue": "777"}
    await call.answer(getVariableResult=[result])
    await csms.outcome(request)
    check.equal(await _stored(station, csms), "777", clause=REQUEST_GET)


@scenario(
    "v201.provisioning.set-variables.single",
    spec=["OCPP 2.0.1 B05.FR.01", "OCPP 2.0.1 B05.FR.02", "OCPP 2.0.1 B05.FR.03"],
    octt=["TC_B_09_CSMS"],
    needs=[SetVariables],
    mutants=["variable-value-mangled", "variable-set-elsewhere"],
)
async def test_one_variable_is_set(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """The operator sets one variable, and the station is told that variable and value."""
    await station.ready()

    data = {"attributeValue": "123", **THRESHOLD}
    order = SetVariables(station=station.id, set_variable_data=(data,))
    call = await ordered(station, csms, order, check, clause=REQUEST_SET)
    await call.answer_by_default()
    await station.heartbeat()


@scenario(
    "v201.provisioning.set-variables.rejected",
    spec=["OCPP 2.0.1 B05.FR.03"],
    needs=[SetVariables, VariableReader],
    mutants=["rejected-variable-stored"],
)
async def test_rejected_value_is_not_believed(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """A value that the station rejects is not what the CSMS shows of the variable, one that it takes is."""
    await station.ready()

    for value, status, shown in (("60", "Accepted", "60"), ("-5", "Rejected", "60")):
        data = {"attributeValue": value, **THRESHOLD}
        request = await csms.perform(SetVariables(station=station.id, set_variable_data=(data,)))
        call = await station.next_call("SetVariables")
        await call.answer(setVariableResult=[{**THRESHOLD, "attributeStatus": status}])
        await csms.outcome(request)
        check.equal(await _stored(station, csms), shown, clause="OCPP 2.0.1 B05.FR.03")
