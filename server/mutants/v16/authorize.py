"""Mutants of idTags: what they are told to be worth (OCPP 1.6 4.1, 7.2)."""

from __future__ import annotations

from typing import Any

from ocpp.exceptions import PropertyConstraintViolationError, SecurityError
from ocpp.v16.enums import AuthorizationStatus
from sqlalchemy import Connection

from server.core import instants
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, fails, put, refuses, turn, within
from server.mutants.v16 import request, response
from server.v16.core import CoreHandlers

alters(response("Authorize"),
    Row("authorize-with-user", "Authorize.conf names the owner of the idTag.", put(user="A. Driver")),
)  # fmt: skip
alters(response("Authorize", "StartTransaction", "StopTransaction"),
    Row("tag-expiry-unreadable", "The expiryDate of an idTag is sent as people of some country write it.",
        within("idTagInfo", how=turn(expiryDate=lambda text: f"{instants.parse(text):%d/%m/%Y %H:%M}"))),
)  # fmt: skip
fails(response("Authorize"),
    Row("invalid-tag-call-error", "Authorize of an unknown idTag is answered with CALLERROR.",
        SecurityError("the idTag is not known"), when=lambda payload: payload["idTagInfo"]["status"] == "Invalid"),
)  # fmt: skip
refuses(request(),
    Row("tag-hyphen-refused", "An idTag with a hyphen is refused by CALLERROR.",
        PropertyConstraintViolationError("idTag: not an identifier"),
        when=lambda payload: "-" in payload.get("idTag", ""), faults=["citrineos/citrineos-core@857bf61a"]),
    Row("length-limit-off-by-one", "An idTag of the full 20 characters is refused as too long.",
        PropertyConstraintViolationError("idTag: too long"), when=lambda payload: len(payload.get("idTag", "")) >= 20),
)  # fmt: skip


class _AuthorizeRemembered(CoreHandlers):
    """Remembers which idTags have been accepted at an Authorize, by station."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.authorized: set[tuple[str, str]] = set()

    def authorize(self, station: Station, payload: Payload) -> Payload:
        """Tell what an idTag is worth, and remember that it was accepted."""
        conf = super().authorize(station, payload)
        if conf["idTagInfo"]["status"] == AuthorizationStatus.accepted:
            self.authorized.add((station.id, payload["idTag"]))
        return conf

    def start_with(self, tx: Connection, station: Station, payload: Payload, status: AuthorizationStatus) -> Payload:
        """Book the start and return the StartTransaction.conf with another status."""
        return {**super().start(tx, station, payload), "idTagInfo": {"status": status.value}}


@mutant("start-trusts-authorize", "A start with an idTag that was authorized before is always accepted.")
class _StartTrustsAuthorize(_AuthorizeRemembered):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        if (station.id, payload["idTag"]) in self.authorized:
            return self.start_with(tx, station, payload, AuthorizationStatus.accepted)
        return super().start(tx, station, payload)


@mutant("start-needs-authorize", "A start with an idTag that was not authorized before is invalid.")
class _StartNeedsAuthorize(_AuthorizeRemembered):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        if (station.id, payload["idTag"]) not in self.authorized:
            return self.start_with(tx, station, payload, AuthorizationStatus.invalid)
        return super().start(tx, station, payload)
