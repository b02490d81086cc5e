"""Where the MicroOCPP simulator comes from: a program that its user has built, or an image for Docker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "mo_simulator"
BINARY = "PLUGFEST_MICROOCPP_BINARY"
IMAGE = "PLUGFEST_MICROOCPP_IMAGE"
USUAL_IMAGE = "matthx/microocppsimulator:latest"
"""The name under which its README has the image built; nobody is known to publish it."""

REMEDY = (
    f"build the simulator as the README of matth-x/MicroOcppSimulator says, then set {BINARY} to its program, "
    f"or {IMAGE} to its image ({USUAL_IMAGE} when that is set to an empty value)"
)


class Absent(Exception):
    """There is no MicroOCPP; the text says why, and how to get one."""


@dataclass(frozen=True, slots=True)
class Source:
    """A MicroOCPP simulator to be had, as a ``program`` of this machine or as an ``image``; ``text`` is for people."""

    text: str
    program: Path | None = None
    image: str | None = None


def find(environment: Mapping[str, str] = os.environ) -> Source:
    """Return the simulator that the environment names, or that is on PATH; raises Absent."""
    if named := environment.get(BINARY):
        path = Path(named).absolute()
        if not os.access(path, os.X_OK) or path.is_dir():
            raise Absent(f"{BINARY} names {named}, which is no program")
        return Source(f"{path} ({BINARY})", program=path)
    if (image := environment.get(IMAGE)) is not None:
        return Source(f"{image or USUAL_IMAGE} ({IMAGE})", image=image or USUAL_IMAGE)
    if found := shutil.which(PROGRAM, path=environment.get("PATH")):
        return Source(found, program=Path(found))
    raise Absent(f"there is no MicroOCPP simulator: {REMEDY}")
