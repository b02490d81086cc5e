"""Defects in giving stations new passwords (security white paper A01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from server.core.call_queue import Operation
from server.core.credentials import Credentials
from server.core.passwords import fits
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.station_keys import KEY, StationKeys


@mutant("password-as-text", "A new password is sent as text instead of hexadecimal digits.")
class _AsText(StationKeys):
    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        return [_with_value(one, "Correct-Horse-Battery") for one in super().requests(tx, operation)]

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        pass


def _swapped(digits: str) -> str:
    """Return the bytes of a password, two digits each, in the other order."""
    return "".join(digits[max(at - 2, 0) : at] for at in range(len(digits), 0, -2))


@mutant("password-mangled", "A new password reaches the station with its digits in pairs swapped.")
class _Mangled(StationKeys):
    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        return [_with_value(one, _swapped(one["value"])) for one in super().requests(tx, operation)]


@mutant("password-not-switched", "A new password that the station has accepted is not good.")
class _NotSwitched(StationKeys):
    def after_rotation(self, credentials: Credentials, status: str) -> Credentials:
        return credentials.kept()


@mutant("password-choice-unchecked", "An operator may enter any text for a password.")
class _ChoiceUnchecked(StationKeys):
    def check_password(self, value: str) -> None:
        pass

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Both(Credentials):
    """Credentials of which the old password is good for ever."""

    old: bytes | None = None

    def know(self, password: bytes) -> bool:
        """Return whether a password is one that the station has ever had."""
        return fits(password, self.old) or super(_Both, self).know(password)


@mutant("password-old-one-good", "After a rotation the old password stays good.")
class _OldOneGood(StationKeys):
    def after_rotation(self, credentials: Credentials, status: str) -> Credentials:
        switched = super().after_rotation(credentials, status)
        return _Both(profile=switched.profile, password=switched.password, old=credentials.password)


def _with_value(payload: Payload, value: str) -> Payload:
    return payload | ({"value": value} if payload["key"].casefold() == KEY else {})
