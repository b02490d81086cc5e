"""The driver of a central system that nobody operates: only what stations see of it is judged."""

from __future__ import annotations

from collections.abc import Collection
from types import TracebackType
from typing import Self

from harness.csms import Operation, Receipt, Unsupported


class NoDriver:
    """Performs nothing and has no ability, so that no scenario that needs an operator applies."""

    @property
    def operations(self) -> Collection[type[Operation]]:
        """None."""
        return ()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def perform(self, operation: Operation) -> Receipt | None:
        """Raise Unsupported."""
        raise Unsupported(f"nobody operates this central system: {operation.action()} cannot be asked for")
