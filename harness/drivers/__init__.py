"""The drivers, and the loader of the one that a target file names."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

from harness.csms import Driver
from harness.drivers.none import NoDriver
from harness.settings import Settings, SettingsError

Factory = Callable[[Settings], Driver]
"""Makes a driver that is known by name."""


def load_driver(settings: Settings, builtin: Mapping[str, Factory]) -> Driver:
    """Return the driver that ``[csms] driver`` names.

    That is "http", "manual", "none", one of ``builtin``, or "path/to/driver.py:Class". The path is relative to the
    folder of the target file; the class is called with its table ``[driver.<stem>]``, an empty one if the target file
    has none. Raises SettingsError that names the target file and the choices.
    """
    name = settings.csms.driver
    factories = {"http": _http, "manual": _manual, "none": _none, **builtin}
    if factory := factories.get(name):
        return factory(settings)
    file, colon, attribute = name.rpartition(":")
    if not colon or not file.endswith(".py"):
        choices = ", ".join(sorted(factories))
        raise SettingsError(f"{_place(settings)}: {name!r} is no driver; choose {choices} or path/to/driver.py:Class")
    path = settings.resolve(file)
    module = _module(settings, path)
    kind = getattr(module, attribute, None)
    if not isinstance(kind, type) or not callable(getattr(kind, "perform", None)):
        raise SettingsError(f"{_place(settings)}: {path} has no class {attribute!r} with a method perform")
    driver: Driver = kind(settings.driver.get(path.stem, {}))
    return driver


def _http(settings: Settings) -> Driver:
    from harness.drivers.http import from_settings  # its client takes a while to import

    return from_settings(settings)


def _manual(settings: Settings) -> Driver:
    from harness.drivers.manual import from_settings  # only who has a person act needs it

    return from_settings(settings)


def _none(settings: Settings) -> Driver:
    return NoDriver()


def _module(settings: Settings, path: Path) -> ModuleType:
    name = f"plugfest_driver_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise SettingsError(f"{_place(settings)}: there is no file {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a stranger's module raises is a fault of this setting
        del sys.modules[name]
        raise SettingsError(
            f"{_place(settings)}: {path} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    return module


def _place(settings: Settings) -> str:
    return f"{settings.path or 'built-in target'}: csms.driver"
