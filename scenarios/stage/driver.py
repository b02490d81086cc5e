"""The driver that a target names."""

from __future__ import annotations

from harness.csms import Driver
from harness.drivers import load_driver
from harness.settings import Settings, SettingsError
from server.core.settings import SettingsError as ServerSettingsError
from server.driver import ReferenceDriver
from server.registry import UnknownName


def driver_of(settings: Settings, mutant: str | None = None) -> Driver:
    """Return the driver of a target, not entered yet; the reference central system runs in this process.

    Raises SettingsError.
    """

    def reference(settings: Settings) -> Driver:
        return ReferenceDriver(mutant=mutant, **settings.driver.get("reference", {}))

    try:
        return load_driver(settings, {"reference": reference, "reference-over-http": _over_http})
    except (UnknownName, ServerSettingsError) as error:
        place = "--mutant" if mutant is not None else f"{settings.path}: driver.reference"
        raise SettingsError(f"{place}: {error}") from None


def _over_http(settings: Settings) -> Driver:
    from scenarios.stage.served import reference_over_http  # server and client of HTTP take a while to import

    return reference_over_http(settings)
