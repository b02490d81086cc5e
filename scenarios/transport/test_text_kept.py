"""Text on its way from station to operator and back, kept to the letter: OCPP-J 1.6 section 4.1.2."""

import json

from harness.csms import ConfigurationReader, ConnectorReader, OutcomeReader, Refused
from harness.csms.console import Csms, shown
from harness.csms.v16 import ChangeConfiguration, GetConfiguration
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from simulators.observation import gist
from simulators.v16 import ChargePoint

CLAUSE = "OCPP-J 1.6 4.1.2"
KEY = "org.plugfest.Text"

BEYOND_ASCII = "Tür 3 – 充電ケーブル 🔌 Ωμέγα"
BEYOND_BMP = "🔌 𝒜 𠮷 👩‍🔧 𝟙𝟚"
"""Characters that take two code units in UTF-16 and four bytes in UTF-8."""
MARKUP = "<b>\"5\" & '6'</b> \\n %41 &lt; ${x} {y} + 'z'; -- 50"
"""Exactly 50 characters, among them all that HTML, URLs, SQL and templates take for something else."""
LONGEST = f"{MARKUP}{'0123456789' * 44}the end..."
"""Exactly the 500 characters of a configuration value."""


async def _shown(station: ChargePoint, csms: Csms, text: str) -> str:
    """Have a station report a text with a status, and return what its operator is shown of it."""
    await station.ready()
    await station.status(1, "Available", info=text)
    return shown((await csms.ask(ConnectorReader).connector(station.id, 1)).info, "the info of a connector")


@scenario(
    "v16.transport.text.beyond-ascii-accepted",
    spec=[CLAUSE],
    requirements=["J-4.1.2-c"],
    mutants=["text-ascii-only"],
)
async def test_text_beyond_ascii_is_accepted(station: ChargePoint, check: Checks) -> None:
    """A StatusNotification whose info holds umlauts, Chinese, Greek and an emoji is confirmed."""
    await station.ready()

    answer = await station.status(1, "Available", info=BEYOND_ASCII)

    check.equal(answer.payload, {}, clause=CLAUSE)


@scenario(
    "v16.transport.text.beyond-bmp-accepted",
    spec=[CLAUSE],
    requirements=["J-4.1.2-c"],
    mutants=["text-beyond-bmp-refused"],
)
async def test_text_beyond_the_bmp_is_accepted(station: ChargePoint, check: Checks) -> None:
    """Characters beyond the Basic Multilingual Plane are taken, written as they are or as pairs of escapes."""
    await station.ready()
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "info": BEYOND_BMP}

    for ascii_only in (False, True):
        unique_id = station.new_id()
        text = json.dumps([2, unique_id, "StatusNotification", status], ensure_ascii=ascii_only)
        check.equal(gist(await station.attempt_raw(text, unique_id)), "CALLRESULT", clause=CLAUSE)


@scenario(
    "v16.transport.text.beyond-ascii-kept",
    spec=[CLAUSE],
    requirements=["J-4.1.2-c"],
    needs=[ConnectorReader],
    mutants=["text-garbled"],
)
async def test_text_beyond_ascii_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """What the operator reads in the info of a connector is what the station wrote, beyond ASCII too."""
    check.equal(await _shown(station, csms, BEYOND_ASCII), BEYOND_ASCII, clause=CLAUSE)


@scenario(
    "v16.transport.text.beyond-bmp-kept",
    spec=[CLAUSE],
    requirements=["J-4.1.2-c"],
    needs=[ConnectorReader],
    mutants=["text-garbled", "text-beyond-bmp-garbled"],
)
async def test_text_beyond_the_bmp_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """What the operator reads of characters beyond the Basic Multilingual Plane is what the station wrote."""
    check.equal(await _shown(station, csms, BEYOND_BMP), BEYOND_BMP, clause=CLAUSE)


@scenario(
    "v16.transport.text.markup-kept",
    spec=[CLAUSE],
    requirements=["J-4.1.2-c"],
    needs=[ConnectorReader],
    mutants=["shown-text-escaped", "shown-text-cut"],
)
async def test_markup_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A text of full length with markup in it is shown unescaped and uncut; a console's own way only remarks."""
    check.equal(await _shown(station, csms, MARKUP), MARKUP, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.transport.text.answers-kept",
    spec=[CLAUSE, "OCPP 1.6 5.8", "OCPP 1.6 7.29"],
    requirements=["J-4.1.2-c", "CORE-5.8-b"],
    needs=[GetConfiguration, OutcomeReader, ConfigurationReader],
    mutants=["shown-text-escaped", "shown-text-cut"],
)
async def test_text_of_an_answer_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The value of a key is shown as the station told it, in full length; a console's own way only remarks."""
    await station.ready()

    request = await csms.perform(GetConfiguration(station=station.id, key=(KEY,)))
    get = await station.next_call("GetConfiguration")
    await get.answer(configurationKey=[{"key": KEY, "readonly": False, "value": LONGEST}])
    await csms.outcome(request)

    value = shown((await csms.ask(ConfigurationReader).configuration(station.id)).get(KEY), "the value of a key")
    check.equal(value, LONGEST, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.transport.text.orders-kept",
    spec=[CLAUSE, "OCPP 1.6 5.3", "OCPP 1.6 6.9"],
    requirements=["J-4.1.2-c", "OP-a"],
    needs=[ChangeConfiguration],
    mutants=["order-text-escaped", "order-text-cut", "order-text-garbled"],
)
async def test_text_of_an_order_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The value of a key reaches the station as entered: markup, characters of every plane, full length."""
    await station.ready()
    taken = 0

    for value in (MARKUP, BEYOND_ASCII, BEYOND_BMP, LONGEST):
        order = ChangeConfiguration(station=station.id, key=KEY, value=value)
        if isinstance(await csms.attempt(order), Refused):
            continue
        change = await station.next_call("ChangeConfiguration", key=KEY)
        check.equal(change.payload.get("value"), value, clause="OCPP 1.6 6.9", at=change.entry.index)
        await change.answer(status="Accepted")
        taken += 1
    if not taken:
        raise Inconclusive("the central system takes no such text for a configuration value")
