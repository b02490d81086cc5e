"""What the scenarios of the transport say in each OCPP version, and what they need for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.csms import Operation, v16, v201
from harness.scenario import Need
from scenarios.transport.dialects.dialect import Dialect, Said
from scenarios.transport.dialects.of_v16 import OfV16
from scenarios.transport.dialects.of_v201 import OfV201
from simulators.station import Station

__all__ = [
    "CLEAR_CACHE",
    "EVERY_VERSION",
    "READ",
    "RESET",
    "WRITE",
    "Dialect",
    "Said",
    "dialect",
    "needs",
]

_DIALECTS: Mapping[str, Callable[[Any], Dialect]] = {"1.6": OfV16, "2.0.1": OfV201}

EVERY_VERSION = tuple(_DIALECTS)
"""The versions in which the transport is played."""

Kinds = Mapping[str, type[Operation]]
"""OCPP version → an operation of it."""

CLEAR_CACHE: Kinds = {"1.6": v16.ClearCache, "2.0.1": v201.ClearCache}
READ: Kinds = {"1.6": v16.GetConfiguration, "2.0.1": v201.GetVariables}
WRITE: Kinds = {"1.6": v16.ChangeConfiguration, "2.0.1": v201.SetVariables}
RESET: Kinds = {"1.6": v16.Reset, "2.0.1": v201.Reset}


def dialect(station: Station) -> Dialect:
    """Return what is said by a station, and to it, in the version that it speaks."""
    return _DIALECTS[station.version.name](station)


def needs(*wanted: Kinds | Need) -> Mapping[str, Sequence[Need]]:
    """Return the needs of a scenario in every version, of operations those of the version."""
    return {name: [one[name] if isinstance(one, Mapping) else one for one in wanted] for name in EVERY_VERSION}
