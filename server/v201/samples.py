"""Sampled values with the defaults that the text gives their members (OCPP 2.0.1 part 2, 2.43, 2.49)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ocpp.v201.enums import LocationEnumType, MeasurandEnumType, ReadingContextEnumType

from server.core import instants

REGISTER = MeasurandEnumType.energy_active_import_register.value
BEGIN, END = ReadingContextEnumType.transaction_begin.value, ReadingContextEnumType.transaction_end.value

_DEFAULTS: Mapping[str, Any] = {
    "context": ReadingContextEnumType.sample_periodic.value,
    "measurand": REGISTER,
    "location": LocationEnumType.outlet.value,
}
_WATT_HOURS = {"Wh": 1, "kWh": 1000}


def complete(meter_values: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the sampled values of a list of meter values with the timestamp of each and their defaults filled in."""
    for meter_value in meter_values:
        for sample in meter_value["sampledValue"]:
            yield {"timestamp": instants.in_utc(meter_value["timestamp"]), **fill(sample)}


def fill(sample: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sampled value with its defaults; Wh is the default unit of energy only."""
    filled = {**_DEFAULTS, **sample}
    unit: dict[str, Any] = {"multiplier": 0, **filled.get("unitOfMeasure", {})}
    if "unit" not in unit and filled["measurand"].startswith("Energy"):
        unit["unit"] = "Wh"
    return {**filled, "unitOfMeasure": unit}


def reading(values: Sequence[Mapping[str, Any]], context: str) -> int | None:
    """Return the whole Wh of the register at the beginning or the end of a transaction, None where none was told."""
    for value in values:
        if (value["context"], value["measurand"]) == (context, REGISTER) and "phase" not in value:
            return _watt_hours(value)
    return None


def _watt_hours(value: Mapping[str, Any]) -> int | None:
    unit = value["unitOfMeasure"]
    factor = _WATT_HOURS.get(unit.get("unit"))
    try:
        return round(value["value"] * factor * 10.0 ** unit["multiplier"]) if factor else None
    except OverflowError:
        return None
