"""Mutants of the transport that only OCPP 2.0.1 has."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from ocpp.exceptions import PropertyConstraintViolationError, SecurityError
from websockets.extensions.base import ServerExtensionFactory

from server.core.connection import Connection
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import ERRORS, Row, fails, reframes, refuses
from server.mutants.v201 import request, response
from server.v201.transactions import Transactions

fails(response("Authorize"),
    Row("unknown-token-call-error", "Authorize of an unknown idToken is answered with CALLERROR.",
        SecurityError("the idToken is not known"),
        when=lambda payload: payload["idTokenInfo"]["status"] in ("Invalid", "Unknown")),
)  # fmt: skip
refuses(request("Authorize"),
    Row("token-limit-off-by-one", "An idToken of the full 36 characters is refused as too long.",
        PropertyConstraintViolationError("idToken: too long"),
        when=lambda payload: len(payload["idToken"]["idToken"]) >= 36),
)  # fmt: skip
reframes(ERRORS,
    Row("unknown-type-format-violation", "A message of an unknown type is answered with FormatViolation.",
        lambda frame: [*frame[:2], frame[2].replace("MessageTypeNotSupported", "FormatViolation"), *frame[3:]],
        remarks=True),
    Row("unreadable-answered-without-id", "What names no unique id is answered with CALLERROR under an empty one.",
        lambda frame: [frame[0], "" if frame[1] == "-1" else frame[1], *frame[2:]]),
)  # fmt: skip


@mutant("early-station-served", "A station of OCPP 2.0.1 is served before it is accepted.")
class _EarlyStationServed(Session):
    def check_admitted(self, action: str) -> None:
        if self.bundle.version != "2.0.1":
            super().check_admitted(action)


@mutant("call-ids-start-again", "The unique ids of CALLs start again with each connection.")
class _CallIdsStartAgain(Session):
    number = 0

    def new_id(self) -> str:
        self.number += 1
        return str(self.number)


@mutant("compression-refused", "No extension of WebSocket is agreed to.", remarks=True)
class _CompressionRefused(Connection):
    def extensions(self) -> Sequence[ServerExtensionFactory]:
        return ()


@mutant("events-of-the-first-station", "All transaction events are booked for the station that told of one first.")
class _EventsOfTheFirstStation(Transactions):
    first: Station | None = None

    def transaction_event(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        self.first = self.first or station
        return super().transaction_event(self.first, payload)
