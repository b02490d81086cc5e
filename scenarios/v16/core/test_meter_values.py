"""MeterValues: OCPP 1.6 section 4.7."""

from harness.csms import TransactionReader
from harness.csms.console import Csms, shown
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint, meter_value, now, sampled

CLAUSE = "OCPP 1.6 4.7"
CONF = "OCPP 1.6 6.32"
KINDS = {
    "context": (
        "Interruption.Begin", "Interruption.End", "Other", "Sample.Clock", "Sample.Periodic", "Transaction.Begin",
        "Transaction.End", "Trigger",
    ),
    "format": ("Raw", "SignedData"),
    "location": ("Body", "Cable", "EV", "Inlet", "Outlet"),
    "measurand": (
        "Current.Export", "Current.Import", "Current.Offered", "Energy.Active.Export.Register",
        "Energy.Active.Import.Register", "Energy.Reactive.Export.Register", "Energy.Reactive.Import.Register",
        "Energy.Active.Export.Interval", "Energy.Active.Import.Interval", "Energy.Reactive.Export.Interval",
        "Energy.Reactive.Import.Interval", "Frequency", "Power.Active.Export", "Power.Active.Import", "Power.Factor",
        "Power.Offered", "Power.Reactive.Export", "Power.Reactive.Import", "RPM", "SoC", "Temperature", "Voltage",
    ),
    "phase": ("L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"),
    "unit": (
        "Wh", "kWh", "varh", "kvarh", "W", "kW", "VA", "kVA", "var", "kvar", "A", "V", "Fahrenheit", "K", "Percent",
    ),
}  # fmt: skip
"""The kinds of sampled values; for degrees Celsius there are two spellings (OCPP-J 1.6 errata 2.1)."""
SAMPLES = [sampled("1", **{name: kind}) for name, kinds in KINDS.items() for kind in kinds]


