"""GetBaseReport and GetReport: OCPP 2.0.1 B07, B08."""

from collections.abc import Iterator

from harness.csms import VariableReader
from harness.csms.console import Csms
from harness.csms.v201 import GetBaseReport, GetReport
from harness.scenario import Member, family, scenario
from harness.verdict import Checks
from scenarios.v201.ordered import confirmed, ordered
from simulators.v201 import ChargingStation, component, evse, variable

AVAILABILITY = {"component": component("EVSE", evse=evse(1)), "variable": variable("AvailabilityState")}


def _bases() -> Iterator[Member]:
    cases = (
        ("configuration", "ConfigurationInventory", "B07.FR.07", ["TC_B_12_CSMS"]),
        ("summary", "SummaryInventory", "B07.FR.09", ["TC_B_14_CSMS"]),
    )
    for name, base, requirement, octt in cases:
        yield Member(
            id=f"v201.provisioning.base-report.{name}",
            title=f"A {base} is asked for as such, and every part of it is confirmed.",
            case=base,
            spec=[f"OCPP 2.0.1 {requirement}"],
            octt=octt,
            needs=[GetBaseReport],
            mutants=["report-always-full", "report-part-refused"],
        )


@family(_bases())
async def test_base_report(station: ChargingStation, csms: Csms, check: Checks, case: str) -> None:
    """The operator asks for a report; the station sends it in parts, each of which is confirmed."""
    await station.ready()

    order = GetBaseReport(station=station.id, report_base=case)
    call = await ordered(station, csms, order, check, clause="OCPP 2.0.1 B07.FR.01", chosen=["requestId"])
    await call.answer(status="Accepted")
    data = station.device_model.base_report(case)
    for answer in await station.report(call.payload["requestId"], data, per_message=5):
        confirmed(answer, check, clause="OCPP 2.0.1 B07.FR.04")


@scenario(
    "v201.provisioning.base-report.shown",
    spec=["OCPP 2.0.1 B07.FR.07"],
    needs=[GetBaseReport, VariableReader],
    mutants=["report-later-parts-lost"],
)
async def test_report_is_shown_whole(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """Every variable of a report in several parts can be read by the operator."""
    await station.ready()

    await csms.perform(GetBaseReport(station=station.id, report_base="ConfigurationInventory"))
    call = await station.next_call("GetBaseReport")
    await call.answer(status="Accepted")
    data = station.device_model.base_report("ConfigurationInventory")
    await station.report(call.payload["requestId"], data, per_message=5)
    shown = {(one.component, one.variable) for one in await csms.ask(VariableReader).variables(station.id)}
    missing = {(one["component"]["name"], one["variable"]["name"]) for one in data} - shown
    check.equal(missing, set(), clause="OCPP 2.0.1 B07.FR.07")


@scenario(
    "v201.provisioning.report.criteria-and-variables",
    spec=["OCPP 2.0.1 B08.FR.01", "OCPP 2.0.1 B08.FR.03"],
    octt=["TC_B_18_CSMS"],
    needs=[GetReport],
    mutants=["report-criteria-lost", "report-variables-lost", "empty-report-closes"],
)
async def test_report_of_some_variables(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """A report of a variable under a criterion is asked for with both; an empty result is coped with."""
    await station.ready()

    for criterion in ("Problem", "Available"):
        order = GetReport(station=station.id, component_variable=(AVAILABILITY,), component_criteria=(criterion,))
        call = await ordered(station, csms, order, check, clause="OCPP 2.0.1 B08.FR.01", chosen=["requestId"])
        if criterion == "Problem":
            await call.answer(status="EmptyResultSet")
            continue
        await call.answer(status="Accepted")
        data = station.device_model.custom_report([AVAILABILITY], [criterion])
        for answer in await station.report(call.payload["requestId"], data):
            confirmed(answer, check, clause="OCPP 2.0.1 B08.FR.03")
    await station.heartbeat()
