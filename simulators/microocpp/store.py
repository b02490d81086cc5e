"""The folder that MicroOCPP reads its configuration from and keeps its state in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.microocpp.profile import LONGEST, Profile

FOLDER = "mo_store"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one instance connects: to ``backend``, with its ``identity`` appended."""

    identity: str
    backend: str
    password: bytes | None = None


def write(folder: Path, profile: Profile, place: Place) -> None:
    """Write everything that an instance reads at its first start.

    Raises ValueError for what MicroOCPP would silently replace by a public central system, or would crash of.
    """
    for text in (place.identity, place.backend):
        if len(text) > LONGEST or "%" in text:
            raise ValueError(f"MicroOCPP takes no {text!r}: at most {LONGEST} characters, and no percent sign")
    store = folder / FOLDER
    store.mkdir(parents=True, exist_ok=True)
    key = (place.password or b"").hex()
    connection = {"Cst_BackendUrl": place.backend, "Cst_ChargeBoxId": place.identity, "AuthorizationKey": key}
    _put(store / "ws-conn.jsn", _listed({**profile.connection, **connection}))
    _put(store / "ocpp-config.jsn", _listed(profile.configuration))
    _put(store / "simulator.jsn", _listed({"OcppVersion": profile.version}))
    _put(store / "ws-conn-v201.jsn", _variables(place))


def serve_panel(folder: Path, url: str) -> None:
    """Write where its HTTP interface listens from the next start on."""
    _put(folder / FOLDER / "api.jsn", {"url": url})


def _listed(values: Mapping[str, Any]) -> dict[str, Any]:
    configurations = [{"type": _type(value), "key": key, "value": value} for key, value in values.items()]
    return {"head": {"content-type": "ocpp_config_file", "version": "2.0"}, "configurations": configurations}


def _type(value: object) -> str:
    return {bool: "bool", int: "int"}.get(type(value), "string")


def _variables(place: Place) -> dict[str, Any]:
    named = {
        "CsmsUrl": place.backend,
        "Identity": place.identity,
        "BasicAuthPassword": (place.password or b"").decode(),
    }
    return {
        "variables": [{"component": "SecurityCtrlr", "name": name, "valActual": value} for name, value in named.items()]
    }


def _put(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
