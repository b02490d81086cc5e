"""Text on its way from station to operator and back, kept to the letter: OCPP-J section 4.1.2."""

import json

from harness.csms import (
    ConfigurationReader,
    ConnectorReader,
    OutcomeReader,
    Refused,
    StationReader,
    VariableReader,
    v16,
    v201,
)
from harness.csms.console import Csms, shown
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.transport.dialects import EVERY_VERSION, dialect
from simulators.observation import gist
from simulators.station import Station
from simulators.v16 import ChargePoint
from simulators.v201 import ChargingStation, component, variable

CLAUSE = "OCPP-J {version} 4.1.2"
KEY = "org.plugfest.Text"
NAME = {"component": component("SecurityCtrlr"), "variable": variable("OrganizationName")}

BEYOND_ASCII = "Tür 3 – 充電ケーブル 🔌 Ωμέγα"
BEYOND_BMP = "🔌 𝒜 𠮷 👩‍🔧 𝟙𝟚"
"""Characters that take two code units in UTF-16 and four bytes in UTF-8."""
MARKUP = "<b>\"5\" & '6'</b> \\n %41 &lt; ${x} {y} + 'z'; -- 50"
"""Exactly 50 characters, among them all that HTML, URLs, SQL and templates take for something else."""
LONGEST = f"{MARKUP}{'0123456789' * 44}the end..."
"""Exactly the 500 characters of a configuration value."""


async def _shown(station: Station, csms: Csms, text: str) -> str:
    """Have a station tell a text, and return what its operator is shown of it."""
    await station.ready()
    say = dialect(station)
    await station.call(*say.told(text))
    return await say.shown(csms)


@scenario(
    "transport.text.beyond-ascii-accepted",
    versions=EVERY_VERSION,
    spec=[CLAUSE],
    requirements={"1.6": ["J-4.1.2-c"]},
    mutants=["text-ascii-only"],
)
async def test_text_beyond_ascii_is_accepted(station: Station, check: Checks) -> None:
    """A text that holds umlauts, Chinese, Greek and an emoji is confirmed."""
    await station.ready()

    outcome = await station.attempt(*dialect(station).told(BEYOND_ASCII))

    check.equal(gist(outcome), "CALLRESULT", clause=CLAUSE)


@scenario(
    "transport.text.beyond-bmp-accepted",
    versions=EVERY_VERSION,
    spec=[CLAUSE],
    requirements={"1.6": ["J-4.1.2-c"]},
    mutants=["text-beyond-bmp-refused"],
)
async def test_text_beyond_the_bmp_is_accepted(station: Station, check: Checks) -> None:
    """Characters beyond the Basic Multilingual Plane are taken, written as they are or as pairs of escapes."""
    await station.ready()

    for ascii_only in (False, True):
        unique_id = station.new_id()
        text = json.dumps([2, unique_id, *dialect(station).told(BEYOND_BMP)], ensure_ascii=ascii_only)
        check.equal(gist(await station.attempt_raw(text, unique_id)), "CALLRESULT", clause=CLAUSE)


@scenario(
    "transport.text.beyond-ascii-kept",
    versions=EVERY_VERSION,
    spec=[CLAUSE],
    requirements={"1.6": ["J-4.1.2-c"]},
    needs={"1.6": [ConnectorReader], "2.0.1": [StationReader]},
    mutants=["text-garbled"],
)
async def test_text_beyond_ascii_is_kept(station: Station, csms: Csms, check: Checks) -> None:
    """What the operator reads of a text is what the station wrote, beyond ASCII too."""
    check.equal(await _shown(station, csms, BEYOND_ASCII), BEYOND_ASCII, clause=CLAUSE)


@scenario(
    "transport.text.beyond-bmp-kept",
    versions=EVERY_VERSION,
    spec=[CLAUSE],
    requirements={"1.6": ["J-4.1.2-c"]},
    needs={"1.6": [ConnectorReader], "2.0.1": [StationReader]},
    mutants=["text-garbled", "text-beyond-bmp-garbled"],
)
async def test_text_beyond_the_bmp_is_kept(station: Station, csms: Csms, check: Checks) -> None:
    """What the operator reads of characters beyond the Basic Multilingual Plane is what the station wrote."""
    check.equal(await _shown(station, csms, BEYOND_BMP), BEYOND_BMP, clause=CLAUSE)


