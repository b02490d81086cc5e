"""Variants of the operator API, and of what an operator may enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from ocpp.v16.enums import Action
from sqlalchemy import Connection

from server.api_orders import ApiOrders
from server.core import instants
from server.core.bundle import InvalidOperation
from server.core.call_queue import Outcome
from server.core.operator import Conflict, Impossible, Operator
from server.core.stations import Station
from server.core.validation import Payload
from server.v16.firmware import Firmware
from server.v16.security import Security
from server.variants.registry import variant

_CONSOLE = "OCPP does not say how a central system is operated"
_HASTE = 60.0
"""Seconds for which a request is held at most, however long the station takes."""
_TOLD = {name: f"/{name}" for name in ("state", "status", "payload", "reason")}
_ANSWERED = {"taken": [200], "receipt": None, "outcome": {"found": _TOLD}}
"""How the target file of a product says that the answer to an order tells its outcome."""


def _ahead(text: str) -> None:
    if instants.parse(text) <= instants.now():
        raise InvalidOperation(f"{text} does not lie ahead")


class _SignedAhead(Security):
    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        if action == Action.signed_update_firmware:
            _ahead(payload["firmware"]["retrieveDateTime"])
        return super().prepare(tx, station, action, payload)


@variant(
    "markup-refused",
    "An order with an angle bracket in a text is refused.",
    grounds=f"{_CONSOLE}; a firewall before its API takes that for an attack",
)
class _MarkupRefused(Operator):
    async def perform(self, id: str, action: str, payload: Mapping[str, Any], version: str | None = None) -> str:
        if "<" in str(payload):
            raise Impossible("the request was blocked")
        return await super().perform(id, action, payload, version)


@variant(
    "absent-members-shown-as-null",
    "Meter values and schedules are shown with members that are null where stations have sent none.",
    grounds=f"{_CONSOLE}; serialisers of Java and .NET write null for what is absent",
)
class _ShownAsNull(Operator):
    async def outcome(self, operation: str, patience: float = 0.0) -> Outcome | None:
        found = await super().outcome(operation, patience)
        return replace(found, payload=_with_null(found.payload)) if found else None

    async def transactions(self, id: str) -> Sequence[Payload]:
        return [one | {"meter_values": _with_null(one["meter_values"])} for one in await super().transactions(id)]


def _with_null(value: Any) -> Any:
    match value:
        case dict():
            return {name: _with_null(member) for name, member in value.items()} | {"comment": None}
        case list():
            return [_with_null(item) for item in value]
    return value


@variant(
    "firmware-only-ahead",
    "An update of firmware must be retrieved in the future.",
    grounds=f"{_CONSOLE}; SteVe demands a time that lies ahead",
    also=(_SignedAhead,),
)
class _FirmwareAhead(Firmware):
    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        if action == Action.update_firmware:
            _ahead(payload["retrieveDate"])
        return super().prepare(tx, station, action, payload)


@variant(
    "synchronous-operator-api",
    "The operator API answers only after the station has, and takes nothing for one that is away.",
    grounds=f"{_CONSOLE}; CitrineOS and most REST APIs",
    target={
        "driver": {"http": {"operations": {"*": _ANSWERED, "2.0.1": {"*": _ANSWERED}}, "abilities": {"outcome": None}}}
    },
    over_http=True,
)
class _Synchronous(ApiOrders):
    taken = 200

    async def take(
        self, station: str, action: str, payload: Mapping[str, Any], version: str | None = None
    ) -> Mapping[str, Any]:
        if not self.operator.station(station)["online"]:
            raise Conflict("the station is not connected")
        taken = await super().take(station, action, payload, version)
        outcome = await self.operator.outcome(taken["id"], _HASTE)
        assert outcome is not None
        return {**taken, **asdict(outcome)}


def _refusing(code: int, grounds: str) -> None:
    """Declare the variant that refuses every order with one status code."""

    @variant(
        f"orders-refused-with-{code}",
        f"An operation that is not taken is refused with {code}.",
        grounds=grounds,
        over_http=True,
    )
    class Refusing(ApiOrders):
        refused = code


for _code in (400, 404, 409, 422):
    _refusing(_code, _CONSOLE)
for _code in (500, 502):
    _refusing(_code, f"{_CONSOLE}; products whose console tells a refusal as a failure of the server")
