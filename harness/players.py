"""What plays the charge point in a scenario: a simulated one, or real firmware, for some scenarios either."""

from __future__ import annotations

from enum import StrEnum


class Player(StrEnum):
    """What plays the charge point, as it stands in the second part of a scenario id."""

    SIMULATED = "simulated"
    MICROOCPP = "microocpp"


_FIRMWARE = f".{Player.MICROOCPP}."


def player(id: str) -> Player:
    """Return what plays a scenario; one whose id does not say so takes a simulated station."""
    return Player.MICROOCPP if _FIRMWARE in id else Player.SIMULATED


def counterpart(id: str) -> str | None:
    """Return the id of a MicroOCPP scenario's twin on a simulated charge point, None for all others."""
    return id.replace(_FIRMWARE, f".{Player.SIMULATED}.", 1) if _FIRMWARE in id else None
