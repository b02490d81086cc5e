"""One function, two scenarios: on a simulated charge point that acts by itself, and on MicroOCPP."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from harness.players import Player
from harness.scenario import FIRMWARE, Member, Need, family
from harness.versions import V16, Version

Function = TypeVar("Function", bound=Callable[..., Any])


class Mark(Protocol):
    """Marks a test function."""

    def __call__(self, function: Function) -> Function:
        """Return the function, marked."""
        ...


def on_both(
    tail: str,
    *,
    spec: Sequence[str],
    version: Version = V16,
    profile: str = "default",
    needs: Sequence[Need] = (),
    mutants: Sequence[str] = (),
) -> Mark:
    """Mark a test function as ``v16.simulated.<tail>`` and ``v16.microocpp.<tail>``, with a configuration profile.

    Of another ``version`` the ids have its prefix. The mutants are caught by the simulated one: the other one cannot
    be played everywhere.
    """

    def mark(function: Function) -> Function:
        title = (inspect.getdoc(function) or "").partition("\n")[0]
        members = [
            Member(
                id=f"{version.prefix}.{kind.value}.{tail}",
                title=title,
                case=(kind, profile),
                spec=spec,
                needs=[*needs, FIRMWARE] if kind is Player.MICROOCPP else needs,
                mutants=mutants if kind is Player.SIMULATED else (),
            )
            for kind in Player
        ]
        return family(members)(function)

    return mark
