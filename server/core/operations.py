"""Operations as the profiles of a version carry them out: who is responsible for which, and what all must observe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection

from server.core.bundle import InvalidOperation
from server.core.call_queue import Operation
from server.core.profile import Profile
from server.core.stations import Station
from server.core.validation import Payload, Schemas

LARGEST = 2**31 - 1
"""The largest whole number that every station can be trusted to hold; the schemas name no limit."""


class ProfileOperations:
    """Checks what operators ask for and records what stations answer; each action has at most one profile."""

    schemas: ClassVar[Schemas]

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self.profiles = profiles
        self._by_action = {action: profile for profile in profiles for action in profile.actions}

    # Before an operation is taken

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Return the payload with what the central system chooses itself.

        Raises InvalidOperation or UnsuitableOperation for what the schema or the text forbids.
        """
        profile = self._by_action.get(action)
        if profile is None:
            self.check(action, payload)
            return payload
        completed = profile.complete(tx, station, action, payload)
        self.check(action, {**profile.chosen_later.get(action, {}), **completed})
        return profile.prepare(tx, station, action, completed)

    def check(self, action: str, payload: Payload) -> None:
        """Raise InvalidOperation for what the schema of the request or the text forbids."""
        if (violation := self.schemas.order(action).violation(payload)) is not None:
            raise InvalidOperation(f"{action}: {violation.description}")
        if (place := next((place for place, number in _integers(payload) if abs(number) > LARGEST), None)) is not None:
            raise InvalidOperation(f"{action}: {place}: no whole number may exceed {LARGEST}")
        self.check_text(action, payload)

    def check_text(self, action: str, payload: Payload) -> None:
        """Raise InvalidOperation for what the schemas do not say but the text does."""

    # While it is carried out

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return the CALLs that an operation takes; raises CallFailed for one that has become pointless."""
        profile = self._by_action.get(operation.action)
        return profile.requests(tx, operation) if profile else [operation.payload]

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        """Record that an operation is about to be sent."""
        if (profile := self._by_action.get(operation.action)) is not None:
            profile.begun(tx, operation, requests)

    def sent(self, station: Station, action: str, payload: Payload) -> None:
        """Note that a CALL goes out."""
        if (profile := self._by_action.get(action)) is not None:
            profile.sent(station, action, payload)

    def merge(self, answers: Sequence[Payload]) -> Payload:
        """Return one answer for an operation that took several CALLs: lists are joined."""
        merged: Payload = {}
        for answer in answers:
            for name, value in answer.items():
                merged[name] = merged[name] + value if isinstance(merged.get(name), list) else value
        return merged

    # When it has an outcome

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Record what the answer to an operation changes."""
        if (profile := self._by_action.get(operation.action)) is not None:
            profile.answered(station, tx, operation, answer)

    def failed(self, tx: Connection, operation: Operation) -> None:
        """Record what it changes that an operation has failed."""
        if (profile := self._by_action.get(operation.action)) is not None:
            profile.failed(tx, operation)

    def follow_ups(self, tx: Connection, operation: Operation, answer: Payload) -> Sequence[Operation]:
        """Return the operations that an answer makes necessary."""
        profile = self._by_action.get(operation.action)
        return profile.follow_ups(tx, operation, answer) if profile else ()


def _integers(value: Any, place: str = "") -> Iterator[tuple[str, int]]:
    """Yield the whole numbers in a payload with the path of each."""
    match value:
        case bool():
            return
        case int():
            yield place, value
        case dict() | list():
            members = value.items() if isinstance(value, dict) else enumerate(value)
            for name, member in members:
                yield from _integers(member, f"{place}/{name}" if place else str(name))
