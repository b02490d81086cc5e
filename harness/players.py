"""What plays the charge point in a scenario: a simulated one, or real firmware, for some scenarios either."""

from __future__ import annotations

from enum import StrEnum


class Player(StrEnum):
    """What plays the charge point, as it stands in the second part of a scenario id."""

    SIMULATED = "simulated"
    MICROOCPP = "microocpp"


def player(id: str) -> Player:
    """Return what plays a scenario; one whose id does not say so takes a simulated station."""
    return Player.MICROOCPP if id.split(".")[1] == Player.MICROOCPP else Player.SIMULATED


def counterpart(id: str) -> str | None:
    """Return the id of a MicroOCPP scenario's twin on a simulated charge point, None for all others."""
    version, name, *rest = id.split(".")
    return ".".join([version, Player.SIMULATED, *rest]) if name == Player.MICROOCPP else None
