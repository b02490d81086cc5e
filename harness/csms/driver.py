"""The driver: operates one central system as a person at its console would."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from harness.csms.operation import Operation
from harness.verdict import Inconclusive


class DriverError(Exception):
    """The driver itself, or the way to the central system's console, failed: nobody answered, or let the driver in."""


class Refused(Inconclusive):
    """The central system answered no to what its operator asked for; ``reason`` is its word.

    A scenario that needed it cannot go on, which says nothing about the central system.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"refused to the operator: {reason}")
        self.reason = reason


class Unsupported(Inconclusive):
    """The product has no such function; ``reason`` says how that is known."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not offered to the operator: {reason}")
        self.reason = reason


class Unknown(Inconclusive):
    """The product does not tell what it was asked for; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Skipped(Inconclusive):
    """The person who operates the central system did not do what was asked, for whatever ``reason``."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"skipped: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the central system hands out for a request it took, to ask for the outcome later."""

    id: str


class Driver(Protocol):
    """Operates one central system; an asynchronous context manager that is entered once per run.

    A driver never sees a scenario id, never asserts and never invents an observation. What it can do beyond
    ``perform`` is told by the ability protocols it implements (``harness.csms.abilities``).
    """

    @property
    def operations(self) -> Collection[type[Operation]]:
        """The operations that this driver can have performed."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def perform(self, operation: Operation) -> Receipt | None:
        """Have the central system take the operation, and return as soon as it has.

        Raises Refused if the central system answers no, by whatever code, Unsupported if the product has no such
        function, and DriverError if nobody answers.
        """
        ...


@runtime_checkable
class Attended(Protocol):
    """A driver that has a person act, who is slow and does one thing at a time."""

    @property
    def time(self) -> float:
        """Seconds that the person has for one thing."""
        ...

    def arrived(self, operation: Operation) -> None:
        """Take note that the CALL of an operation has arrived at its station, so that nobody need say so."""
        ...
