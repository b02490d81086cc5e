"""The driver: operates one central system as a person at its console would."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from harness.csms.operation import Operation


class DriverError(Exception):
    """The driver itself, or the way to the central system's console, failed."""


class NotDispatched(DriverError):
    """The request never got into the central system; the text says why."""


class Unsupported(DriverError):
    """The product has no such function."""


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

        Raises NotDispatched if the request never got in, Unsupported if the product has no such function.
        """
        ...
