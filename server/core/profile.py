"""What feature profiles and functional blocks have in common: rules of operations, and what answers change."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlalchemy import Connection

from server.core.call_queue import Operation
from server.core.stations import Station
from server.core.validation import Payload


class Profile:
    """One feature profile or functional block: its operations and, in methods named as actions are, what it serves.

    ``actions`` are the operations that it is responsible for. What takes a transaction runs in the thread of the
    store, and may run again.
    """

    actions: ClassVar[frozenset[str]] = frozenset()
    chosen_later: ClassVar[Mapping[str, Payload]] = {}
    """Action → members that the schema asks for and that are chosen when it is sent; the values are examples."""

    # Before an operation is taken

    def complete(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Return what an operator has entered with the required members that the central system chooses itself."""
        return payload

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Return a payload that observes the schema as it is to be sent.

        Raises InvalidOperation or UnsuitableOperation for what the text forbids.
        """
        return payload

    def new_number(self) -> int:
        """Return a positive number that nobody can guess, for something that gets one."""
        return secrets.randbelow(2**31 - 1) + 1

    # While it is carried out

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return the CALLs that an operation takes; raises CallFailed for one that has become pointless."""
        return [operation.payload]

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        """Record that an operation is about to be sent."""

    def sent(self, station: Station, action: str, payload: Payload) -> None:
        """Note that a CALL goes out; this runs in the event loop."""

    # When it has an outcome

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Record what an answer changes."""

    def failed(self, tx: Connection, operation: Operation) -> None:
        """Record what it changes that there is no answer, or a CALLERROR."""

    def follow_ups(self, tx: Connection, operation: Operation, answer: Payload) -> Sequence[Operation]:
        """Return the operations that an answer makes necessary."""
        return ()
