"""The operator API as far as reading goes: what the central system believes of stations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from server.central_system import CentralSystem
from server.core.operator import Operator

MAX_VALUES = 10_000
"""Most sampled values that one request returns."""


class StationBody(BaseModel):
    """What the central system knows of a station.

    ``version`` is that of OCPP which it spoke last. ``registration`` is what it has been told, or before its first
    boot will be; ``latest_boot`` what its latest BootNotification was answered, null where none is on record.
    """

    online: bool
    version: str | None
    registration: str
    latest_boot: str | None
    last_seen: datetime | None
    firmware_version: str | None
    vendor: str | None
    model: str | None


class ConnectorBody(BaseModel):
    """What the central system knows of a connector; 0 is the station as a whole."""

    status: str | None
    error_code: str | None
    info: str | None
    timestamp: datetime | None
    availability: str | None


class TransactionBody(BaseModel):
    """A transaction as it is booked; meter readings in Wh, sampled values with their timestamps in wire spelling.

    EVSE, charging state, remoteStartId and the seqNos that are missing are told from OCPP 2.0.1 on.
    """

    id: int | str
    active: bool
    evse_id: int | None = None
    connector_id: int | None
    id_tag: str | None
    meter_start: int | None
    meter_stop: int | None
    started: datetime
    stopped: datetime | None
    reason: str | None
    charging_state: str | None = None
    remote_start_id: int | None = None
    missing: list[int] | None = None
    meter_values: list[dict[str, Any]]


class VariableBody(BaseModel):
    """An attribute of a variable of the device model, as far as it is known."""

    component: str
    component_instance: str | None
    evse_id: int | None
    connector_id: int | None
    variable: str
    variable_instance: str | None
    attribute: str
    value: str | None
    mutability: str | None


class LocalListBody(BaseModel):
    """The version of the local list that a station is known to hold, and its entries where they are known."""

    version: int | None
    entries: list[dict[str, Any]]


class ReservationBody(BaseModel):
    """A reservation: active, used, cancelled, expired, terminated or refused."""

    id: int
    status: str
    connector_id: int
    id_tag: str
    expires: datetime


class ChargingProfileBody(BaseModel):
    """A charging profile that is installed."""

    id: int
    connector_id: int
    purpose: str
    stack_level: int
    transaction_id: int | None


class TaskBody(BaseModel):
    """How an update or an upload stands: running, done or failed."""

    kind: str
    state: str
    status: str | None
    request_id: int | None


def reading_routes(system: CentralSystem) -> APIRouter:
    """Return the routes for what is on record."""
    router = APIRouter(tags=["reading"])
    _of_stations(router, system)
    _of_profiles(router, system)
    return router


def _of_stations(router: APIRouter, system: CentralSystem) -> None:
    def operator() -> Operator:
        return system.operator

    @router.get("/stations")
    async def stations() -> dict[str, StationBody]:
        """Return what is known of all stations."""
        return {id: StationBody(**record) for id, record in operator().stations().items()}

    @router.get("/stations/{station}")
    async def station(station: str) -> StationBody:
        """Return what is known of a station."""
        return StationBody(**operator().station(station))

    @router.get("/stations/{station}/connectors/{connector_id}")
    async def connector(
        station: str, connector_id: int, evse_id: Annotated[int | None, Query(description="From OCPP 2.0.1 on.")] = None
    ) -> ConnectorBody:
        """Return what is known of a connector; 0 is the EVSE, or without EVSEs the station, as a whole."""
        record = await operator().connector(station, connector_id, evse_id)
        if record is None:
            raise HTTPException(404, f"nothing is known of connector {connector_id}")
        return ConnectorBody(**record)

    @router.get("/stations/{station}/connectors")
    async def connectors(station: str) -> dict[int, ConnectorBody]:
        """Return what is known of all connectors of a station, by their numbers."""
        return {number: ConnectorBody(**record) for number, record in (await operator().connectors(station)).items()}

    @router.get("/stations/{station}/evses")
    async def evses(station: str) -> dict[int, dict[int, ConnectorBody]]:
        """Return what is known of the connectors of each EVSE; connector 0 is the EVSE, EVSE 0 the station."""
        return {
            evse: {number: ConnectorBody(**record) for number, record in of_evse.items()}
            for evse, of_evse in (await operator().evses(station)).items()
        }

    @router.get("/stations/{station}/meter-values")
    async def meter_values(
        station: str, latest: Annotated[int, Query(ge=1, le=MAX_VALUES)] = 100
    ) -> list[dict[str, Any]]:
        """Return the ``latest`` sampled values of a station, the oldest first, with and without a transaction."""
        return [dict(value) for value in await operator().meter_values(station, latest)]

    @router.get("/stations/{station}/transactions")
    async def transactions(station: str) -> list[TransactionBody]:
        """Return all transactions of a station in the order in which they began."""
        return [TransactionBody(**record) for record in await operator().transactions(station)]

    @router.get("/stations/{station}/configuration")
    async def configuration(station: str) -> dict[str, str | None]:
        """Return the configuration keys and values that the station has reported or taken."""
        return dict(await operator().configuration(station))

    @router.get("/stations/{station}/variables")
    async def variables(station: str) -> list[VariableBody]:
        """Return the attributes of the device model that the station has reported, answered or taken."""
        return [VariableBody(**record) for record in await operator().variables(station)]

    @router.get("/stations/{station}/events")
    async def events(station: str) -> list[dict[str, Any]]:
        """Return the events that the station has notified of, in wire spelling, in the order in which they came."""
        return [dict(one) for one in await operator().events(station)]


def _of_profiles(router: APIRouter, system: CentralSystem) -> None:
    @router.get("/stations/{station}/local-list")
    async def local_list(station: str) -> LocalListBody:
        """Return version and entries of the local list that the station is known to hold."""
        return LocalListBody(**await system.operator.local_list(station))

    @router.get("/stations/{station}/reservations")
    async def reservations(station: str) -> list[ReservationBody]:
        """Return all reservations of a station in the order in which they were made."""
        return [ReservationBody(**record) for record in await system.operator.reservations(station)]

    @router.get("/stations/{station}/charging-profiles")
    async def charging_profiles(station: str) -> list[ChargingProfileBody]:
        """Return the charging profiles that are installed at a station."""
        return [ChargingProfileBody(**record) for record in await system.operator.charging_profiles(station)]

    @router.get("/stations/{station}/tasks")
    async def tasks(station: str) -> list[TaskBody]:
        """Return the firmware updates and uploads of a station, the latest last."""
        return [TaskBody(**record) for record in await system.operator.tasks(station)]
