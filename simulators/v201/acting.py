"""A charging station of OCPP 2.0.1 that acts by itself: one only plugs cars in and presents cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.ocppj import Call, CallError, Payload
from harness.verdict import Inconclusive
from simulators.acting import Acting
from simulators.dialogue import Dialogue
from simulators.observation import Answer
from simulators.post import Told
from simulators.v201 import messages
from simulators.v201.answers import token_status
from simulators.v201.charging_station import ChargingStation
from simulators.v201.transaction import Transaction

CONNECTOR = 1
"""Of each EVSE."""

FULL_POWER = 11_000.0
"""W that an EVSE delivers."""


class Body(ChargingStation):
    """The messages of an acting charging station; what the CSMS orders is for the one who acts."""

    orders: Mapping[str, Callable[[Payload], Payload]] = {}

    async def respond(self, call: Call) -> Payload | CallError:
        """Return the answer of who acts, or that of any charging station."""
        order = self.orders.get(call.action)
        return order(call.payload) if order else await super().respond(call)


@dataclass(slots=True)
class Evse:
    """What is going on at one EVSE: ``token`` may charge, ``transaction`` is the one that is running."""

    plugged: bool = False
    suspended: bool = False
    token: Payload | None = None
    remote_start_id: int | None = None
    transaction: Transaction | None = None


class ActingChargingStation(Acting):
    """Plays a whole charging station on a body: it boots, tells, queues while it is away, and obeys."""

    def __init__(self, body: Body, dialogue: Dialogue) -> None:
        super().__init__(body, dialogue)
        self._body = body
        self._evses = {number: Evse() for number in body.evses}
        body.orders = {
            "RequestStartTransaction": self._remote_start,
            "RequestStopTransaction": self._remote_stop,
            "Reset": self._reset,
        }

    # What is done to it

    async def plug(self, connector: int = 1) -> None:
        """Plug a car in; if a card was accepted before, charging starts."""
        self.dialogue.anew()
        at = self._evses[connector]
        at.plugged, at.suspended = True, False
        self._tell_status(connector)
        if at.token is not None:
            self._start(connector, "CablePluggedIn")

    async def unplug(self, connector: int = 1) -> None:
        """Unplug the car, which ends its transaction."""
        self.dialogue.anew()
        self._evses[connector].plugged = False
        self._tell_status(connector)
        self._stop(connector, "EVCommunicationLost", "EVDisconnected")

    async def suspend(self, connector: int = 1) -> None:
        """Have the car stop charging for a while."""
        self.dialogue.anew()
        at = self._evses[connector]
        at.suspended = True
        if at.transaction is not None:
            self._tell_event(at.transaction, "Updated", "ChargingStateChanged", info={"chargingState": "SuspendedEV"})

    async def present(self, id_tag: str, connector: int = 1) -> None:
        """Hold a card before the reader: it starts charging, or ends what it has started."""
        self.dialogue.anew()
        at, token = self._evses[connector], messages.id_token(id_tag)
        if at.token == token:
            self._stop(connector, "StopAuthorized", "Local", idToken=token)
        elif at.token is None:
            self._post.do(self._admit(token, connector))

    async def status(self, connector: int = 1) -> str:
        """Return the status of a connector."""
        return self._body.statuses[connector, CONNECTOR]

    async def obeys(self, limit: float, connector: int = 1) -> None:
        """Raise Inconclusive unless it delivers power, but not more than a limit in W."""
        at = self._evses[connector]
        power = FULL_POWER if at.transaction is not None and not at.suspended else 0.0
        if not 0 < power <= limit:
            raise Inconclusive(f"{self.id} delivers {power:g} W")

    # Telling

    def _tell_all(self) -> None:
        for evse in self._evses:
            self._tell_status(evse)

    def _tell_status(self, evse: int) -> None:
        status = "Occupied" if self._evses[evse].plugged else "Available"
        self._body.statuses[evse, CONNECTOR] = status
        payload = messages.status_notification(evse, CONNECTOR, status)
        self._post.tell("StatusNotification", lambda: payload)

    def _tell_event(
        self, transaction: Transaction, event: str, trigger: str, *, info: Payload, **members: object
    ) -> Told:
        payload = transaction.event(event, trigger, info=info, **members)
        return self._post.tell("TransactionEvent", lambda: payload)

    # Transactions

    async def _admit(self, token: Payload, evse: int) -> None:
        """Ask whether a card may charge, and have it charge (C01)."""
        if not self._post.online:
            return
        answer = await self._post.tell("Authorize", lambda: messages.authorize(token))
        if isinstance(answer, Answer) and token_status(answer) == "Accepted":
            self._evses[evse].token = token
            if self._evses[evse].plugged:
                self._start(evse, "Authorized")

    def _start(self, evse: int, trigger: str) -> None:
        at = self._evses[evse]
        at.transaction = self._body.transaction(evse=evse)
        at.transaction.ongoing = True
        info = {"chargingState": "Charging", "remoteStartId": at.remote_start_id}
        place = messages.evse(evse, CONNECTOR)
        told = self._tell_event(at.transaction, "Started", trigger, info=info, idToken=at.token, evse=place)
        self._post.do(self._stop_unless_accepted(evse, at.transaction, told))

    async def _stop_unless_accepted(self, evse: int, transaction: Transaction, told: Told) -> None:
        answer = await told
        refused = isinstance(answer, Answer) and token_status(answer) not in (None, "Accepted")
        if refused and self._evses[evse].transaction is transaction:
            self._stop(evse, "Deauthorized", "DeAuthorized")

    def _stop(self, evse: int, trigger: str, reason: str, **members: object) -> None:
        """End the transaction of an EVSE, if there is one."""
        at = self._evses[evse]
        if at.transaction is not None:
            at.transaction.ongoing = False
            info = {"chargingState": "EVConnected" if at.plugged else "Idle", "stoppedReason": reason}
            self._tell_event(at.transaction, "Ended", trigger, info=info, **members)
        at.transaction = at.token = at.remote_start_id = None

    # Orders

    def _remote_start(self, payload: Payload) -> Payload:
        free = [number for number, at in self._evses.items() if at.token is None]
        wanted = payload.get("evseId", free[0] if free else None)
        if wanted not in free:
            return {"status": "Rejected"}
        at = self._evses[wanted]
        at.token, at.remote_start_id = payload["idToken"], payload["remoteStartId"]
        if at.plugged:
            self._start(wanted, "RemoteStart")
        return {"status": "Accepted"}

    def _remote_stop(self, payload: Payload) -> Payload:
        for number, at in self._evses.items():
            if at.transaction is not None and at.transaction.id == payload["transactionId"]:
                self._stop(number, "RemoteStop", "Remote")
                return {"status": "Accepted"}
        return {"status": "Rejected"}

    def _reset(self, payload: Payload) -> Payload:
        for number in self._evses:
            self._stop(number, "ResetCommand", "ImmediateReset")
        self._body.identity = {**self._body.identity, "reason": "RemoteReset"}
        self._post.do(self._boot_again())
        return {"status": "Accepted"}
