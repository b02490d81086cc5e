"""The abilities of the HTTP driver: methods that it gets when its table has an entry for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Protocol, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from harness.csms import (
    CertificateRequest,
    ChargingProfileView,
    ClientCertificate,
    ConnectorView,
    DriverError,
    Outcome,
    Receipt,
    Registration,
    ReservationView,
    SecureEndpoint,
    SecurityEventView,
    StationView,
    Tag,
    TaskView,
    TransactionView,
    Unknown,
)
from harness.drivers.http.console import Console, describe, document, trouble
from harness.drivers.http.table import ActionRequest, HttpTable, ReaderRequest
from harness.drivers.http.template import ABSENT, point

View = TypeVar(
    "View",
    StationView,
    ConnectorView,
    TransactionView,
    Outcome,
    ReservationView,
    ChargingProfileView,
    TaskView,
    SecurityEventView,
    SecureEndpoint,
    ClientCertificate,
)

_VIEWS: Mapping[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind)
    for kind in (
        StationView,
        ConnectorView,
        TransactionView,
        Outcome,
        ReservationView,
        ChargingProfileView,
        TaskView,
        SecurityEventView,
        SecureEndpoint,
        ClientCertificate,
    )
}
_PAIRS = TypeAdapter(list[tuple[str, str | None]])
_VERSION = TypeAdapter(int | None)
_CONFIGURATION = TypeAdapter(dict[str, str | None])
_STATES = frozenset({"pending", "answered", "failed"})
_GONE = frozenset({404, 410})


class _Driver(Protocol):
    table: HttpTable
    console: Console


async def _provision_station(driver: _Driver, station: str) -> None:
    await _act(driver, driver.table.abilities.provision_station, {"station": station})


async def _remove_station(driver: _Driver, station: str) -> None:
    await _act(driver, driver.table.abilities.remove_station, {"station": station}, also=_GONE)


async def _set_registration(driver: _Driver, station: str, registration: Registration) -> None:
    values = {"station": station, "registration": registration.value}
    await _act(driver, driver.table.abilities.set_registration, values)


async def _provision_tag(driver: _Driver, tag: Tag) -> None:
    values = {"id_tag": tag.id_tag, "status": tag.status.value}
    if tag.parent is not None:
        values["parent"] = tag.parent
    if tag.expires is not None:
        values["expires"] = tag.expires.isoformat()
    await _act(driver, driver.table.abilities.provision_tag, values)


async def _station(driver: _Driver, station: str) -> StationView | Unknown:
    return await _read_view(driver, driver.table.abilities.station, {"station": station}, StationView)


async def _connector(driver: _Driver, station: str, connector_id: int) -> ConnectorView | Unknown:
    values = {"station": station, "connector_id": connector_id}
    return await _read_view(driver, driver.table.abilities.connector, values, ConnectorView)


async def _transactions(driver: _Driver, station: str) -> Sequence[TransactionView] | Unknown:
    return await _read_views(driver, driver.table.abilities.transactions, station, TransactionView)


async def _outcome(driver: _Driver, receipt: Receipt, patience: float) -> Outcome | Unknown:
    request = _given(driver.table.abilities.outcome)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while True:
        left = max(deadline - loop.time(), 0.0)
        values = {"receipt": receipt.id, "patience": round(left, 3)}
        outcome = await _read_view(driver, request, values, Outcome, extra=left)
        left = deadline - loop.time()
        if isinstance(outcome, Unknown) or outcome.state != "pending" or left <= 0:
            return outcome
        await asyncio.sleep(min(request.poll, left))  # an API that does not hold the question back is asked again


async def _configuration(driver: _Driver, station: str) -> Mapping[str, str | None] | Unknown:
    request = _given(driver.table.abilities.configuration)
    answer, found = await _read(driver, request, {"station": station})
    if isinstance(found, Unknown):
        return found
    if isinstance(found, list):
        key, value = (request.found.get(name, f"/{name}") for name in ("key", "value"))
        pairs = [(point(entry, key), _or_none(point(entry, value))) for entry in found]
        valid = _valid(answer, _PAIRS, pairs)
        return dict(valid)
    return _valid(answer, _CONFIGURATION, found)


async def _local_list_version(driver: _Driver, station: str) -> int | Unknown | None:
    request = _given(driver.table.abilities.local_list_version)
    answer, record = await _read(driver, request, {"station": station})
    if isinstance(record, Unknown):
        return record
    return _valid(answer, _VERSION, _or_none(point(record, request.found.get("version", "/version"))))


async def _reservations(driver: _Driver, station: str) -> Sequence[ReservationView] | Unknown:
    return await _read_views(driver, driver.table.abilities.reservations, station, ReservationView)


async def _charging_profiles(driver: _Driver, station: str) -> Sequence[ChargingProfileView] | Unknown:
    return await _read_views(driver, driver.table.abilities.charging_profiles, station, ChargingProfileView)


async def _tasks(driver: _Driver, station: str) -> Sequence[TaskView] | Unknown:
    return await _read_views(driver, driver.table.abilities.tasks, station, TaskView)


async def _security_events(driver: _Driver, station: str) -> Sequence[SecurityEventView] | Unknown:
    return await _read_views(driver, driver.table.abilities.security_events, station, SecurityEventView)


async def _secure_endpoint(driver: _Driver, profile: int) -> SecureEndpoint | Unknown:
    return await _read_view(driver, driver.table.abilities.secure_endpoint, {"profile": profile}, SecureEndpoint)


async def _set_security(driver: _Driver, station: str, profile: int, password: bytes | None = None) -> None:
    values: dict[str, Any] = {"station": station, "profile": profile}
    if password is not None:
        values["password_hex"] = password.hex()
    await _act(driver, driver.table.abilities.set_security, values)


async def _client_certificate(driver: _Driver, request: CertificateRequest) -> ClientCertificate | Unknown:
    values = {name: value for name, value in asdict(request).items() if value is not None}
    return await _read_view(driver, driver.table.abilities.client_certificate, values, ClientCertificate)


async def _revoke_certificate(driver: _Driver, chain: str) -> None:
    await _act(driver, driver.table.abilities.revoke_certificate, {"chain": chain})


ABILITIES: Mapping[str, Callable[..., Awaitable[Any]]] = {
    "provision_station": _provision_station,
    "remove_station": _remove_station,
    "set_registration": _set_registration,
    "provision_tag": _provision_tag,
    "station": _station,
    "connector": _connector,
    "transactions": _transactions,
    "outcome": _outcome,
    "configuration": _configuration,
    "local_list_version": _local_list_version,
    "reservations": _reservations,
    "charging_profiles": _charging_profiles,
    "tasks": _tasks,
    "security_events": _security_events,
    "secure_endpoint": _secure_endpoint,
    "set_security": _set_security,
    "client_certificate": _client_certificate,
    "revoke_certificate": _revoke_certificate,
}
"""Every ability that a table can give, by the name of its entry and its method."""


Entry = TypeVar("Entry", ActionRequest, ReaderRequest)
Value = TypeVar("Value")


def _given(request: Entry | None) -> Entry:
    assert request is not None, "a driver has no method that its table has no entry for"
    return request


async def _act(
    driver: _Driver, request: ActionRequest | None, values: Mapping[str, Any], *, also: frozenset[int] = frozenset()
) -> None:
    request = _given(request)
    answer = await driver.console.send(request, values)
    if answer.status_code not in request.taken and answer.status_code not in also:
        raise trouble(answer)


async def _read(
    driver: _Driver, request: ReaderRequest, values: Mapping[str, Any], *, extra: float = 0.0
) -> tuple[httpx.Response, Any]:
    answer = await driver.console.send(request, values, extra=extra)
    if answer.status_code in request.unknown:
        return answer, Unknown(describe(answer))
    if answer.status_code not in request.taken:
        raise trouble(answer)
    return answer, point(document(answer), request.at)


async def _read_view(
    driver: _Driver,
    request: ReaderRequest | None,
    values: Mapping[str, Any],
    kind: type[View],
    *,
    extra: float = 0.0,
) -> View | Unknown:
    request = _given(request)
    answer, record = await _read(driver, request, values, extra=extra)
    return record if isinstance(record, Unknown) else _view(answer, request, record, kind)


async def _read_views(
    driver: _Driver, request: ReaderRequest | None, station: str, kind: type[View]
) -> Sequence[View] | Unknown:
    request = _given(request)
    answer, records = await _read(driver, request, {"station": station})
    if isinstance(records, Unknown):
        return records
    if not isinstance(records, list):
        raise DriverError(f"{describe(answer)} (no list at {request.at!r})")
    return [_view(answer, request, record, kind) for record in records]


def _view(answer: httpx.Response, request: ReaderRequest, record: Any, kind: type[View]) -> View:
    if not isinstance(record, dict):
        raise DriverError(f"{describe(answer)} (no record at {request.at!r})")
    pointers = {field.name: request.found.get(field.name, f"/{field.name}") for field in fields(kind)}
    members = {name: value for name, pointer in pointers.items() if (value := point(record, pointer)) is not ABSENT}
    view: View = _valid(answer, _VIEWS[kind], members)
    for name in pointers:
        value = getattr(view, name)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise DriverError(f"{describe(answer)} ({name} is a time without an offset)")
    if isinstance(view, Outcome) and view.state not in _STATES:
        raise DriverError(f"{describe(answer)} (state is none of {', '.join(sorted(_STATES))})")
    return view


def _valid(answer: httpx.Response, adapter: TypeAdapter[Value], value: Any) -> Value:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "answer"
        raise DriverError(f"{describe(answer)} ({where}: {first['msg']})") from None


def _or_none(value: Any) -> Any:
    return None if value is ABSENT else value
