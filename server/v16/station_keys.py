"""The configuration keys that decide how a station proves who it is (security white paper A01, A05)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import ClassVar

from ocpp.v16.enums import Action, ConfigurationStatus
from sqlalchemy import Connection

from server.core.bundle import InvalidOperation, UnsuitableOperation
from server.core.call_queue import Operation
from server.core.credentials import BASIC, STORE, TLS, Credentials
from server.core.profile import Profile
from server.core.stations import Station, Stations
from server.core.validation import Payload

KEY, PROFILE = "authorizationkey", "securityprofile"
"""The names of the two keys, case-folded."""

_HEX = re.compile("(?:[0-9A-Fa-f]{2}){16,20}")


class StationKeys(Profile):
    """Rotates the passwords of stations and moves stations to higher security profiles.

    Until a station has answered, both its old password and the one that it is being sent are good.
    """

    actions: ClassVar[frozenset[str]] = frozenset({Action.change_configuration.value})
    chosen_later: ClassVar[Mapping[str, Payload]] = {Action.change_configuration.value: {"value": ""}}

    def __init__(self, stations: Stations) -> None:
        self.stations = stations

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check a password that is given, and that a security profile only rises (A01.FR.02, A00.FR.005)."""
        key, value = payload["key"].casefold(), payload.get("value")
        if key == KEY:
            if value is not None:
                self.check_password(value)
        elif value is None:
            raise InvalidOperation(f"{payload['key']} needs a value")
        elif key == PROFILE:
            self.check_profile(station, value)
        return payload

    def check_password(self, value: str) -> None:
        """Raise InvalidOperation for a password that is not 16 to 20 bytes in hexadecimal; its text stays unsaid."""
        if not _HEX.fullmatch(value):
            raise InvalidOperation("AuthorizationKey takes 32 to 40 hexadecimal digits, two for each byte")

    def check_profile(self, station: Station, value: str) -> None:
        """Raise for what is no security profile above that of the station, or for one that would lock it out."""
        if value not in ("1", "2", "3"):
            raise InvalidOperation(f"SecurityProfile takes 1, 2 or 3, not {value!r}")
        credentials = station.credentials
        if int(value) <= credentials.profile:
            raise UnsuitableOperation(
                f"the station has security profile {credentials.profile}: it only gets a higher one"
            )
        if int(value) in (BASIC, TLS) and credentials.password is None and credentials.offered is None:
            raise UnsuitableOperation(f"security profile {value} needs a password: set AuthorizationKey before")

    # While it is carried out

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return the CALL, with a new random password where none is given: until now nobody knows it (A01.FR.06)."""
        payload = operation.payload
        if payload["key"].casefold() == KEY and "value" not in payload:
            return [{**payload, "value": self.new_password(operation.station).hex()}]
        return [payload]

    def new_password(self, station: str) -> bytes:
        """Return a password of the greatest length, 20 bytes (A00.FR.205)."""
        return secrets.token_bytes(20)

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        """Take the new password for good from now on; only its hash is kept (A01.FR.08)."""
        station = self.stations.get(operation.station)
        if operation.payload["key"].casefold() != KEY or station is None:
            return
        self.keep(tx, station, self.offering(station.credentials, bytes.fromhex(requests[0]["value"])))

    def offering(self, credentials: Credentials, password: bytes) -> Credentials:
        """Return the credentials of a station that is being sent a new password."""
        return credentials.offering(password)

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Change how the station proves who it is, if it has taken the change."""
        key, status = operation.payload["key"].casefold(), answer["status"]
        if key == KEY:
            self.keep(tx, station, self.after_rotation(station.credentials, status))
        elif key == PROFILE and status in (ConfigurationStatus.accepted, ConfigurationStatus.reboot_required):
            self.keep(tx, station, self.after_upgrade(station.credentials, int(operation.payload["value"])))

    def after_rotation(self, credentials: Credentials, status: str) -> Credentials:
        """Return the credentials after an answer; one that the text does not foresee leaves both passwords good."""
        match status:
            case ConfigurationStatus.accepted:
                return credentials.switched()
            case ConfigurationStatus.rejected | ConfigurationStatus.not_supported:
                return credentials.kept()
        return credentials

    def after_upgrade(self, credentials: Credentials, profile: int) -> Credentials:
        """Return the credentials of a station that has taken a higher profile (A05.FR.08)."""
        return credentials.upgraded(profile)

    def keep(self, tx: Connection, station: Station, credentials: Credentials) -> None:
        """Store the credentials of a station."""
        tx.execute(STORE, credentials.row(station.id))
        station.credentials = credentials
