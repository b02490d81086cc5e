"""The tables ``[driver.http]`` of a target file, validated."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from harness.csms import (
    CertificateRequest,
    ChargingProfileView,
    ClientCertificate,
    ConnectorView,
    Operation,
    Outcome,
    ReservationView,
    SecureEndpoint,
    SecurityEventView,
    StationView,
    TaskView,
    TransactionView,
)
from harness.csms.operation import wire_name
from harness.drivers.http.template import placeholders
from harness.settings import SettingsError, explain, hint

_VARIABLE = re.compile(r"\$\{(\w+)\}")

Pointer = Annotated[str, Field(pattern=r"^(/.*)?$")]
Method = Literal["GET", "PUT", "POST", "PATCH", "DELETE"]
Status = Annotated[int, Field(ge=100, le=599)]

SECURE_HOSTING = ("secure_endpoint", "set_security", "client_certificate", "revoke_certificate")
"""The entries that only together make the ability of that name."""

FALLBACK = "*"
"""The entry for every operation that has none of its own."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Table):
    """One HTTP request: where it goes, what it carries, and which answers mean that it was taken."""

    method: Method = "GET"
    path: str = Field(pattern="^/")
    query: dict[str, JsonValue] = Field(default_factory=dict)
    body: JsonValue = None
    taken: tuple[Status, ...] = (200, 201, 202, 204)


class OperationRequest(Request):
    """An operation; without ``body`` it carries the payload of the CALL that is asked for."""

    method: Method = "POST"
    body: JsonValue = "{payload}"
    unsupported: tuple[Status, ...] = ()
    receipt: Pointer | None = None


class ActionRequest(Request):
    """An ability that changes something; without ``body`` it carries none."""

    method: Method = "PUT"


class ReaderRequest(Request):
    """An ability that reads something.

    ``at`` points to the record, or the list of records, in the answer, ``found`` to the fields in a record;
    ``unknown`` are the status codes with which the product says that it has no such record. ``poll`` is the pause in
    seconds between two questions for an outcome that is pending.
    """

    at: Pointer = ""
    found: dict[str, Pointer] = Field(default_factory=dict)
    unknown: tuple[Status, ...] = (404,)
    poll: float = Field(0.25, gt=0)


class Abilities(_Table):
    """``[driver.http.abilities]``: what the API offers beyond operations."""

    provision_station: ActionRequest | None = None
    remove_station: ActionRequest | None = None
    set_registration: ActionRequest | None = None
    provision_tag: ActionRequest | None = None
    station: ReaderRequest | None = None
    connector: ReaderRequest | None = None
    transactions: ReaderRequest | None = None
    outcome: ReaderRequest | None = None
    configuration: ReaderRequest | None = None
    local_list_version: ReaderRequest | None = None
    reservations: ReaderRequest | None = None
    charging_profiles: ReaderRequest | None = None
    tasks: ReaderRequest | None = None
    security_events: ReaderRequest | None = None
    secure_endpoint: ReaderRequest | None = None
    set_security: ActionRequest | None = None
    client_certificate: ReaderRequest | None = None
    revoke_certificate: ActionRequest | None = None

    def entries(self) -> Iterable[tuple[str, ActionRequest | ReaderRequest]]:
        """Return the abilities that the table gives, by name."""
        return [(name, entry) for name in type(self).model_fields if (entry := getattr(self, name)) is not None]


class HttpTable(_Table):
    """``[driver.http]``: the address of the API, how to be let in, and its requests."""

    base_url: str
    headers: dict[str, str] = Field(default_factory=dict)
    timeout: float = Field(10.0, gt=0, le=3600)
    operations: dict[str, OperationRequest] = Field(default_factory=dict)
    abilities: Abilities = Abilities()

    def request_of(self, action: str) -> OperationRequest | None:
        """Return the entry of an operation, or that of all operations, if there is one."""
        return self.operations.get(action, self.operations.get(FALLBACK))


PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "provision_station": frozenset({"station"}),
    "remove_station": frozenset({"station"}),
    "set_registration": frozenset({"station", "registration"}),
    "provision_tag": frozenset({"id_tag", "status", "parent", "expires"}),
    "station": frozenset({"station"}),
    "connector": frozenset({"station", "connector_id"}),
    "transactions": frozenset({"station"}),
    "outcome": frozenset({"receipt", "patience"}),
    "configuration": frozenset({"station"}),
    "local_list_version": frozenset({"station"}),
    "reservations": frozenset({"station"}),
    "charging_profiles": frozenset({"station"}),
    "tasks": frozenset({"station"}),
    "security_events": frozenset({"station"}),
    "secure_endpoint": frozenset({"profile"}),
    "set_security": frozenset({"station", "profile", "password_hex"}),
    "client_certificate": frozenset(field.name for field in fields(CertificateRequest)),
    "revoke_certificate": frozenset({"chain"}),
}
"""What the templates of each ability may refer to; ``patience`` is in seconds."""

