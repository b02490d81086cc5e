"""The driver itself: performs operations through an HTTP API."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Self

from harness.csms import DriverError, Operation, Receipt, Unsupported, v16
from harness.drivers.http.abilities import ABILITIES
from harness.drivers.http.console import Console, describe, document, trouble
from harness.drivers.http.table import HttpTable, read_table
from harness.drivers.http.template import point
from harness.settings import Settings

_OPERATIONS: Mapping[str, Mapping[str, type[Operation]]] = {"1.6": v16.OPERATIONS}


class HttpDriver:
    """Drives a central system as its table says; the abilities of the table are added by ``from_settings``."""

    def __init__(self, table: HttpTable, known: Mapping[str, type[Operation]]) -> None:
        self.table = table
        self.console = Console(table)
        self._operations = frozenset(kind for action, kind in known.items() if table.request_of(action))

    @property
    def operations(self) -> Collection[type[Operation]]:
        """The operations that the table gives."""
        return self._operations

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.console.close()

    async def perform(self, operation: Operation) -> Receipt | None:
        """Send the request of the operation; return the receipt when the central system has taken it.

        Raises Unsupported for a status code of ``unsupported``, Refused for another 4xx or 5xx that is not one of
        ``taken``, DriverError where the driver is not let in (401, 403, 407), for any other code and on the way.
        """
        action = operation.action()
        request = self.table.request_of(action)
        if request is None:
            raise Unsupported(f"the target file has no request for {action}")
        payload = operation.payload()
        values = {**payload, "payload": payload, "station": operation.station, "action": action}
        answer = await self.console.send(request, values)
        if answer.status_code in request.unsupported:
            raise Unsupported(describe(answer))
        if answer.status_code not in request.taken:
            raise trouble(answer)
        if request.receipt is None:
            return None
        found = point(document(answer), request.receipt)
        if not isinstance(found, str | int):
            raise DriverError(f"{describe(answer)} (no receipt at {request.receipt!r})")
        return Receipt(str(found))


def from_settings(
    settings: Settings, environment: Mapping[str, str] | None = None, *, kind: type[HttpDriver] = HttpDriver
) -> HttpDriver:
    """Return the driver that ``[driver.http]`` describes; it has exactly the abilities that have an entry there.

    ``kind`` is the class that gets them. Raises SettingsError that names file, key and the valid choices.
    """
    place = f"{settings.path or 'built-in target'}: driver.http"
    known = {action: kind for version in settings.csms.versions for action, kind in _OPERATIONS[version].items()}
    table = read_table(settings.driver.get("http", {}), place, known, environment)
    methods = {name: ABILITIES[name] for name, _ in table.abilities.entries()}
    able: type[HttpDriver] = type(kind.__name__, (kind,), methods)
    return able(table, known)
