"""Where the MicroOCPP simulator is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.microocpp.finding import USUAL_IMAGE, Absent, find


def test_program_that_the_environment_names(program: Path) -> None:
    """A program that is named goes before an image."""
    found = find({"PLUGFEST_MICROOCPP_BINARY": str(program), "PLUGFEST_MICROOCPP_IMAGE": "mo:1"})
    assert (found.program, found.image) == (program, None)


def test_program_that_is_none(tmp_path: Path) -> None:
    """A name that is no program is told, and nothing else is tried in its place."""
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(Absent, match="which is no program"):
            find({"PLUGFEST_MICROOCPP_BINARY": str(path), "PLUGFEST_MICROOCPP_IMAGE": "mo:1"})


@pytest.mark.parametrize(("told", "image"), [("mo:1", "mo:1"), ("", USUAL_IMAGE)])
def test_image(told: str, image: str) -> None:
    """An image is named, or the usual one where the variable is empty."""
    assert find({"PLUGFEST_MICROOCPP_IMAGE": told}).image == image


def test_program_on_path(program: Path) -> None:
    """A program on PATH is taken where nothing is named."""
    assert find({"PATH": str(program.parent)}).program == program


def test_nothing_to_be_found(tmp_path: Path) -> None:
    """Without any, the text says how to get one."""
    with pytest.raises(Absent, match="README of matth-x/MicroOcppSimulator"):
        find({"PATH": str(tmp_path)})
