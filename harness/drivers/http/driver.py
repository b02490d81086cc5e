"""The driver itself: performs operations, and whatever else the table gives, through an HTTP API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from harness.csms import DriverError, Operation, Outcome, Receipt, Settled, Unknown, Unsupported, v16, v201
from harness.csms.signature import Function, functions
from harness.drivers.http.console import Console, describe, document, judge
from harness.drivers.http.order import function_values, operation_values
from harness.drivers.http.reading import PATIENCE, read_table
from harness.drivers.http.records import outcome_of, read
from harness.drivers.http.recovery import carry_out
from harness.drivers.http.table import ActionEntry, HttpTable, OperationEntry, ReaderEntry, Recovery, entry_name
from harness.drivers.http.template import point
from harness.settings import Settings

OPERATIONS: Mapping[str, type[Operation]] = {
    entry_name(kind.version, kind.action()): kind for kind in (*v16.OPERATIONS.values(), *v201.OPERATIONS.values())
}
"""Every operation by the name of its entry in a table."""

_GONE = frozenset({404, 410})


class HttpDriver:
    """Drives a central system as its table says; the functions of the table are added by ``from_settings``."""

    def __init__(self, table: HttpTable, versions: Collection[str]) -> None:
        self.table = table
        self.console = Console(table)
        given = (kind for name, kind in OPERATIONS.items() if table.request_of(name))
        self._operations = frozenset(kind for kind in given if kind.version in versions)

    @property
    def operations(self) -> Collection[type[Operation]]:
        """The operations that the table gives, of the versions that the system speaks."""
        return self._operations

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.console.close()

    async def perform(self, operation: Operation) -> Receipt | None:
        """Send the request of the operation; return the receipt when the central system has taken it.

        Raises Unsupported for a status code of ``unsupported``, and where the request cannot say what the operation
        does; Refused for another 4xx or 5xx that is not one of ``taken`` and for a body that tells no success;
        DriverError where the driver is not let in (401, 403, 407), for any other code and on the way.
        """
        name = entry_name(operation.version, operation.action())
        entry = self.table.request_of(name)
        if entry is None:
            raise Unsupported(f"the target file has no request for {name}")
        values = operation_values(operation, entry, self.table.naming)
        answer = (await self.console.exchange(entry, values)).answer
        if answer.status_code in entry.unsupported:
            raise Unsupported(describe(answer))
        judge(entry, answer)
        return _receipt(entry, answer)


def from_settings(
    settings: Settings, environment: Mapping[str, str] | None = None, *, kind: type[HttpDriver] = HttpDriver
) -> HttpDriver:
    """Return the driver that ``[driver.http]`` describes; it has exactly the functions that have an entry there.

    ``kind`` is the class that gets them. Raises SettingsError that names file, key and the valid choices.
    """
    place = f"{settings.path or 'built-in target'}: driver.http"
    table = read_table(settings.driver.get("http", {}), place, OPERATIONS, environment)
    methods = {name: _method(functions()[name], entry) for name, entry in table.abilities.entries().items()}
    if any(entry.outcome for entry in table.operations.values()):
        methods["outcome"] = _settled(methods.get("outcome"))
    if table.recovery is not None:
        methods |= _commands(table.recovery, settings.path.parent if settings.path else None)
    able: type[HttpDriver] = type(kind.__name__, (kind,), methods)
    return able(table, settings.csms.versions)


Method = Callable[..., Awaitable[Any]]


def _method(function: Function, entry: ActionEntry | ReaderEntry) -> Method:
    if isinstance(entry, ActionEntry):
        return _acting(function, entry)
    return _awaiting(function, entry) if function.name == "outcome" else _reading(function, entry)


def _acting(function: Function, entry: ActionEntry) -> Method:
    async def act(driver: HttpDriver, *args: Any, **kwargs: Any) -> None:
        values = function_values(function, entry, function.values(*args, **kwargs))
        answer = (await driver.console.exchange(entry, values)).answer
        if entry.method == "DELETE" and answer.status_code in _GONE:
            return
        judge(entry, answer)

    return act


def _commands(recovery: Recovery, folder: Path | None) -> Mapping[str, Method]:
    """Return the functions of Restart as commands that run in a folder."""

    async def kill(driver: HttpDriver) -> None:
        await carry_out(recovery.kill, folder, recovery.limit)

    async def restart(driver: HttpDriver) -> None:
        await carry_out(recovery.start, folder, recovery.limit)

    return {"kill": kill, "restart": restart}


def _reading(function: Function, entry: ReaderEntry) -> Method:
    async def tell(driver: HttpDriver, *args: Any, **kwargs: Any) -> Any:
        values = function_values(function, entry, function.values(*args, **kwargs))
        exchanged = await driver.console.exchange(entry, values, extra=values.get(PATIENCE, 0.0))
        return read(function, entry, exchanged)

    return tell


def _awaiting(function: Function, entry: ReaderEntry) -> Method:
    """Return a reader that asks again, within patience, while an operation is pending."""
    ask = _reading(function, entry)

    async def outcome(driver: HttpDriver, receipt: Receipt, patience: float) -> Outcome:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        while True:
            left = max(deadline - loop.time(), 0.0)
            told: Outcome = await ask(driver, receipt, round(left, 3))
            left = deadline - loop.time()
            if told.state != "pending" or left <= 0:
                return told
            await asyncio.sleep(min(entry.poll, left))  # an API that does not hold the question back is asked again

    return outcome


def _settled(ask: Method | None) -> Method:
    """Return a reader of outcomes that were told at once; ``ask`` reads the others."""

    async def outcome(driver: HttpDriver, receipt: Receipt, patience: float) -> Outcome:
        if isinstance(receipt, Settled):
            return receipt.outcome
        if ask is None:
            raise Unknown("the answer told no outcome")
        told: Outcome = await ask(driver, receipt, patience)
        return told

    return outcome


def _receipt(entry: OperationEntry, answer: httpx.Response) -> Receipt | None:
    found = None
    if entry.receipt is not None:
        found = point(document(answer), entry.receipt)
        if not isinstance(found, str | int):
            raise DriverError(f"{describe(answer)} (no receipt at {entry.receipt!r})")
    if entry.outcome is not None:
        outcome = outcome_of(entry.outcome, answer)
        if outcome.state != "pending" or found is None:
            return Settled(str(found), outcome)
    return None if found is None else Receipt(str(found))
