"""Tests of which modules of the suite a changed file touches."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugfest.play import ROOT
from plugfest.touched import touched

RESET = "scenarios.v16.core.test_reset"
HANDOVER = "scenarios.transport.test_call_error"
MODULES = (RESET, HANDOVER)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("scenarios/v16/core/test_reset.py", [RESET]),
        ("scenarios/v16/core/__init__.py", [RESET]),
        ("scenarios/transport/dialects/of_v201.py", [HANDOVER]),
        ("scenarios/transport/__init__.py", [HANDOVER]),
        ("scenarios/exploration/search.py", []),
    ],
)
def test_module_of_the_suite_touches_what_imports_it(file: str, expected: list[str]) -> None:
    """A change is followed through imports, packages among them, and no further."""
    assert touched(MODULES, [ROOT / file]) == expected


@pytest.mark.parametrize(
    "file",
    [
        "scenarios/stage/rig.py",
        "scenarios/v16/requirements.toml",
        "harness/verdict.py",
        "server/core/links.py",
        "/elsewhere/acme.toml",
        "/elsewhere/driver.py",
    ],
)
def test_anything_else_touches_all(file: str) -> None:
    """What every scenario is played on, or judged by, touches each of them."""
    assert list(touched(MODULES, [ROOT / file])) == list(MODULES)


def test_several_changes_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are named as a person types them: from the folder he is in."""
    monkeypatch.chdir(ROOT)
    files = [Path("scenarios/v16/core/test_reset.py"), Path("scenarios/transport/test_call_error.py")]
    assert touched(MODULES, files) == list(MODULES)
