"""Reads ``[driver.http]``: validates its tables, and checks that they fit operations and abilities."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import ValidationError

from harness.csms import Operation
from harness.csms.signature import functions
from harness.drivers.http.table import (
    FALLBACK,
    MODEL,
    AnsweredOutcome,
    BasicAuth,
    Entry,
    HttpTable,
    OperationEntry,
    ReaderEntry,
    Request,
    by_version,
    fallback_of,
)
from harness.drivers.http.template import placeholders
from harness.settings import SettingsError, explain, hint

COUNTER = "counter"
"""The placeholder of a number that no other request of the run has."""

PAYLOAD = "payload"
"""The placeholder of all members of an operation."""

PATIENCE = "patience"
"""The placeholder of the time in seconds that the driver is ready to wait for an outcome."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def read_table(
    members: Mapping[str, Any],
    place: str,
    known: Mapping[str, type[Operation]],
    environment: Mapping[str, str] | None = None,
) -> HttpTable:
    """Return the validated table, with ``${...}`` in address and credentials replaced from the environment.

    ``place`` names the table in errors, ``known`` are the operations by the names of their entries. Raises
    SettingsError.
    """
    if isinstance(operations := members.get("operations"), dict):  # lest each entry repeats the faults of its fallback
        versions = by_version(operations)
        fallbacks = {name: {FALLBACK: own[FALLBACK]} for name, own in versions.items() if FALLBACK in own}
        _validated({**members, "operations": fallbacks}, place)
    table = _validated(members, place)
    for name in table.without:
        if name not in known:
            raise SettingsError(f"{place}: without: unknown operation {name!r}{hint(name, known)}")
    for name, entry in table.operations.items():
        _check_operation(name, entry, table, f"{place}: operations.{name}", known)
    _check_abilities(table, f"{place}: abilities")
    variables = os.environ if environment is None else environment
    return table.model_copy(update=_expanded(table, place, variables))


def _validated(members: Mapping[str, Any], place: str) -> HttpTable:
    try:
        return MODEL(**members)
    except ValidationError as error:
        raise explain(place, MODEL, error) from None


def _check_operation(
    name: str, entry: OperationEntry, table: HttpTable, here: str, known: Mapping[str, type[Operation]]
) -> None:
    siblings = {other: kind for other, kind in known.items() if fallback_of(other) == fallback_of(name)}
    fallback = table.operations.get(fallback_of(name))
    if entry is fallback:
        members = {member for kind in siblings.values() for member in kind.members()}
        _Check({"station", "action", PAYLOAD}, members, None).entry(entry, here)
    elif name not in siblings:
        raise SettingsError(f"{here}: unknown operation{hint(name, [*siblings, fallback_of(name)])}")
    else:
        kind = siblings[name]
        taken_over = {*fallback.defaults, *fallback.values} if fallback else set()
        _Check({"station", "action", PAYLOAD, *kind.members()}, {*kind.members(), *taken_over}, kind).entry(entry, here)
    if entry.outcome is not None:
        _check_found(entry.outcome, f"{here}.outcome", functions()["outcome"].tells)


def _check_abilities(table: HttpTable, place: str) -> None:
    entries = table.abilities.entries()
    for name, entry in entries.items():
        function = functions()[name]
        _Check(function.takes, function.takes, None).entry(entry, f"{place}.{name}")
        if unused := function.required.difference(used(entry), {PATIENCE}):
            names = ", ".join(f"{{{name}}}" for name in sorted(unused))
            raise SettingsError(f"{place}.{name}: nothing in it refers to {names}")
        if isinstance(entry, ReaderEntry):
            _check_found(entry, f"{place}.{name}", function.tells)
    for ability in {functions()[name].ability: None for name in entries}:
        together = [name for name, function in functions().items() if function.ability is ability]
        if missing := [name for name in together if name not in entries]:
            raise SettingsError(f"{place}: {', '.join(together)} belong together; {', '.join(missing)} is missing")


@dataclass(frozen=True, slots=True)
class _Check:
    """Checks the templates of an entry against the placeholders that have a value there.

    ``members`` are those that may be given defaults and other values; ``kind`` is the operation whose message tells
    what stands within them.
    """

    names: Collection[str]
    members: Collection[str]
    kind: type[Operation] | None

    def entry(self, entry: Entry, place: str) -> None:
        for key, given in (("defaults", entry.defaults), ("values", entry.values)):
            for name in given:
                self._name(name, f"{place}.{key}", self.members)
        names = {*self.names, COUNTER}
        self._template(list(entry.defaults.values()), f"{place}.defaults", names)
        for number, step in enumerate(entry.before):
            here = f"{place}.before.{number}"
            self._request(step, here, names)
            for key, condition in (("when", step.when), ("unless", step.unless)):
                if condition is not None:
                    self._name(condition, f"{here}.{key}", names)
            names |= set(step.keep)
        self._request(entry, place, names)

    def _request(self, request: Request, place: str, names: Collection[str]) -> None:
        for key, template in request.templates.items():
            self._template(template, f"{place}.{key}", names)

    def _template(self, template: Any, place: str, names: Collection[str]) -> None:
        for name in placeholders(template):
            self._name(name, place, names)

    def _name(self, name: str, place: str, names: Collection[str]) -> None:
        root, *steps = name.split(".")
        if root not in names:
            raise SettingsError(f"{place}: unknown placeholder {{{name}}}{hint(root, names)}")
        if self.kind is None or root not in self.kind.members():
            return
        for number, step in enumerate(steps):
            within = self.kind.members(root, *steps[:number])
            if step not in within:
                raise SettingsError(f"{place}: unknown placeholder {{{name}}}{hint(step, within)}")


def used(entry: Entry) -> set[str]:
    """Return the placeholders in all templates of an entry, those of its steps included."""
    requests = (entry, *entry.before)
    return {name for request in requests for key in request.templates.values() for name in placeholders(key)}


def _check_found(reader: ReaderEntry | AnsweredOutcome, place: str, tells: Collection[str]) -> None:
    for field in reader.found:
        if field not in tells:
            raise SettingsError(f"{place}.found.{field}: unknown field{hint(field, tells)}")


def _expanded(table: HttpTable, place: str, variables: Mapping[str, str]) -> dict[str, Any]:
    base_url = _address(_expand(table.base_url, f"{place}: base_url", variables), f"{place}: base_url")
    headers = {name: _header(value, f"{place}: headers.{name}", variables) for name, value in table.headers.items()}
    login = table.basic_auth and BasicAuth(
        username=_expand(table.basic_auth.username, f"{place}: basic_auth.username", variables),
        password=_expand(table.basic_auth.password, f"{place}: basic_auth.password", variables),
    )
    return {"base_url": base_url, "headers": headers, "basic_auth": login}


def _address(base_url: str, place: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise SettingsError(f"{place}: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(f"{place}: write http://HOST or https://HOST, not {base_url!r}")
    if url.userinfo or url.query or url.fragment:
        raise SettingsError(f"{place}: only scheme, host, port and path; credentials belong into basic_auth or headers")
    return base_url.rstrip("/")


def _header(text: str, place: str, variables: Mapping[str, str]) -> str:
    value = _expand(text, place, variables)
    if not (value.isascii() and value.isprintable()):
        raise SettingsError(f"{place}: holds a line break or another character that no header can carry")
    return value


def _expand(text: str, place: str, variables: Mapping[str, str]) -> str:
    for name in _VARIABLE.findall(text):
        if name not in variables:
            raise SettingsError(f"{place}: the environment variable {name} is not set")
    return _VARIABLE.sub(lambda match: variables[match[1]], text)
