"""What the signatures of the abilities say: the functions of a driver, what each takes, and what it tells.

The protocols in ``harness.csms.abilities`` are the one source; a driver that is described rather than written derives
its functions, and what its description may refer to, from here.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, get_args, get_origin, get_type_hints

from harness.csms import abilities


class Shape(StrEnum):
    """What a function returns."""

    NOTHING = "nothing"
    RECORD = "record"
    RECORDS = "records"
    PAIRS = "pairs"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Function:
    """One function of an ability.

    ``takes`` are the names of its values, for a parameter that is a dataclass those of its fields; ``tells`` are the
    fields of what it returns: those of a record, "key" and "value" of pairs, "value" of a single value. ``returns`` is
    the type of the whole answer.
    """

    name: str
    ability: type[Any]
    signature: inspect.Signature
    takes: tuple[str, ...]
    shape: Shape
    returns: Any
    tells: tuple[str, ...]

    def values(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the values of a call under the names that the function takes, as JSON, without those that are None."""
        bound = self.signature.bind(None, *args, **kwargs)
        bound.apply_defaults()
        return _plain(dict(list(bound.arguments.items())[1:]))

    @property
    def required(self) -> frozenset[str]:
        """The names of the values that every call gives."""
        return frozenset(self.takes) - self._defaults().keys()

    def usual(self, name: str, value: Any) -> bool:
        """Return whether a value is the one that the function takes when nothing is said."""
        return name in (usual := _plain(self._defaults())) and usual[name] == value

    def _defaults(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, parameter in list(self.signature.parameters.items())[1:]:
            if is_dataclass(kind := parameter.annotation):
                found |= {one.name: one.default for one in fields(kind) if one.default is not MISSING}
            elif parameter.default is not inspect.Parameter.empty:
                found[_names(name, kind)[0]] = parameter.default
        return found


def functions() -> Mapping[str, Function]:
    """Return every function of every ability by its name, in the order in which the abilities are declared."""
    protocols = [
        one
        for one in vars(abilities).values()
        if getattr(one, "_is_protocol", False) and one.__module__ == abilities.__name__
    ]
    return {
        name: _function(protocol, name, method)
        for protocol in protocols
        for name, method in vars(protocol).items()
        if inspect.iscoroutinefunction(method) and not name.startswith("_")
    }


def _function(ability: type[Any], name: str, method: Any) -> Function:
    hints = get_type_hints(method)
    signature = inspect.signature(method)
    typed = [one.replace(annotation=hints.get(one.name, one.annotation)) for one in signature.parameters.values()]
    signature = signature.replace(parameters=typed)
    takes = tuple(value for parameter in typed[1:] for value in _names(parameter.name, parameter.annotation))
    shape, tells = _told(hints["return"])
    return Function(name, ability, signature, takes, shape, hints["return"], tells)


def _names(name: str, kind: Any) -> list[str]:
    if is_dataclass(kind) and len(fields(kind)) > 1:
        return [one.name for one in fields(kind)]
    return [f"{name}_hex"] if bytes in (kind, *get_args(kind)) else [name]


def _told(returns: Any) -> tuple[Shape, tuple[str, ...]]:
    if returns is type(None):
        return Shape.NOTHING, ()
    if is_dataclass(returns):
        return Shape.RECORD, tuple(one.name for one in fields(returns))
    if get_origin(returns) is Sequence:
        return Shape.RECORDS, tuple(one.name for one in fields(get_args(returns)[0]))
    return (Shape.PAIRS, ("key", "value")) if get_origin(returns) is Mapping else (Shape.VALUE, ("value",))


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments as JSON, under the names that a function takes."""
    found: dict[str, Any] = {}
    for name, value in arguments.items():
        if is_dataclass(value) and not isinstance(value, type):
            members = {one.name: getattr(value, one.name) for one in fields(value)}
            found |= _plain(members if len(members) > 1 else {name: next(iter(members.values()))})
        elif isinstance(value, bytes):
            found[f"{name}_hex"] = value.hex()
        elif isinstance(value, datetime):
            found[name] = value.isoformat()
        elif value is not None:
            found[name] = value.value if isinstance(value, Enum) else value
    return found
