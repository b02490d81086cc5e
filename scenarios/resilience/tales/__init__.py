"""Transactions as stations tell of them, one module per OCPP version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scenarios.resilience.tales.of_v16 import TaleOfV16
from scenarios.resilience.tales.of_v201 import TaleOfV201
from scenarios.resilience.tales.tale import IN_TRANSACTION, Moment, Said, Tale
from simulators.station import Station

__all__ = ["EVERY_VERSION", "IN_TRANSACTION", "Moment", "Said", "Tale", "tale_of"]

_TALES: Mapping[str, type[Tale]] = {"1.6": TaleOfV16, "2.0.1": TaleOfV201}

EVERY_VERSION = tuple(_TALES)
"""The versions in which transactions are told."""


def tale_of(station: Station, id_tag: str, *, place: int = 1, meter: int = 1000, began: datetime | None = None) -> Tale:
    """Return a transaction that a station has yet to tell, in the version that it speaks."""
    return _TALES[station.version.name](station, id_tag, place=place, meter=meter, began=began)