@scenario(
    "v16.core.meter-values.answer",
    spec=[CLAUSE, CONF],
    requirements=["CORE-4.7-a"],
    mutants=["meter-values-connector-zero-refused", "meter-values-with-status"],
    smoke=True,
)
async def test_meter_values_are_confirmed(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """MeterValues of a transaction, of none, and of the main meter are answered with an empty payload."""
    transaction = await station.charging(await tags.accepted())

    check.equal((await station.meter_values(transaction=transaction.id)).payload, {}, clause=CONF)
    check.equal((await station.meter_values(connector=2)).payload, {}, clause=CONF)
    check.equal((await station.meter_values(connector=0)).payload, {}, clause=CONF)


@scenario(
    "v16.core.meter-values.implausible",
    spec=[CLAUSE],
    requirements=["CORE-4.7-b"],
    mutants=["meter-values-of-nothing-unanswered"],
)
async def test_implausible_values_are_confirmed(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """MeterValues of unknown or ended transactions, and values that make no sense, are confirmed all the same."""
    ended = await station.charging(await tags.accepted())
    await station.stop_transaction(ended.id)
    running = await station.charging(await tags.accepted())

    def values(transaction: int, *samples: str) -> Payload:
        readings = [meter_value(sampled(one)) for one in samples]
        return {"connectorId": 1, "transactionId": transaction, "meterValue": readings}

    odd = values(2_147_480_001, "1"), values(ended.id, "1"), values(running.id, "abc"), values(running.id, "900", "5")
    for payload in odd:
        outcome = await station.attempt("MeterValues", payload)
        check.graded(outcome.kind, good=["CALLRESULT"], tolerable=["CALLERROR"], clause=CLAUSE)


@scenario(
    "v16.core.meter-values.every-kind",
    spec=["OCPP 1.6 7.30", "OCPP 1.6 7.31", "OCPP 1.6 7.34", "OCPP 1.6 7.35", "OCPP 1.6 7.45"],
    requirements=["CORE-4.7-c"],
    mutants=["meter-values-frequency-refused"],
)
async def test_every_kind_of_value(station: ChargePoint, check: Checks) -> None:
    """MeterValues with every measurand, phase, context, location, unit and format are confirmed."""
    await station.ready()

    for sample in SAMPLES:
        answer = await station.meter_values(meter_value(sample))
        check.equal(answer.payload, {}, clause="OCPP 1.6 7.43")


@scenario(
    "v16.core.meter-values.every-kind-at-stop",
    spec=["OCPP 1.6 4.10", "OCPP 1.6 7.43"],
    requirements=["CORE-4.7-c"],
    mutants=["stop-reactive-data-refused"],
)
async def test_every_kind_of_value_at_a_stop(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """StopTransaction with every measurand, phase, context, location, unit and format is confirmed."""
    transaction = await station.charging(await tags.accepted())

    data = [meter_value(sample) for sample in SAMPLES]
    stop = await station.stop_transaction(transaction.id, transactionData=data)

    check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause="OCPP 1.6 6.50")


@scenario(
    "v16.core.meter-values.degrees-celsius",
    spec=["OCPP-J 1.6 errata 2.1"],
    requirements=["CORE-4.7-d"],
    mutants=["celcius-refused", "celsius-refused"],
)
async def test_both_spellings_of_celsius(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Degrees Celsius are taken in both spellings of the unit, in MeterValues and in StopTransaction."""
    await station.ready()
    spellings, clause = ("Celsius", "Celcius"), "OCPP-J 1.6 errata 2.1"
    during: dict[str, str] = {}
    at_stop: dict[str, str] = {}

    for unit in spellings:
        value = meter_value(sampled("21.5", measurand="Temperature", unit=unit))
        during[unit] = (await station.attempt("MeterValues", {"connectorId": 1, "meterValue": [value]})).kind
        transaction = await station.charging(await tags.accepted())
        stop = {"transactionId": transaction.id, "meterStop": 1, "timestamp": now(), "transactionData": [value]}
        at_stop[unit] = (await station.attempt("StopTransaction", stop)).kind

    for outcomes in (during, at_stop):
        check.that("CALLRESULT" in outcomes.values(), "one spelling taken", observed=outcomes, clause=clause)
        both = set(outcomes.values()) == {"CALLRESULT"}
        check.that(both, "both spellings taken", observed=outcomes, clause=clause, level=SHOULD)


@scenario(
    "v16.core.meter-values.signed-data",
    spec=["OCPP 1.6 7.43", "OCPP 1.6 7.49"],
    requirements=["CORE-4.7-f"],
    mutants=["signed-data-refused"],
)
async def test_signed_values_are_taken(station: ChargePoint, check: Checks) -> None:
    """A signed value, some thousand hexadecimal digits long, is confirmed."""
    await station.ready()

    signed = sampled("0123456789ABCDEF" * 256, format="SignedData", context="Transaction.End")

    check.equal((await station.meter_values(meter_value(signed))).payload, {}, clause="OCPP 1.6 7.43")


@scenario(
    "v16.core.meter-values.defaults",
    spec=[CLAUSE, "OCPP 1.6 7.43"],
    requirements=["CORE-4.7-e"],
    needs=[TransactionReader],
)
async def test_bare_value_means_energy(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A sampled value without further members is shown as a periodic sample of imported energy in Wh."""
    transaction = await station.charging(await tags.accepted())

    await station.meter_values(meter_value(sampled("12345")), transaction=transaction.id)

    view = await csms.transaction(station.id, transaction.id)
    expected = {"value": "12345", "measurand": "Energy.Active.Import.Register", "unit": "Wh", "location": "Outlet"}
    expected |= {"context": "Sample.Periodic", "format": "Raw"}
    recorded = shown(view.meter_values, "the meter values of a transaction")
    values = [{name: value.get(name) for name in expected} for value in recorded]
    check.equal(values, [expected], clause="OCPP 1.6 7.43", level=SHOULD)


@scenario(
    "v16.core.meter-values.after-the-stop",
    spec=[CLAUSE, "OCPP 1.6 3.7"],
    requirements=["CORE-4.7-b"],
    needs=[TransactionReader],
    mutants=["late-values-lost"],
)
async def test_late_values_find_their_transaction(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """Meter values that arrive after the stop are shown with the transaction that they name."""
    transaction = await station.charging(await tags.accepted())
    await station.stop_transaction(transaction.id)
    await station.status(1, "Available")

    await station.meter_values(meter_value(sampled("4711")), transaction=transaction.id)

    view = await csms.transaction(station.id, transaction.id)
    values = [value["value"] for value in shown(view.meter_values, "the meter values of a transaction")]
    check.equal(values, ["4711"], clause=CLAUSE, level=SHOULD)
