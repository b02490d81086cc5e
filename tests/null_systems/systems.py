"""Central systems that do nothing useful, each with an operator who takes every order and tells nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, ClassVar, Self

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from harness.csms import (
    CertificateRequest,
    ChargingProfileView,
    ClientCertificate,
    ConnectorView,
    ContractCertificate,
    Operation,
    Outcome,
    Receipt,
    Refused,
    Registration,
    ReservationView,
    SecureEndpoint,
    SecurityEventView,
    StationView,
    Tag,
    TaskView,
    TransactionView,
    Unknown,
    VariableView,
    v16,
    v201,
)
from harness.versions import VERSIONS
from server.core.call_queue import CallQueue
from server.driver import ReferenceDriver

SILENT = Unknown("this operator tells nothing")


class NullOperator:
    """An operator who takes every order and has nothing done, and to whom every question is one too many."""

    @property
    def operations(self) -> Collection[type[Operation]]:
        """Every operation of each version."""
        return (*v16.OPERATIONS.values(), *v201.OPERATIONS.values())

    async def perform(self, operation: Operation) -> Receipt | None:
        """Take the operation, and forget it."""
        return Receipt("taken")

    async def outcome(self, receipt: Receipt, patience: float) -> Outcome:
        """Tell nothing."""
        raise SILENT

    async def station(self, station: str) -> StationView:
        """Tell nothing."""
        raise SILENT

    async def connector(self, station: str, connector_id: int, evse_id: int | None = None) -> ConnectorView:
        """Tell nothing."""
        raise SILENT

    async def transactions(self, station: str) -> Sequence[TransactionView]:
        """Tell nothing."""
        raise SILENT

    async def configuration(self, station: str) -> Mapping[str, str | None]:
        """Tell nothing."""
        raise SILENT

    async def variables(self, station: str) -> Sequence[VariableView]:
        """Tell nothing."""
        raise SILENT

    async def local_list_version(self, station: str) -> int | None:
        """Tell nothing."""
        raise SILENT

    async def reservations(self, station: str) -> Sequence[ReservationView]:
        """Tell nothing."""
        raise SILENT

    async def charging_profiles(self, station: str) -> Sequence[ChargingProfileView]:
        """Tell nothing."""
        raise SILENT

    async def tasks(self, station: str) -> Sequence[TaskView]:
        """Tell nothing."""
        raise SILENT

    async def security_events(self, station: str) -> Sequence[SecurityEventView]:
        """Tell nothing."""
        raise SILENT


class NeverCalls(NullOperator, ReferenceDriver):
    """The reference central system, which answers as it should, but whose turn to call never comes."""

    async def __aenter__(self) -> Self:
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(CallQueue, "next", lambda queue, station: None)
        return await super().__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await super().__aexit__(kind, error, trace)
        self._patch.undo()


class RefusesOrders(NullOperator, ReferenceDriver):
    """The reference central system under an operator who says no to every order."""

    async def perform(self, operation: Operation) -> Receipt | None:
        """Refuse the operation."""
        raise Refused("not today")


class NullSystem(NullOperator):
    """A central system that meets every message of a station with one and the same reply.

    Where ``turned_away`` is a status, it meets the handshake with it.
    """

    turned_away: ClassVar[HTTPStatus | None] = None

    def __init__(self) -> None:
        self._life = AsyncExitStack()
        self.endpoint = ""

    async def reply(self, socket: ServerConnection, message: str | bytes) -> None:
        """Do about a message what this central system does about all."""

    async def __aenter__(self) -> Self:
        serving = serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._admit,
            subprotocols=[Subprotocol(version.subprotocol) for version in VERSIONS.values()],
            close_timeout=0.1,
            ping_interval=None,
        )
        server = await self._life.enter_async_context(serving)
        self.endpoint = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._life.aclose()

    def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        return None if self.turned_away is None else socket.respond(self.turned_away, "")

    async def _serve(self, socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in socket:
                await self.reply(socket, message)

    async def provision_station(self, station: str) -> None:
        """Take it, and forget it."""

    async def remove_station(self, station: str) -> None:
        """Take it, and forget it."""

    async def set_registration(self, station: str, registration: Registration) -> None:
        """Take it, and forget it."""

    async def provision_tag(self, tag: Tag) -> None:
        """Take it, and forget it."""

    async def set_security(self, station: str, profile: int, password: bytes | None = None) -> None:
        """Take it, and forget it."""

    async def secure_endpoint(self, profile: int) -> SecureEndpoint:
        """Tell nothing."""
        raise SILENT

    async def client_certificate(self, request: CertificateRequest) -> ClientCertificate:
        """Tell nothing."""
        raise SILENT

    async def revoke_certificate(self, chain: str) -> None:
        """Take it, and forget it."""

    async def contract_certificate(self, emaid: str) -> ContractCertificate:
        """Tell nothing."""
        raise SILENT

    async def revoke_contract(self, chain: str) -> None:
        """Take it, and forget it."""


class AnswersAll(NullSystem):
    """Answers every message with an empty CALLRESULT, garbage as well."""

    async def reply(self, socket: ServerConnection, message: str | bytes) -> None:
        """Answer with an empty payload."""
        await socket.send(json.dumps([3, _unique_id(message), {}]))


class RefusesAll(NullSystem):
    """Answers every message with a CALLERROR, and the best CALL as well."""

    async def reply(self, socket: ServerConnection, message: str | bytes) -> None:
        """Refuse it."""
        await socket.send(json.dumps([4, _unique_id(message), "FormationViolation", "", {}]))


class LetsInOnly(RefusesAll):
    """Accepts every station and keeps it alive, and refuses all else that it says."""

    async def reply(self, socket: ServerConnection, message: str | bytes) -> None:
        """Answer a BootNotification or a Heartbeat, and refuse anything else."""
        match _elements(message):
            case [2, str(id), "BootNotification", {"chargePointVendor": str(), "chargePointModel": str()}] | [
                2,
                str(id),
                "BootNotification",
                {"reason": str(), "chargingStation": {"vendorName": str(), "model": str()}},
            ]:
                await socket.send(json.dumps([3, id, {"status": "Accepted", "currentTime": _now(), "interval": 300}]))
            case [2, str(id), "Heartbeat", {}]:
                await socket.send(json.dumps([3, id, {"currentTime": _now()}]))
            case _:
                await super().reply(socket, message)


class ClosesAlways(NullSystem):
    """Closes the connection on every message."""

    async def reply(self, socket: ServerConnection, message: str | bytes) -> None:
        """Close the connection."""
        await socket.close(1002)


class TurnsAwayAll(NullSystem):
    """Lets no station in, whoever it is."""

    turned_away = HTTPStatus.FORBIDDEN


class SaysNothing(NullSystem):
    """Lets every station in, and never says anything."""


def _elements(message: str | bytes) -> list[Any]:
    """Return the elements of a message, none where it is no JSON array."""
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _unique_id(message: str | bytes) -> str:
    """Return the id of a message, "-1" where it has none."""
    found = _elements(message)[1:2]
    return found[0] if found and isinstance(found[0], str) else "-1"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
