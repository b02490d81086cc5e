"""How the operator API takes the order of an operation: when it answers, and with which status code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from server.core.operator import Operator


class ApiOrders:
    """Takes orders at once; what became of one is asked for later."""

    taken: ClassVar[int] = 202
    """The status code of an operation that is taken."""

    refused: ClassVar[int | None] = None
    """The status code of every operation that is not taken; None: it depends on the reason."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator

    async def take(
        self, station: str, action: str, payload: Mapping[str, Any], version: str | None = None
    ) -> Mapping[str, Any]:
        """Have an operation performed, and return the members of the answer; raises Refused."""
        return {"id": await self.operator.perform(station, action, payload, version), "state": "pending"}
