"""Messages that are no proper OCPP-J message: who is still served afterwards?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from harness.scenario import Member, family
from harness.verdict import POLICY, SHOULD, Checks
from harness.versions import V16, VERSIONS, Version
from scenarios.stage.population import Population
from simulators.aftermath import aftermath, sign_of_life
from simulators.station import Station


@dataclass(frozen=True, slots=True)
class Hostile:
    """A message with {id} in the place of a fresh unique id; bytes travel as a binary message."""

    version: Version
    message: str | bytes


_HOSTILE: dict[str, tuple[str, str | bytes]] = {
    "not-json": ("is a word", "hello"),
    "truncated": ("ends in the middle of a CALL", '[2,"{id}","Heart'),
    "empty-text": ("is empty", ""),
    "white-space": ("is white space", " \r\n\t "),
    "null": ("is null", "null"),
    "number": ("is a number", "42"),
    "text": ("is a JSON text", '"Heartbeat"'),
    "object": ("is an object", '{"action":"Heartbeat"}'),
    "empty-array": ("is an empty array", "[]"),
    "type-only": ("has a message type only", "[2]"),
    "id-only": ("ends after the unique id", '[2,"{id}"]'),
    "no-payload": ("has no payload", '[2,"{id}","Heartbeat"]'),
    "five-elements": ("has five elements", '[2,"{id}","Heartbeat",{},{}]'),
    "type-zero": ("has message type 0", '[0,"{id}","Heartbeat",{}]'),
    "type-one": ("has message type 1", '[1,"{id}","Heartbeat",{}]'),
    "type-five": ("has message type 5", '[5,"{id}","Heartbeat",{}]'),
    "type-negative": ("has message type -2", '[-2,"{id}","Heartbeat",{}]'),
    "type-text": ("has its message type as a text", '["2","{id}","Heartbeat",{}]'),
    "type-decimal": ("has message type 2.5", '[2.5,"{id}","Heartbeat",{}]'),
    "type-null": ("has a null message type", '[null,"{id}","Heartbeat",{}]'),
    "type-true": ("has true for a message type", '[true,"{id}","Heartbeat",{}]'),
    "id-number": ("has a number for a unique id", '[2,4711,"Heartbeat",{}]'),
    "id-null": ("has null for a unique id", '[2,null,"Heartbeat",{}]'),
    "id-empty": ("has an empty unique id", '[2,"","Heartbeat",{}]'),
    "id-37": ("has a unique id of 37 characters", '[2,"{id}x","Heartbeat",{}]'),
    "id-1000": ("has a unique id of 1,000 characters", f'[2,"{"x" * 1000}","Heartbeat",{{}}]'),
    "id-array": ("has an array for a unique id", '[2,["{id}"],"Heartbeat",{}]'),
    "action-number": ("has a number for an action", '[2,"{id}",7,{}]'),
    "action-null": ("has null for an action", '[2,"{id}",null,{}]'),
    "action-empty": ("has an empty action", '[2,"{id}","",{}]'),
    "action-unknown": ("has an action that nobody knows", '[2,"{id}","MakeCoffee",{}]'),
    "action-long": ("has an action of 100,000 characters", f'[2,"{{id}}","{"A" * 100_000}",{{}}]'),
    "action-path": ("has a path for an action", '[2,"{id}","../../etc/passwd",{}]'),
    "payload-array": ("has an array for a payload", '[2,"{id}","Heartbeat",[]]'),
    "payload-text": ("has a text for a payload", '[2,"{id}","Heartbeat","x"]'),
    "payload-number": ("has a number for a payload", '[2,"{id}","Heartbeat",1]'),
    "payload-true": ("has true for a payload", '[2,"{id}","Heartbeat",true]'),
    "duplicate-members": ("has a member twice", '[2,"{id}","DataTransfer",{"vendorId":"A","vendorId":"B"}]'),
    "not-a-number": ("holds NaN", '[2,"{id}","StartTransaction",{"connectorId":NaN}]'),
    "infinity": ("holds a number beyond all bounds", '[2,"{id}","StartTransaction",{"connectorId":1e999}]'),
    "huge-integer": (
        "holds an integer of 400 digits",
        f'[2,"{{id}}","StartTransaction",{{"connectorId":{"9" * 400}}}]',
    ),
    "single-quotes": ("is quoted as in Python", "[2,'{id}','Heartbeat',{}]"),
    "trailing-comma": ("has a comma too many", '[2,"{id}","Heartbeat",{},]'),
    "comment": ("holds a comment", '[2,"{id}","Heartbeat",{}/* why not */]'),
    "two-messages": ("is two messages in one", '[2,"{id}","Heartbeat",{}][2,"{id}-2","Heartbeat",{}]'),
    "byte-order-mark": ("begins with a byte order mark", '\ufeff[2,"{id}","Heartbeat",{}]'),
    "lone-surrogate": ("holds half of a character", '[2,"{id}","Authorize",{"idTag":"\\ud800"}]'),
    "deep-array": ("is nested 100,000 deep", "[" * 100_000),
    "deep-payload": (
        "has a payload nested 5,000 deep",
        '[2,"{id}","Heartbeat",' + '{"a":' * 5000 + "1" + "}" * 5000 + "]",
    ),
    "many-members": (
        "has a payload of 10,000 members",
        '[2,"{id}","Heartbeat",{' + ",".join(f'"m{n}":{n}' for n in range(10_000)) + "}]",
    ),
    "unasked-result": ("is a CALLRESULT that nobody asked for", '[3,"{id}",{}]'),
    "unasked-error": ("is a CALLERROR that nobody asked for", '[4,"{id}","GenericError","",{}]'),
    "short-result": ("is a CALLRESULT of two elements", '[3,"{id}"]'),
    "short-error": ("is a CALLERROR of three elements", '[4,"{id}","GenericError"]'),
    "error-null": ("is a CALLERROR of nulls", '[4,"{id}",null,null,null]'),
    "binary": ("is binary", b'[2,"{id}","Heartbeat",{}]'),
    "binary-zeros": ("is binary and all zeros", bytes(1000)),
}


_INSTEAD: Mapping[str, Mapping[str, str]] = {
    "2.0.1": {
        "duplicate-members": (
            '[2,"{id}","Authorize",{"idToken":{"idToken":"A","type":"Central"},'
            '"idToken":{"idToken":"B","type":"Central"}}]'
        ),
        "not-a-number": '[2,"{id}","MeterValues",{"evseId":NaN}]',
        "infinity": '[2,"{id}","MeterValues",{"evseId":1e999}]',
        "huge-integer": f'[2,"{{id}}","MeterValues",{{"evseId":{"9" * 400}}}]',
        "lone-surrogate": '[2,"{id}","Authorize",{"idToken":{"idToken":"\\ud800","type":"Central"}}]',
    }
}
"""Version → the messages that take the place of those with an action or a member that it does not know."""

_TOLERANT = {"duplicate-members": ["duplicate-members-accepted"]}


def _members() -> Iterator[Member]:
    for version, (name, (description, message)) in product(VERSIONS.values(), _HOSTILE.items()):
        stopper = "binary-message-stops-others" if isinstance(message, bytes) else "hostile-message-stops-others"
        yield Member(
            id=f"{version.prefix}.validation.frame.{name}",
            title=f"A message that {description} harms neither this station nor another.",
            case=Hostile(version, _INSTEAD.get(version.name, {}).get(name, message)),
            spec=[f"OCPP-J {version} 4.2"],
            requirements=["J-4.2.3-n"] if version is V16 else [],
            mutants=[stopper, *_TOLERANT.get(name, ())],
        )


@family(_members())
async def test_hostile_message_harms_nobody(
    station: Station, stations: Population[Station], check: Checks, case: Hostile
) -> None:
    """After a message that is no proper one, this station is served again and another is served on."""
    clause = f"OCPP-J {case.version} 4.2.3"
    other = await stations.new()
    await station.ready(announce=False)
    await other.ready(announce=False)

    fill = station.new_id()
    message = case.message.replace("{id}", fill) if isinstance(case.message, str) else case.message
    after = await aftermath(station, message)
    after.life.judge(check, clause=clause, closing=None)
    check.equal(after.results, (), clause=f"OCPP-J {case.version} 4.2.1", level=SHOULD, axis=POLICY)
    (await sign_of_life(other)).judge(check, clause=clause)
    newcomer = await stations.new()
    check.equal((await newcomer.boot(announce=False)).payload.get("status"), "Accepted", clause=clause)
