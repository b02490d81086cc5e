"""Messages as text: OCPP-J 1.6 section 4.1.2."""

import json
from collections.abc import Callable, Mapping

from harness import rules
from harness.ocppj import Call, encode
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.evoked import evoked
from scenarios.stage.population import Tags
from simulators.aftermath import aftermath
from simulators.observation import Answer
from simulators.v16 import ChargePoint
from simulators.v16.messages import core_calls

CLAUSE = "OCPP-J 1.6 4.1.2"


@scenario(
    "v16.transport.text.strict-json",
    spec=["OCPP-J 1.6 4.1.2"],
    requirements=["J-4.1.2-a"],
    mutants=["json-trailing-comma", "json-not-a-number"],
)
async def test_every_message_is_strict_json(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """CALLs of all kinds evoke messages; that each is one strictly valid JSON text is a rule of the wire."""
    await station.connect()
    for action, payload in (*core_calls(tags.unknown()), ("NoSuchAction", {})):
        await station.attempt(action, payload)

    evoked(rules.JSON, station, check)


@scenario(
    "v16.transport.text.never-binary",
    spec=["OCPP-J 1.6 4.1.2"],
    requirements=["J-4.1.2-b"],
    mutants=["heartbeat-answer-binary"],
)
async def test_messages_travel_as_text(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """CALLs of all kinds evoke messages; that they travel in WebSocket text messages is a rule of the wire."""
    await station.connect()
    for action, payload in core_calls(tags.unknown()):
        await station.attempt(action, payload)

    evoked(rules.TEXT, station, check)


@scenario("v16.transport.text.binary-not-served", spec=["OCPP-J 1.6 4.1.2"], requirements=["J-4.1.2-b"])
async def test_binary_message_is_not_served(station: ChargePoint, check: Checks) -> None:
    """A CALL in a binary message is left unanswered, or ends the connection, but is not served."""
    await station.ready()

    after = await aftermath(station, encode(Call(station.new_id(), "Heartbeat")).encode())

    check.equal(after.texts, (), clause=CLAUSE, level=SHOULD)
    after.life.judge(check, clause=CLAUSE, closing=None)


@scenario(
    "v16.transport.text.spellings-understood",
    spec=["OCPP-J 1.6 4.1.2"],
    requirements=["J-4.1.2-d"],
    mutants=["json-compact-only", "json-escapes-refused", "json-member-order-fixed"],
)
async def test_every_json_spelling_is_understood(station: ChargePoint, check: Checks) -> None:
    """A BootNotification is accepted whatever its white space, escapes and order of members."""
    await station.connect()
    payload = {"chargePointVendor": "plug/fest", "chargePointModel": "simulated"}

    for spelling, spell in SPELLINGS.items():
        unique_id = station.new_id()
        outcome = await station.attempt_raw(spell(unique_id, payload), unique_id)
        accepted = isinstance(outcome, Answer) and outcome.payload.get("status") == "Accepted"
        check.that(accepted, f"Accepted, {spelling}", observed=outcome, clause=CLAUSE)


def _compact(unique_id: str, payload: dict[str, str]) -> str:
    return encode(Call(unique_id, "BootNotification", payload))


def _spacious(unique_id: str, payload: dict[str, str]) -> str:
    return f"\r\n\t{json.dumps([2, unique_id, 'BootNotification', payload], indent=3, separators=(' ,', ' : '))} \n"


def _escaped(unique_id: str, payload: dict[str, str]) -> str:
    members = [f'"{_escape(name)}":"{_escape(value)}"' for name, value in payload.items()]
    return f'[2,"{unique_id}","{_escape("BootNotification")}",{{{",".join(members)}}}]'


def _reversed(unique_id: str, payload: dict[str, str]) -> str:
    return encode(Call(unique_id, "BootNotification", dict(reversed(payload.items()))))


def _slashed(unique_id: str, payload: dict[str, str]) -> str:
    return _compact(unique_id, payload).replace("/", "\\/")


def _escape(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


SPELLINGS: Mapping[str, Callable[[str, dict[str, str]], str]] = {
    "written compactly": _compact,
    "written with much white space": _spacious,
    "written in escapes": _escaped,
    "its members in reverse order": _reversed,
    "its slash escaped": _slashed,
}
