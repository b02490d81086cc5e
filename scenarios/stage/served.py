"""The reference central system in the process of the run, but operated through its operator API as any product is."""

from __future__ import annotations

import tomllib
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from harness.csms import Driver, DriverError
from harness.drivers.http import HttpDriver, from_settings
from harness.drivers.http.console import Console
from harness.settings import Settings
from plugfest.targets import merged, render
from server.central_system import CentralSystem
from server.core.settings import ServerSettings
from server.core.store import StoreError
from server.driver import DEFAULTS
from server.serving import running


def reference_over_http(settings: Settings) -> Driver:
    """Return the http driver of a reference central system that is served as long as the driver is entered.

    The server has the settings of ``[driver.reference]``; ``[driver.http]`` changes the table that drives it. Raises
    SettingsError of ``server`` or of ``harness``, or UnknownName.
    """
    given: dict[str, Any] = {**DEFAULTS, "operator_port": 0, **settings.driver.get("reference", {})}
    server = ServerSettings.load({}, **given)
    CentralSystem(server)  # what it cannot be is told before anything starts

    class Served(HttpDriver):
        """Drives a reference central system of its own."""

        endpoint = ""

        async def __aenter__(self) -> Self:
            async with AsyncExitStack() as life:
                folder = Path(life.enter_context(TemporaryDirectory(prefix="plugfest-", ignore_cleanup_errors=True)))
                try:
                    serving = running(replace(server, database=folder / "reference.sqlite3"))
                    ready = await life.enter_async_context(serving)
                except (StoreError, OSError) as error:
                    raise DriverError(f"the reference central system does not start: {error}") from error
                await self.console.close()
                self.endpoint = ready.endpoint
                self.table = self.table.model_copy(update={"base_url": ready.operator})
                self.console = Console(self.table)
                self._life = life.pop_all()
            return self

        async def __aexit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            async with self._life:
                await super().__aexit__(kind, error, trace)

    table = tomllib.loads(render("ws://127.0.0.1", "http://127.0.0.1", ""))["driver"]["http"]
    http = {"http": merged(table, settings.driver.get("http", {}))}
    return from_settings(settings.model_copy(update={"driver": http}), kind=Served)
