"""What a charging station does of its own accord: the CALLs that it sends (OCPP 2.0.1)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.ocppj import Payload
from harness.verdict import Inconclusive
from harness.versions import V201, Version
from simulators.observation import Answer
from simulators.station import Station
from simulators.v201 import messages
from simulators.v201.answers import token_status
from simulators.v201.device_model import DeviceModel, Key
from simulators.v201.transaction import Transaction


class Sender(Station):
    """The EVSEs 1 and 2 with a connector 1 each, a meter and a device model, and the verbs that tell a CSMS of them."""

    version: ClassVar[Version] = V201
    evses: ClassVar[Mapping[int, tuple[int, ...]]] = {1: (1,), 2: (1,)}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.identity = messages.boot_notification()
        self.device_model = DeviceModel()
        self.network_profiles: dict[int, Payload] = {}
        self.transactions: list[Transaction] = []
        self.statuses = {(evse, one): "Available" for evse, connectors in self.evses.items() for one in connectors}
        self._meter = itertools.count(1000, 100)

    def belong(self, organisation: str, security_profile: int) -> None:
        """Take over whose station it is and how it connects (A00, OrganizationName and SecurityProfile)."""
        self.device_model.tell(Key("SecurityCtrlr", "OrganizationName"), organisation)
        self.device_model.tell(Key("SecurityCtrlr", "SecurityProfile"), str(security_profile))

    def core_calls(self, id_tag: str) -> Sequence[tuple[str, Payload]]:
        """Return one CALL of each kind that every CSMS serves, as action and payload, BootNotification first."""
        return messages.core_calls(id_tag)

    async def announce(self) -> None:
        """Report every connector as available, as is due after an accepted boot (B01.FR.05)."""
        for evse, connector in self.statuses:
            await self.status(evse, connector, "Available")

    async def status(self, evse: int, connector: int, status: str, **members: Any) -> Answer:
        """Send StatusNotification with the present time (G01); a member that is None is left out."""
        self.statuses[evse, connector] = status
        self.device_model.tell(Key("EVSE", "AvailabilityState", evse=evse), status)
        self.device_model.tell(Key("Connector", "AvailabilityState", evse=evse, connector=connector), status)
        return await self.call("StatusNotification", messages.status_notification(evse, connector, status, **members))

    async def authorize(self, token: str, type: str = "ISO14443", **members: Any) -> Answer:
        """Send Authorize (C01)."""
        return await self.call("Authorize", messages.authorize(messages.id_token(token, type), **members))

    async def token_status(self, token: str) -> object:
        """Send Authorize, and return the status of the idToken."""
        return token_status(await self.authorize(token))

    def transaction(
        self,
        token: str | None = None,
        *,
        type: str = "ISO14443",
        evse: int = 1,
        id: str | None = None,
    ) -> Transaction:
        """Return a transaction that has yet to start, with an id of its own unless given."""
        holder = None if token is None else messages.id_token(token, type)
        one = Transaction(self.call, evse=evse, id_token=holder, id=id)
        self.transactions.append(one)
        return one

    async def charging(self, token: str, *, type: str = "ISO14443", evse: int = 1, **members: Any) -> Transaction:
        """Bring an EVSE into a transaction as a precondition: authorized, plugged in, started, charging.

        ``members`` are further ones of the first event. Raises Inconclusive where the CSMS does not accept the token.
        """
        if not self.connected:
            await self.ready()
        _precondition(await self.authorize(token, type), f"{token} was not authorized")
        await self.status(evse, 1, "Occupied")
        one = self.transaction(token, type=type, evse=evse)
        info = {"chargingState": "EVConnected"}
        answer = await one.started("Authorized", info=info, **{"idToken": one.id_token, **members})
        _precondition(answer, f"a transaction of {token} was not accepted")
        await one.charging_state("Charging")
        return one

    def reading(self, **members: Any) -> Payload:
        """Return a meter value of the present, one register reading in Wh."""
        return messages.meter_value(messages.sampled(next(self._meter), **members))

    async def meter_values(self, *values: Payload, evse: int = 1) -> Answer:
        """Send MeterValues; without values, one register reading of the present (J01)."""
        return await self.call("MeterValues", messages.meter_values(*(values or (self.reading(),)), evse=evse))

    async def notify_event(self, *events: Payload, seq_no: int = 0, more: bool = False) -> Answer:
        """Send NotifyEvent (N07, G05)."""
        return await self.call("NotifyEvent", messages.notify_event(*events, seq_no=seq_no, more=more))

    async def report(self, request_id: int, data: Sequence[Payload], *, per_message: int = 20) -> list[Answer]:
        """Send a report in as many NotifyReport as it takes, and return their answers (B07, B08)."""
        parts = [data[start : start + per_message] for start in range(0, len(data), per_message)] or [()]
        return [
            await self.call("NotifyReport", messages.notify_report(request_id, seq, part, more=seq + 1 < len(parts)))
            for seq, part in enumerate(parts)
        ]

    async def data_transfer(self, vendor_id: str, **members: Any) -> Answer:
        """Send DataTransfer (P02)."""
        return await self.call("DataTransfer", messages.data_transfer(vendor_id, **members))

    async def security_event(self, type: str, **members: Any) -> Answer:
        """Send SecurityEventNotification (A04)."""
        return await self.call("SecurityEventNotification", messages.security_event(type, **members))

    def ongoing(self, evse: int | None = None) -> list[Transaction]:
        """Return the transactions that have started and not ended, of one EVSE or of all."""
        return [one for one in self.transactions if one.ongoing and evse in (None, one.evse)]


def _precondition(answer: Answer, otherwise: str) -> None:
    if token_status(answer) != "Accepted":
        raise Inconclusive(f"{otherwise}: {answer}")
