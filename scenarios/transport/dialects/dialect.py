"""The words that a scenario of the transport needs, whatever the OCPP version."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from harness.csms import Operation
from harness.csms.console import Csms
from harness.ocppj import Payload
from simulators.observation import Answer

Said = tuple[str, Any]
"""A CALL of a station: its action, and its payload, valid or not."""


class Charged(Protocol):
    """A transaction that the central system knows."""

    @property
    def id(self) -> int | str:
        """Its id, as it is on the wire."""
        ...


class Dialect(ABC):
    """What one station says and is told in the version that it speaks; moments are the present."""

    resets: ClassVar[tuple[str, str]]
    """The types of a Reset, the gentle one first."""

    foreign: ClassVar[Sequence[Said]]
    """CALLs that only a central system may send."""

    invalid: ClassVar[Sequence[Said]]
    """CALLs that nobody can serve: unknown, incomplete, mistyped, misspelt, misshapen, the wrong way round."""

    # Operations, none of which does harm

    @abstractmethod
    def clear_cache(self) -> Operation:
        """Return the operation that has no members."""

    @abstractmethod
    def read(self) -> Operation:
        """Return the one that asks for the heartbeat interval."""

    @abstractmethod
    def write(self) -> Operation:
        """Return the one that sets the heartbeat interval."""

    @abstractmethod
    def reset(self, type: str | None = None) -> Operation:
        """Return the one that resets a station, gently unless told, and which by itself does not do so."""

    # CALLs that every central system serves

    @abstractmethod
    def status(self) -> Said:
        """Return a status of connector 1."""

    @abstractmethod
    def authorize(self, id_tag: str) -> Said:
        """Return the question whether a tag is good."""

    @abstractmethod
    def start(self, id_tag: str) -> Said:
        """Return the start of a transaction."""

    @abstractmethod
    def meter_values(self, number: int) -> Said:
        """Return so many readings at once, of some 75 characters each."""

    @abstractmethod
    def least_boot(self) -> Payload:
        """Return a boot with the members that it must have, in the order of the message definition, and a slash."""

    @abstractmethod
    def firmware(self, version: str) -> Mapping[str, Any]:
        """Return the members by which a boot tells the version of the firmware."""

    # Transactions

    @abstractmethod
    async def charge(self, id_tag: str) -> Charged:
        """Have the station charge as a precondition."""

    @abstractmethod
    async def stop(self, transaction: Any) -> Answer:
        """Have the station end a transaction that was begun by ``charge``."""

    @abstractmethod
    def long_end(self, transaction: Any) -> Said:
        """Return the end of a transaction that was begun by ``charge``, with readings of more than 64 KiB."""

    # Text

    @abstractmethod
    def told(self, text: str) -> Said:
        """Return a CALL that carries a text of up to 50 characters to the operator."""

    @abstractmethod
    async def shown(self, csms: Csms) -> str:
        """Return what the operator is shown of that text; raises Inconclusive where it is nothing."""

    # CALLs that break a rule

    @abstractmethod
    def incomplete(self) -> Sequence[Said]:
        """Return CALLs without a member that is required, at any depth."""

    @abstractmethod
    def mistyped(self) -> Sequence[Said]:
        """Return CALLs with a member of the wrong JSON type."""

    @abstractmethod
    def misspelt(self) -> Sequence[Said]:
        """Return CALLs with a value that its enumeration does not have."""

    @abstractmethod
    def longest(self, id_tag: str) -> Sequence[Said]:
        """Return CALLs with texts of exactly their full length, which is no violation."""

    @abstractmethod
    def overlong(self) -> Sequence[Said]:
        """Return CALLs with texts that are longer."""

    @abstractmethod
    def extended(self) -> Sequence[Said]:
        """Return CALLs with a member that the message does not define, at any depth."""

    @abstractmethod
    def timed(self, timestamp: object) -> Said:
        """Return a CALL with a timestamp, which may be none."""

    @abstractmethod
    def harmful(self) -> Sequence[Said]:
        """Return CALLs with members that are far too long, null or of the wrong type."""
