"""The device model as far as stations have told it: attributes of variables of components (OCPP 2.0.1 part 1, 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ocpp.v201.enums import AttributeEnumType
from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from server.core.frame_log import SECRET_KEYS
from server.core.validation import Payload
from server.v201 import tables

ACTUAL = AttributeEnumType.actual.value

_known = tables.variables.c


def store(
    tx: Connection,
    station: str,
    place: Mapping[str, Any],
    value: str | None,
    *,
    attribute: str = ACTUAL,
    mutability: str | None = None,
) -> None:
    """Store an attribute; ``place`` has its component and variable, and a mutability that is known stays known."""
    component, variable = place["component"], place["variable"]
    row = {
        "station": station,
        "key": key(place, attribute),
        "component": component["name"],
        "component_instance": component.get("instance"),
        "evse_id": component.get("evse", {}).get("id"),
        "connector_id": component.get("evse", {}).get("connectorId"),
        "variable": variable["name"],
        "variable_instance": variable.get("instance"),
        "attribute": attribute,
        "value": None if variable["name"].casefold() in SECRET_KEYS else value,
        "mutability": mutability,
    }
    changes = {name: row[name] for name in ("value", "mutability") if name == "value" or mutability is not None}
    statement = insert(tables.variables).on_conflict_do_update(index_elements=["station", "key"], set_=changes)
    tx.execute(statement, row)


def key(place: Mapping[str, Any], attribute: str) -> str:
    """Return what an attribute is known by: names and instances do not differ by case."""
    component, variable = place["component"], place["variable"]
    evse: Payload = component.get("evse", {})
    parts = (
        component["name"],
        component.get("instance", ""),
        evse.get("id", ""),
        evse.get("connectorId", ""),
        variable["name"],
        variable.get("instance", ""),
        attribute,
    )
    return "\n".join(map(str, parts)).casefold()


def number(tx: Connection, station: str, component: str, variable: str, instance: str) -> int | None:
    """Return the actual value of a variable that is a whole number, None where the station has told none."""
    place = {"component": {"name": component}, "variable": {"name": variable, "instance": instance}}
    told = select(_known.value).where(_known.station == station, _known.key == key(place, ACTUAL))
    text = (tx.execute(told).scalar() or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def read(tx: Connection, station: str) -> Sequence[Row[Any]]:
    """Return the attributes of a station by component, EVSE and variable."""
    order = (_known.component, _known.evse_id, _known.connector_id, _known.variable, _known.key)
    return tx.execute(select(tables.variables).where(_known.station == station).order_by(*order)).all()