@scenario(
    "transport.text.markup-kept",
    versions=EVERY_VERSION,
    spec=[CLAUSE],
    requirements={"1.6": ["J-4.1.2-c"]},
    needs={"1.6": [ConnectorReader], "2.0.1": [StationReader]},
    mutants=["shown-text-escaped", "shown-text-cut"],
)
async def test_markup_is_kept(station: Station, csms: Csms, check: Checks) -> None:
    """A text of full length with markup in it is shown unescaped and uncut; a console's own way only remarks."""
    check.equal(await _shown(station, csms, MARKUP), MARKUP, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.transport.text.answers-kept",
    spec=["OCPP-J 1.6 4.1.2", "OCPP 1.6 5.8", "OCPP 1.6 7.29"],
    requirements=["J-4.1.2-c", "CORE-5.8-b"],
    needs=[v16.GetConfiguration, OutcomeReader, ConfigurationReader],
    mutants=["shown-text-escaped", "shown-text-cut"],
)
async def test_text_of_an_answer_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The value of a key is shown as the station told it, in full length; a console's own way only remarks."""
    await station.ready()

    request = await csms.perform(v16.GetConfiguration(station=station.id, key=(KEY,)))
    get = await station.next_call("GetConfiguration")
    await get.answer(configurationKey=[{"key": KEY, "readonly": False, "value": LONGEST}])
    await csms.outcome(request)

    value = shown((await csms.ask(ConfigurationReader).configuration(station.id)).get(KEY), "the value of a key")
    check.equal(value, LONGEST, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.transport.text.orders-kept",
    spec=["OCPP-J 1.6 4.1.2", "OCPP 1.6 5.3", "OCPP 1.6 6.9"],
    requirements=["J-4.1.2-c", "OP-a"],
    needs=[v16.ChangeConfiguration],
    mutants=["order-text-escaped", "order-text-cut", "order-text-garbled"],
)
async def test_text_of_an_order_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The value of a key reaches the station as entered: markup, characters of every plane, full length."""
    await station.ready()
    taken = 0

    for value in (MARKUP, BEYOND_ASCII, BEYOND_BMP, LONGEST):
        order = v16.ChangeConfiguration(station=station.id, key=KEY, value=value)
        if isinstance(await csms.attempt(order), Refused):
            continue
        change = await station.next_call("ChangeConfiguration", key=KEY)
        check.equal(change.payload.get("value"), value, clause="OCPP 1.6 6.9", at=change.entry.index)
        await change.answer(status="Accepted")
        taken += 1
    if not taken:
        raise Inconclusive("the central system takes no such text for a configuration value")


@scenario(
    "v201.transport.text.answers-kept",
    spec=["OCPP-J 2.0.1 4.1.2", "OCPP 2.0.1 B06.FR.01"],
    needs=[v201.GetVariables, OutcomeReader, VariableReader],
    mutants=["shown-text-escaped", "shown-text-cut"],
)
async def test_text_of_a_variable_is_kept(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """The value of a variable is shown as the station told it, in full length; a console's own way only remarks."""
    await station.ready()

    request = await csms.perform(v201.GetVariables(station=station.id, get_variable_data=(NAME,)))
    get = await station.next_call("GetVariables")
    await get.answer(getVariableResult=[{**NAME, "attributeStatus": "Accepted", "attributeValue": LONGEST}])
    await csms.outcome(request)

    seen = await csms.ask(VariableReader).variables(station.id)
    value = next((one.value for one in seen if one.variable == NAME["variable"]["name"]), None)
    check.equal(shown(value, "the value of a variable"), LONGEST, clause=CLAUSE, level=SHOULD)


@scenario(
    "v201.transport.text.orders-kept",
    spec=["OCPP-J 2.0.1 4.1.2", "OCPP 2.0.1 P01"],
    needs=[v201.DataTransfer],
    mutants=["order-text-escaped", "order-text-cut", "order-text-garbled"],
)
async def test_text_of_a_data_transfer_is_kept(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """Vendor data reach the station as entered: markup, characters of every plane, full length."""
    await station.ready()
    taken = 0

    for value in (MARKUP, BEYOND_ASCII, BEYOND_BMP, LONGEST):
        order = v201.DataTransfer(station=station.id, vendor_id=KEY, data=value)
        if isinstance(await csms.attempt(order), Refused):
            continue
        transfer = await station.next_call("DataTransfer", vendorId=KEY)
        check.equal(transfer.payload.get("data"), value, clause=CLAUSE, at=transfer.entry.index)
        await transfer.answer(status="Accepted")
        taken += 1
    if not taken:
        raise Inconclusive("the central system takes no such text for vendor data")
