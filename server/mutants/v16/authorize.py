"""Mutants of idTags: what they are told to be worth (OCPP 1.6 4.1, 7.2)."""

from __future__ import annotations

import re
from typing import Any

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16.enums import AuthorizationStatus
from sqlalchemy import Connection

from server.core.session import Session
from server.core.stations import Station
from server.core.tags import Tag, Tags
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.core import CoreHandlers


@mutant("tag-unknown-accepted", "An unknown idTag is accepted.", faults=["citrineos/citrineos-core@ac4f60e9"])
class _TagUnknownAccepted(Tags):
    def status(self, tag: Tag | None) -> str:
        return super().status(tag) if tag else str(AuthorizationStatus.accepted.value)


@mutant("tag-expiry-ignored", "An idTag is accepted beyond its expiry.")
class _TagExpiryIgnored(Tags):
    def status(self, tag: Tag | None) -> str:
        return tag.status if tag else super().status(tag)


class _OtherStatus(Tags):
    """Tells something else of the tags of one status."""

    of: AuthorizationStatus
    told: AuthorizationStatus

    def status(self, tag: Tag | None) -> str:
        """Return what a tag is worth, exchanged for one status."""
        status = super().status(tag)
        return str(self.told.value) if status == self.of else status


@mutant("tag-valid-refused", "A valid idTag is told to be blocked.")
class _TagValidRefused(_OtherStatus):
    of, told = AuthorizationStatus.accepted, AuthorizationStatus.blocked


@mutant("tag-unknown-blocked", "An unknown idTag is told to be blocked.")
class _TagUnknownBlocked(_OtherStatus):
    of, told = AuthorizationStatus.invalid, AuthorizationStatus.blocked


@mutant("tag-blocked-accepted", "A blocked idTag is accepted.")
class _TagBlockedAccepted(_OtherStatus):
    of, told = AuthorizationStatus.blocked, AuthorizationStatus.accepted


@mutant("tag-expired-accepted", "An expired idTag is accepted.")
class _TagExpiredAccepted(_OtherStatus):
    of, told = AuthorizationStatus.expired, AuthorizationStatus.accepted


@mutant("tag-hexadecimal-only", "An idTag that is no hexadecimal number of even length is invalid.")
class _TagHexadecimalOnly(Tags):
    def find(self, id_tag: str) -> Tag | None:
        return super().find(id_tag) if re.fullmatch(r"([0-9A-Fa-f]{2})+", id_tag) else None


@mutant("authorize-with-user", "Authorize.conf names the owner of the idTag.")
class _AuthorizeWithUser(CoreHandlers):
    def authorize(self, station: Station, payload: Payload) -> Payload:
        return {**super().authorize(station, payload), "user": "A. Driver"}


class _AuthorizeRemembered(CoreHandlers):
    """Remembers which idTags have been accepted at an Authorize, by station."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
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


@mutant(
    "tag-hyphen-refused",
    "An idTag with a hyphen is refused by CALLERROR.",
    faults=["citrineos/citrineos-core@857bf61a"],
)
class _TagHyphenRefused(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if "-" in payload.get("idTag", ""):
            raise PropertyConstraintViolationError(description="idTag: not an identifier")


@mutant(
    "tag-blocked-invalid",
    "A blocked idTag is told to be invalid.",
    faults=["open-ocpp-tck: TC_023_3 on CitrineOS"],
    remarks=True,
)
class _TagBlockedInvalid(_OtherStatus):
    of, told = AuthorizationStatus.blocked, AuthorizationStatus.invalid


@mutant(
    "tag-expired-invalid",
    "An expired idTag is told to be invalid.",
    faults=["open-ocpp-tck: TC_023_3 on CitrineOS"],
    remarks=True,
)
class _TagExpiredInvalid(_OtherStatus):
    of, told = AuthorizationStatus.expired, AuthorizationStatus.invalid


@mutant(
    "tag-case-matters",
    "idTags are compared case-sensitively.",
    faults=["steve-community/steve#1900"],
    remarks=True,
)
class _TagCaseMatters(Tags):
    def find(self, id_tag: str) -> Tag | None:
        tag = super().find(id_tag)
        return tag if tag is not None and tag.id_tag == id_tag else None