FIELDS: Mapping[str, frozenset[str]] = {
    "station": frozenset(field.name for field in fields(StationView)),
    "connector": frozenset(field.name for field in fields(ConnectorView)),
    "transactions": frozenset(field.name for field in fields(TransactionView)),
    "outcome": frozenset(field.name for field in fields(Outcome)),
    "configuration": frozenset({"key", "value"}),
    "local_list_version": frozenset({"version"}),
    "reservations": frozenset(field.name for field in fields(ReservationView)),
    "charging_profiles": frozenset(field.name for field in fields(ChargingProfileView)),
    "tasks": frozenset(field.name for field in fields(TaskView)),
    "security_events": frozenset(field.name for field in fields(SecurityEventView)),
    "secure_endpoint": frozenset(field.name for field in fields(SecureEndpoint)),
    "client_certificate": frozenset(field.name for field in fields(ClientCertificate)),
}
"""What ``found`` of each reader may map; ``configuration`` only where the answer is a list."""


def read_table(
    members: Mapping[str, Any],
    place: str,
    known: Mapping[str, type[Operation]],
    environment: Mapping[str, str] | None = None,
) -> HttpTable:
    """Return the validated table, with ``${...}`` in base_url and headers replaced from the environment.

    ``place`` names the table in errors, ``known`` are the operations by action. Raises SettingsError.
    """
    try:
        table = HttpTable(**members)
    except ValidationError as error:
        raise explain(place, HttpTable, error) from None
    _check_operations(table, f"{place}: operations", known)
    _check_abilities(table.abilities, f"{place}: abilities")
    variables = os.environ if environment is None else environment
    base_url = _address(_expand(table.base_url, f"{place}: base_url", variables), f"{place}: base_url")
    headers = {name: _header(value, f"{place}: headers.{name}", variables) for name, value in table.headers.items()}
    return table.model_copy(update={"base_url": base_url, "headers": headers})


def _address(base_url: str, place: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise SettingsError(f"{place}: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(f"{place}: write http://HOST or https://HOST, not {base_url!r}")
    if url.userinfo or url.query or url.fragment:
        raise SettingsError(f"{place}: only scheme, host, port and path; credentials belong into headers")
    return base_url.rstrip("/")


def _header(text: str, place: str, variables: Mapping[str, str]) -> str:
    value = _expand(text, place, variables)
    if not (value.isascii() and value.isprintable()):
        raise SettingsError(f"{place}: holds a line break or another character that no header can carry")
    return value


def _check_operations(table: HttpTable, place: str, known: Mapping[str, type[Operation]]) -> None:
    for action, request in table.operations.items():
        if action != FALLBACK and action not in known:
            raise SettingsError(f"{place}.{action}: unknown operation{hint(action, [*known, FALLBACK])}")
        valid = {"station", "action", "payload"}
        if action != FALLBACK:
            valid |= {wire_name(field.name) for field in fields(known[action])}
        _check_templates(request, f"{place}.{action}", valid)


def _check_abilities(abilities: Abilities, place: str) -> None:
    for name, request in abilities.entries():
        _check_templates(request, f"{place}.{name}", PLACEHOLDERS[name])
        for field in request.found if isinstance(request, ReaderRequest) else ():
            if field not in FIELDS[name]:
                raise SettingsError(f"{place}.{name}.found.{field}: unknown field{hint(field, FIELDS[name])}")
    _check_together(abilities, place, *SECURE_HOSTING)
    if (abilities.provision_station is None) is not (abilities.remove_station is None):
        raise SettingsError(f"{place}: provision_station and remove_station belong together; give both or neither")


def _check_together(abilities: Abilities, place: str, *names: str) -> None:
    given = [getattr(abilities, name) is not None for name in names]
    if any(given) and not all(given):
        raise SettingsError(f"{place}: {', '.join(names)} belong together; give all or none")


def _check_templates(request: Request, place: str, valid: Iterable[str]) -> None:
    for key, template in (("path", request.path), ("query", request.query), ("body", request.body)):
        for name in placeholders(template):
            if name not in valid:
                raise SettingsError(f"{place}.{key}: unknown placeholder {{{name}}}{hint(name, valid)}")


def _expand(text: str, place: str, variables: Mapping[str, str]) -> str:
    for name in _VARIABLE.findall(text):
        if name not in variables:
            raise SettingsError(f"{place}: the environment variable {name} is not set")
    return _VARIABLE.sub(lambda match: variables[match[1]], text)
