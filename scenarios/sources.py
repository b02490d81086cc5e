"""What the suite is measured against: the requirements and the certification cases of each OCPP version."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

_FOLDERS = {"1.6": "scenarios.v16", "2.0.1": "scenarios.v201"}


class Obligation(StrEnum):
    """How strongly the source of a requirement binds the central system."""

    SHALL = "SHALL"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Grade(StrEnum):
    """What the violation of a requirement is worth; a SHALL that real systems read differently is a WARN."""

    FAIL = "FAIL"
    WARN = "WARN"
    INFO = "INFO"


class Trigger(StrEnum):
    """Who brings about the moment in which a requirement can be observed."""

    HANDSHAKE = "handshake"
    STATION = "station"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that a central system owes; ``title`` completes the sentence "The central system …"."""

    id: str
    title: str
    profile: str
    level: Obligation
    grade: Grade
    trigger: Trigger
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OcttCase:
    """One case of the official compliance testing tool, with its section in the tool's document."""

    id: str
    title: str
    profile: str
    section: str


@cache
def requirements(version: str) -> Mapping[str, Requirement]:
    """Return the requirements of an OCPP version by their ids, in the order of the sources.

    Raises ValueError for a version that the suite does not cover.
    """
    tables = _tables(version, "requirements")
    return MappingProxyType({key: _requirement(key, table) for key, table in tables.items()})


@cache
def octt(version: str) -> Mapping[str, OcttCase]:
    """Return the certification cases of an OCPP version by their ids, in the order of the tool's document.

    Raises ValueError for a version that the suite does not cover.
    """
    return MappingProxyType({key: OcttCase(id=key, **table) for key, table in _tables(version, "octt").items()})


@cache
def uncovered(version: str) -> Mapping[str, str]:
    """Return why requirements and cases of an OCPP version are not covered by any scenario, by their ids."""
    text = (resources.files("scenarios") / "uncovered.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text).get(version, {}))


def _requirement(key: str, table: Mapping[str, Any]) -> Requirement:
    closed = {
        "level": Obligation(table["level"]),
        "grade": Grade(table["grade"]),
        "trigger": Trigger(table["trigger"]),
    }
    return Requirement(id=key, **{**table, **closed})


def _tables(version: str, name: str) -> dict[str, Any]:
    if version not in _FOLDERS:
        raise ValueError(f"nothing is known of OCPP {version}; choose {', '.join(_FOLDERS)}")
    return tomllib.loads((resources.files(_FOLDERS[version]) / f"{name}.toml").read_text(encoding="utf-8"))
