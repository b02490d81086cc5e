"""The stand-in of the MicroOCPP simulator as a program."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

STANDIN = Path(__file__).with_name("standin.py")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that behaves like the simulator's HTTP interface."""
    path = tmp_path / "mo_simulator"
    path.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -S {shlex.quote(str(STANDIN))}\n")
    path.chmod(0o755)
    return path
