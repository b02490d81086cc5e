"""The tables ``[driver.http]`` of a target file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, create_model, field_validator

from harness.csms.signature import Shape, functions
from harness.drivers.http.found import Pointer, Sources
from harness.drivers.http.naming import Style
from harness.versions import V16, VERSIONS

Method = Literal["GET", "PUT", "POST", "PATCH", "DELETE"]
Status = Annotated[int, Field(ge=100, le=599)]

FALLBACK = "*"
"""The entry for every operation: used where one has none of its own, and for the keys that its own does not give."""


def entry_name(version: str, action: str) -> str:
    """Return what the entry of an operation is called: "Reset" in OCPP 1.6, "2.0.1.Reset" in another version."""
    return action if version == V16.name else f"{version}.{action}"


def fallback_of(name: str) -> str:
    """Return what the entry for every operation of the same version is called."""
    version, dot, _ = name.rpartition(".")
    return f"{version}{dot}{FALLBACK}"


def by_version(entries: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the entries of operations by version: those that are in no table of a version are of 1.6."""
    nested = {name: entries[name] for name in VERSIONS if isinstance(entries.get(name), dict)}
    plain = {name: entry for name, entry in entries.items() if name not in nested}
    return {**nested, V16.name: {**plain, **nested.get(V16.name, {})}}


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Table):
    """One HTTP request: where it goes, what it carries, and which answers mean that it was taken.

    ``taken`` are status codes; ``success`` demands of the body of such an answer that a value (or one of some) stands
    at each pointer, else the request was refused. ``refused`` are status codes that say so by themselves.
    """

    method: Method = "GET"
    path: str = Field(pattern="^/")
    query: dict[str, JsonValue] = Field(default_factory=dict)
    body: JsonValue = None
    taken: tuple[Status, ...] = (200, 201, 202, 204)
    refused: tuple[Status, ...] = ()
    success: dict[Pointer, Annotated[tuple[JsonValue, ...], BeforeValidator(_listed)]] = Field(default_factory=dict)

    @property
    def templates(self) -> Mapping[str, JsonValue]:
        """What is filled in before the request is sent, by key."""
        return {"path": self.path, "query": self.query, "body": self.body}


class Step(Request):
    """A request before another one; ``keep`` makes placeholders of what its answer tells.

    It is left out where the placeholder ``when`` has no value, or ``unless`` has one.
    """

    keep: dict[str, Sources] = Field(default_factory=dict)
    when: str | None = None
    unless: str | None = None


class Entry(Request):
    """A request that fulfils a function of the driver, after the steps ``before`` it.

    ``defaults`` are the values of placeholders that have none, ``values`` what the product calls each value of a
    placeholder.
    """

    before: tuple[Step, ...] = ()
    defaults: dict[str, JsonValue] = Field(default_factory=dict)
    values: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)


class AnsweredOutcome(_Table):
    """Where the answer to the request of an operation tells what became of it; ``state`` is "answered" unless given."""

    at: Pointer = ""
    found: dict[str, Sources] = Field(default_factory=dict)


class OperationEntry(Entry):
    """An operation; without ``body`` it carries the payload of the CALL that is asked for."""

    method: Method = "POST"
    body: JsonValue = "{payload}"
    unsupported: tuple[Status, ...] = ()
    receipt: Pointer | None = None
    outcome: AnsweredOutcome | None = None


class ActionEntry(Entry):
    """A function that changes something; without ``body`` it carries none."""

    method: Method = "PUT"


class ReaderEntry(Entry):
    """A function that reads something.

    ``at`` points to the record, or the list of records, in the answer, ``found`` to the fields in a record; ``where``
    keeps the records of a list that have these values, ``order`` sorts them by what it points to. ``unknown`` are the
    status codes with which the product says that it has no such record. ``poll`` is the pause in seconds between two
    questions for an outcome that is pending.
    """

    at: Pointer = ""
    found: dict[str, Sources] = Field(default_factory=dict)
    where: dict[Pointer, JsonValue] = Field(default_factory=dict)
    order: Pointer | None = None
    unknown: tuple[Status, ...] = (404,)
    poll: float = Field(0.25, gt=0)

    @property
    def templates(self) -> Mapping[str, JsonValue]:
        """What is filled in before the request is sent, by key."""
        return {**super().templates, "where": {**self.where}}


class Abilities(_Table):
    """``[driver.http.abilities]``: an entry for each function of the driver beyond operations."""

    def entries(self) -> Mapping[str, ActionEntry | ReaderEntry]:
        """Return the entries that the table gives, by the name of the function."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: entry for name, entry in given.items() if entry is not None}


class Naming(_Table):
    """``[driver.http.naming]``: how the product spells the members of ``{payload}``, and ``{action}``."""

    members: Style | None = None
    actions: Style | None = None


class BasicAuth(_Table):
    """``basic_auth``: who the driver is, as HTTP knows it (RFC 7617)."""

    username: str
    password: str = Field(repr=False)


Command = Annotated[tuple[str, ...], Field(min_length=1)]
"""A program and its arguments."""


class Recovery(_Table):
    """``[driver.http.recovery]``: commands that kill the central system without warning, and start it again.

    They run in the folder of the target file; each has ``limit`` seconds.
    """

    kill: Command
    start: Command
    limit: float = Field(60.0, gt=0, le=3600)


class HttpTable(_Table):
    """``[driver.http]``: the address of the API, how to be let in, and its requests.

    ``operations`` are called by ``entry_name``. ``without`` are those that the product does not offer, though there is
    an entry for every operation.
    """

    base_url: str
    headers: dict[str, str] = Field(default_factory=dict)
    basic_auth: BasicAuth | None = None
    timeout: float = Field(10.0, gt=0, le=3600)
    naming: Naming = Naming()
    operations: dict[str, OperationEntry] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    abilities: Abilities = Abilities()
    recovery: Recovery | None = None

    @field_validator("operations", mode="before")
    @classmethod
    def _entries_take_from_the_fallback(cls, entries: Any) -> Any:
        if not isinstance(entries, dict):
            return entries
        named: dict[str, Any] = {}
        for version, own in by_version(entries).items():
            fallback = own.get(FALLBACK)
            shared = fallback if isinstance(fallback, dict) else {}
            for action, entry in own.items():
                named[entry_name(version, action)] = {**shared, **entry} if isinstance(entry, dict) else entry
        return named

    def request_of(self, name: str) -> OperationEntry | None:
        """Return the entry of an operation, or that of all operations of its version, if there is one."""
        return None if name in self.without else self.operations.get(name, self.operations.get(fallback_of(name)))


def _model() -> type[HttpTable]:
    """Return the table with an entry for each function of the abilities."""
    entries: dict[str, Any] = {
        name: ((ActionEntry if function.shape is Shape.NOTHING else ReaderEntry) | None, None)
        for name, function in functions().items()
    }
    abilities = create_model("Abilities", __base__=Abilities, **entries)
    return create_model("HttpTable", __base__=HttpTable, abilities=(abilities, abilities()))


MODEL = _model()
"""The table as it is validated."""
