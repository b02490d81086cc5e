"""What an entry is filled with: the values of an operation or function, as the product wants and calls them."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from harness.csms import Operation, Unsupported
from harness.csms.signature import Function
from harness.drivers.http.reading import COUNTER, PATIENCE, PAYLOAD, used
from harness.drivers.http.table import Entry, Naming
from harness.drivers.http.template import EACH, fill, text_of

_COUNTER = itertools.count(secrets.randbelow(2**30))
"""Begins where hardly another run does, since a product may remember the numbers of an earlier one."""


def operation_values(operation: Operation, entry: Entry, naming: Naming) -> dict[str, Any]:
    """Return what the entry of an operation may refer to.

    Raises Unsupported for a value that the product has no name for, and for a member that the entry would drop.
    """
    action, given = operation.action(), operation.payload()
    _demand_kept(given, entry, whole=PAYLOAD)
    spelt = naming.actions.spell(action) if naming.actions else action
    surroundings = {"station": operation.station, "action": spelt, COUNTER: next(_COUNTER)}
    members = _translated(given, entry, surroundings, operation.members())
    payload = naming.members.respell(members) if naming.members else members
    return {**members, **surroundings, PAYLOAD: payload}


def function_values(function: Function, entry: Entry, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the entry of a function may refer to; raises Unsupported as ``operation_values`` does.

    Values that are the usual ones need not be told to the product, nor how long the driver will wait.
    """
    told = {name: one for name, one in values.items() if name != PATIENCE and not function.usual(name, one)}
    _demand_kept(told, entry)
    surroundings = {COUNTER: next(_COUNTER)}
    return _translated(values, entry, surroundings, function.takes) | surroundings


def _translated(
    given: Mapping[str, Any], entry: Entry, surroundings: Mapping[str, Any], names: Collection[str]
) -> dict[str, Any]:
    """Return the values with defaults, and as the product calls them."""
    known = {**given, **surroundings}
    defaults = {name: fill(one, known) for name, one in entry.defaults.items() if name in names}
    values: dict[str, Any] = defaults | dict(given)
    for path, called in entry.values.items():
        values = _changed(values, path.split("."), partial(_called, path, called))
    return values


def _called(path: str, called: Mapping[str, Any], value: Any) -> Any:
    if (text := text_of(value)) not in called:
        raise Unsupported(f"the target file has no name for {path} {text!r}; it has some for {', '.join(called)}")
    return called[text]


def _changed(value: Any, steps: list[str], change: Callable[[Any], Any]) -> Any:
    if not steps:
        return change(value)
    step, rest = steps[0], steps[1:]
    match value:
        case dict() if step in value:
            return {**value, step: _changed(value[step], rest, change)}
        case list() | tuple() if step == EACH:
            return [_changed(item, rest, change) for item in value]
    return value


def _demand_kept(given: Mapping[str, Any], entry: Entry, whole: str | None = None) -> None:
    names = used(entry)
    if whole in names:
        return
    paths = [name.split(".") for name in names]
    if dropped := [".".join(leaf) for leaf in _leaves(given) if not any(_tells(path, leaf) for path in paths)]:
        raise Unsupported(f"the request in the target file drops {', '.join(dropped)}")


def _tells(path: list[str], leaf: list[str]) -> bool:
    """Return whether a placeholder carries a value: it leads to it, or around it, or into it where it is empty."""
    return all(step in (own, EACH) for step, own in zip(path, leaf, strict=False))


def _leaves(value: Any) -> Iterator[list[str]]:
    match value:
        case dict() if value:
            items = list(value.items())
        case list() | tuple() if value:
            items = list(enumerate(value))
        case _:
            yield []
            return
    for name, item in items:
        for leaf in _leaves(item):
            yield [str(name), *leaf]
