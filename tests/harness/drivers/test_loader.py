"""Tests of the loader of drivers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.csms import Driver, Unsupported
from harness.csms.v16 import Reset
from harness.drivers import load_driver
from harness.drivers.http import HttpDriver
from harness.settings import CsmsSection, Settings, SettingsError

MODULE = """
from dataclasses import dataclass

@dataclass
class Acme:
    table: dict

    operations = ()

    async def perform(self, operation):
        return None

class Helper:
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a target file's neighbours: a driver of somebody else's."""
    (tmp_path / "acme.py").write_text(MODULE)
    yield tmp_path
    sys.modules.pop("plugfest_driver_acme", None)


def settings(folder: Path, driver: str, **tables: dict[str, Any]) -> Settings:
    """Return the settings of a target file in the folder."""
    return Settings(csms=CsmsSection(driver=driver), driver=tables, path=folder / "target.toml")


def error_of(folder: Path, driver: str) -> str:
    """Return what is said about a driver that cannot be loaded."""
    with pytest.raises(SettingsError) as caught:
        load_driver(settings(folder, driver), {"reference": lambda _: pytest.fail("not asked for")})
    assert str(caught.value).startswith(f"{folder / 'target.toml'}: csms.driver: ")
    return str(caught.value)


def test_driver_by_path(folder: Path) -> None:
    """A driver by path is relative to the target file and gets the table of its name."""
    driver: Any = load_driver(settings(folder, "acme.py:Acme", acme={"url": "x"}), {})
    assert type(driver).__name__ == "Acme"
    assert driver.table == {"url": "x"}


def test_driver_by_path_without_table(folder: Path) -> None:
    """A driver that the target file has no table for gets an empty one."""
    driver: Any = load_driver(settings(folder, "acme.py:Acme"), {})
    assert driver.table == {}


def test_builtin_driver(folder: Path) -> None:
    """A name leads to the factory of that name, which gets the settings."""
    expected: Any = object()
    asked: list[Settings] = []

    def reference(settings: Settings) -> Driver:
        asked.append(settings)
        driver: Driver = expected
        return driver

    given = settings(folder, "reference")
    assert load_driver(given, {"reference": reference}) is expected
    assert asked == [given]


async def test_http_is_always_there(folder: Path) -> None:
    """The HTTP driver needs no factory."""
    driver = load_driver(settings(folder, "http", http={"base_url": "http://localhost"}), {})
    async with driver:
        assert isinstance(driver, HttpDriver)


async def test_none_operates_nothing(folder: Path) -> None:
    """Where nobody operates the central system nothing can be asked for."""
    async with load_driver(settings(folder, "none"), {}) as driver:
        assert list(driver.operations) == []
        with pytest.raises(Unsupported, match="nobody operates this central system: Reset cannot be asked for"):
            await driver.perform(Reset(station="CP1", type="Hard"))


@pytest.mark.parametrize("name", ["refrence", "acme.py", "acme:Acme", ":Acme", ""])
def test_unknown_driver(folder: Path, name: str) -> None:
    """An unknown driver is refused with the choices."""
    assert error_of(folder, name).endswith(
        f"{name!r} is no driver; choose http, manual, none, reference or path/to/driver.py:Class"
    )


def test_file_that_is_not_there(folder: Path) -> None:
    """A missing file is named."""
    assert error_of(folder, "acne.py:Acme").endswith(f"there is no file {folder / 'acne.py'}")


@pytest.mark.parametrize("name", ["Acne", "Helper", "dataclass"])
def test_class_that_is_no_driver(folder: Path, name: str) -> None:
    """A class that is missing or cannot perform is named."""
    assert error_of(folder, f"acme.py:{name}").endswith(f"acme.py has no class {name!r} with a method perform")


@pytest.mark.parametrize("text", ["import nothing_of_this_name", "def"])
def test_module_that_cannot_be_imported(folder: Path, text: str) -> None:
    """Whatever a stranger's module raises is told with its file, and the module is forgotten."""
    (folder / "acme.py").write_text(text)
    assert "acme.py cannot be imported: " in error_of(folder, "acme.py:Acme")
    assert "plugfest_driver_acme" not in sys.modules
