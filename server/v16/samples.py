"""Sampled values with the defaults that the text gives their members (OCPP 1.6 7.43)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.core import instants

_DEFAULTS = {
    "context": "Sample.Periodic",
    "format": "Raw",
    "measurand": "Energy.Active.Import.Register",
    "location": "Outlet",
}


def complete(meter_values: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the sampled values of a list of meter values with the timestamp of each and their defaults filled in."""
    for meter_value in meter_values:
        for sample in meter_value["sampledValue"]:
            yield {"timestamp": instants.in_utc(meter_value["timestamp"]), **fill(sample)}


def fill(sample: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a sampled value with its defaults; Wh is the default unit of energy only."""
    filled = _DEFAULTS | dict(sample)
    if "unit" not in filled and filled["measurand"].startswith("Energy"):
        filled["unit"] = "Wh"
    return filled
