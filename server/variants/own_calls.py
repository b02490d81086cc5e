"""Variants with CALLs of their own: to a station that boots or comes back, and after one that was not answered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, ClassVar

from ocpp.messages import Call
from ocpp.v16.enums import Action, RegistrationStatus

from server.core.call_queue import CallQueue, Operation
from server.core.links import CallFailed
from server.core.session import Session
from server.core.stations import Station
from server.core.store import StoreError
from server.core.validation import Payload
from server.variants.registry import VARIANTS, Variant, variant

VARIANTS.add(
    Variant(
        "next-call-right-after-the-timeout",
        "The next CALL goes out as soon as the call timeout of the last one has passed.",
        (),
        grounds="OCPP-J 1.6 4.1.1: a request times out, and another may follow",
        settings={"call_timeout": 0.4},
        target={"policies": {"call_timeout": 0.4}},
    )
)

ASKED: dict[str, Payload] = {
    "GetConfiguration": {},
    "ChangeConfiguration": {"key": "HeartbeatInterval", "value": "300"},
    "TriggerMessage": {"requestedMessage": "StatusNotification"},
    "DataTransfer": {"vendorId": "org.plugfest", "messageId": "welcome"},
}
"""What a station is asked for without an operator."""

_INTERVAL = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}

ASKED_IN_201: dict[str, tuple[str, Payload]] = {
    "GetConfiguration": ("GetVariables", {"getVariableData": [_INTERVAL]}),
    "ChangeConfiguration": ("SetVariables", {"setVariableData": [_INTERVAL | {"attributeValue": "300"}]}),
    "TriggerMessage": ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
}
"""What a station that speaks OCPP 2.0.1 is asked for in its place, if anything."""


class _Asking(Session):
    """Asks a station for something of its own accord."""

    asked: ClassVar[str]

    @property
    def question(self) -> tuple[str, Payload] | None:
        """What the station is asked for, None where there is no such thing in the version that it speaks."""
        return (self.asked, ASKED[self.asked]) if self.bundle.version == "1.6" else ASKED_IN_201.get(self.asked)

    def take_over(self) -> None:
        self._asking: set[asyncio.Task[None]] = set()
        super().take_over()

    def spawn(self, asking: Coroutine[Any, Any, None]) -> None:
        """Have a question put, and keep hold of it."""
        task = asyncio.create_task(asking)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def ask_in_turn(self) -> None:
        """Ask as soon as it is the turn of this question, unless the store has failed or closed meanwhile."""
        if self.question is None:
            return
        operation = Operation(self.station.id, self.bundle.version, *self.question)
        with contextlib.suppress(StoreError):
            await self.queue.add(self.station, operation)


class _AskingAfterBoot(_Asking):
    def answer(self, call: Call, payload: Payload, began: float) -> None:
        super().answer(call, payload, began)
        if call.action == Action.boot_notification and self.station.accepted:
            self.spawn(self.ask_in_turn())


class _OneAtATime(CallQueue):
    """Waits for the answer to a question that did not wait in the queue."""

    def next(self, station: Station) -> Operation | None:
        link = self.links.of(station)
        return None if isinstance(link, Session) and link._outstanding else super().next(station)


class _AskingBeforeBoot(_Asking):
    """Asks while the BootNotification of a station that will be accepted is unanswered, where nothing forbids it."""

    def serve(self, call: Call, began: float) -> None:
        early = self.bundle.version == "1.6" and call.action == Action.boot_notification
        if early and self.station.registration == RegistrationStatus.accepted:
            self.spawn(self.ask())
        super().serve(call, began)

    async def ask(self) -> None:
        """Ask at once; whatever comes of it."""
        self.service.operations.sent(self.station, self.asked, ASKED[self.asked])
        try:
            async with asyncio.timeout(self.queue.settings.call_timeout):
                await self.call(self.asked, ASKED[self.asked])
        except (CallFailed, TimeoutError) as problem:
            self.log.note("not answered", station=self.station.id, problem=str(problem))
        self.queue.wake(self.station)


_ACCEPTED = "OCPP 1.6 4.2, OCPP 2.0.1 B01: an accepted station may be sent anything"
_EARLY = "OCPP 1.6 4.2 does not forbid it"


@variant("get-configuration-after-boot", "A station that boots is asked for its configuration.", grounds=_ACCEPTED)
class _GetConfigurationAfterBoot(_AskingAfterBoot):
    asked = "GetConfiguration"


@variant("change-configuration-after-boot", "A station that boots is sent a configuration.", grounds=_ACCEPTED)
class _ChangeConfigurationAfterBoot(_AskingAfterBoot):
    asked = "ChangeConfiguration"


@variant("trigger-after-boot", "A station that boots is asked for its statuses.", grounds=_ACCEPTED)
class _TriggerAfterBoot(_AskingAfterBoot):
    asked = "TriggerMessage"


@variant("data-transfer-after-boot", "A station that boots is sent a DataTransfer.", grounds="OCPP 1.6 5.6")
class _DataTransferAfterBoot(_AskingAfterBoot):
    asked = "DataTransfer"


@variant(
    "get-configuration-before-boot-is-answered",
    "GetConfiguration is sent before the BootNotification is answered.",
    grounds=_EARLY,
    also=(_OneAtATime,),
)
class _GetConfigurationBeforeBoot(_AskingBeforeBoot):
    asked = "GetConfiguration"


@variant(
    "change-configuration-before-boot-is-answered",
    "ChangeConfiguration is sent before the BootNotification is answered.",
    grounds=_EARLY,
    also=(_OneAtATime,),
)
class _ChangeConfigurationBeforeBoot(_AskingBeforeBoot):
    asked = "ChangeConfiguration"


@variant(
    "trigger-before-boot-is-answered",
    "TriggerMessage is sent before the BootNotification is answered.",
    grounds=_EARLY,
    also=(_OneAtATime,),
)
class _TriggerBeforeBoot(_AskingBeforeBoot):
    asked = "TriggerMessage"


@variant(
    "trigger-after-reconnect",
    "An accepted station that comes back is asked for its statuses.",
    grounds="OCPP 1.6 5.17; products that catch up with what they have missed",
)
class _TriggerAfterReconnect(_Asking):
    asked = "TriggerMessage"

    def take_over(self) -> None:
        super().take_over()
        if self.station.accepted:
            self.spawn(self.ask_in_turn())
