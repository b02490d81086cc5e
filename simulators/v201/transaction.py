"""A transaction of a charging station, and the events that tell of it (OCPP 2.0.1 E)."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from harness.ocppj import Payload
from simulators.observation import Answer
from simulators.v201 import messages

Send = Callable[[str, Payload], Awaitable[Answer]]


class Transaction:
    """One transaction on an EVSE; its events are numbered from 0 without gaps (E01.FR.07).

    ``send`` sends a CALL and returns its CALLRESULT. Further members of a TransactionEventRequest are in wire spelling,
    and so are the members of transactionInfo in ``info``.
    """

    def __init__(self, send: Send, *, evse: int, id_token: Payload | None, id: str | None) -> None:
        self.id = id or str(uuid.uuid4())
        self.evse = evse
        self.id_token = id_token
        self.ongoing = False
        self._send = send
        self._numbers = itertools.count()

    async def started(self, trigger: str = "CablePluggedIn", *, info: Payload | None = None, **members: Any) -> Answer:
        """Send the first event, which names the EVSE (E01.FR.16)."""
        self.ongoing = True
        return await self._event("Started", trigger, info, {"evse": messages.evse(self.evse, 1), **members})

    async def updated(self, trigger: str, *, info: Payload | None = None, **members: Any) -> Answer:
        """Send an event in between."""
        return await self._event("Updated", trigger, info, members)

    async def ended(
        self,
        trigger: str = "StopAuthorized",
        reason: str | None = "Local",
        *,
        info: Payload | None = None,
        **members: Any,
    ) -> Answer:
        """Send the last event; ``reason`` is its stoppedReason, None to leave it out."""
        self.ongoing = False
        return await self._event("Ended", trigger, {"stoppedReason": reason, **(info or {})}, members)

    async def authorized(self, id_token: Payload | None = None) -> Answer:
        """Tell that a token was presented, which from then on is that of the transaction."""
        self.id_token = id_token or self.id_token
        return await self.updated("Authorized", idToken=self.id_token)

    async def charging_state(self, state: str) -> Answer:
        """Tell of a change of the charging state."""
        return await self.updated("ChargingStateChanged", info={"chargingState": state})

    def event(self, event: str, trigger: str, *, info: Payload | None = None, **members: Any) -> Payload:
        """Return the payload of the next event without sending it."""
        return messages.transaction_event(event, trigger, self.id, next(self._numbers), info=info, **members)

    async def _event(self, event: str, trigger: str, info: Payload | None, members: Payload) -> Answer:
        return await self._send("TransactionEvent", self.event(event, trigger, info=info, **members))
