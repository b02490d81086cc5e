"""Messages as text: OCPP-J section 4.1.2."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from harness import rules
from harness.ocppj import Call, Payload, encode
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.evoked import evoked
from scenarios.stage.population import Tags
from scenarios.transport.dialects import EVERY_VERSION, dialect
from simulators.aftermath import aftermath
from simulators.observation import Answer
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.1.2"


@scenario(
    "transport.text.strict-json",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.2"],
    requirements={"1.6": ["J-4.1.2-a"]},
    mutants=["json-trailing-comma", "json-not-a-number"],
)
async def test_every_message_is_strict_json(station: Station, tags: Tags, check: Checks) -> None:
    """CALLs of all kinds evoke messages; that each is one strictly valid JSON text is a rule of the wire."""
    await station.connect()
    for action, payload in (*station.core_calls(tags.unknown()), ("NoSuchAction", {})):
        await station.attempt(action, payload)

    evoked(rules.JSON, station, check)


@scenario(
    "transport.text.never-binary",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.2"],
    requirements={"1.6": ["J-4.1.2-b"]},
    mutants=["heartbeat-answer-binary"],
)
async def test_messages_travel_as_text(station: Station, tags: Tags, check: Checks) -> None:
    """CALLs of all kinds evoke messages; that they travel in WebSocket text messages is a rule of the wire."""
    await station.connect()
    for action, payload in station.core_calls(tags.unknown()):
        await station.attempt(action, payload)

    evoked(rules.TEXT, station, check)


@scenario(
    "transport.text.binary-not-served",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.2"],
    requirements={"1.6": ["J-4.1.2-b"]},
)
async def test_binary_message_is_not_served(station: Station, check: Checks) -> None:
    """A CALL in a binary message is left unanswered, or ends the connection, but is not served."""
    await station.ready()

    after = await aftermath(station, encode(Call(station.new_id(), "Heartbeat")).encode())

    check.equal(after.texts, (), clause=CLAUSE, level=SHOULD)
    after.life.judge(check, clause=CLAUSE, closing=None)


@scenario(
    "transport.text.spellings-understood",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.2"],
    requirements={"1.6": ["J-4.1.2-d"]},
    mutants=["json-compact-only", "json-escapes-refused", "json-member-order-fixed"],
)
async def test_every_json_spelling_is_understood(station: Station, check: Checks) -> None:
    """A BootNotification is accepted whatever its white space, escapes and order of members."""
    await station.connect()
    payload = dialect(station).least_boot()

    for spelling, spell in SPELLINGS.items():
        unique_id = station.new_id()
        outcome = await station.attempt_raw(spell(unique_id, payload), unique_id)
        accepted = isinstance(outcome, Answer) and outcome.payload.get("status") == "Accepted"
        check.that(accepted, f"Accepted, {spelling}", observed=outcome, clause=CLAUSE)


def _compact(unique_id: str, payload: Payload) -> str:
    return encode(Call(unique_id, "BootNotification", payload))


def _spacious(unique_id: str, payload: Payload) -> str:
    return f"\r\n\t{json.dumps([2, unique_id, 'BootNotification', payload], indent=3, separators=(' ,', ' : '))} \n"


def _escaped(unique_id: str, payload: Payload) -> str:
    return f'[2,"{unique_id}",{_escape("BootNotification")},{_escape(payload)}]'


def _reversed(unique_id: str, payload: Payload) -> str:
    return encode(Call(unique_id, "BootNotification", _turned(payload)))


def _slashed(unique_id: str, payload: Payload) -> str:
    return _compact(unique_id, payload).replace("/", "\\/")


def _escape(value: Payload | str) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_escape(name)}:{_escape(member)}" for name, member in value.items()) + "}"
    return '"' + "".join(f"\\u{ord(character):04x}" for character in value) + '"'


def _turned(value: Any) -> Any:
    return {name: _turned(value[name]) for name in reversed(value)} if isinstance(value, dict) else value


SPELLINGS: Mapping[str, Callable[[str, Payload], str]] = {
    "written compactly": _compact,
    "written with much white space": _spacious,
    "written in escapes": _escaped,
    "its members in reverse order": _reversed,
    "its slash escaped": _slashed,
}
