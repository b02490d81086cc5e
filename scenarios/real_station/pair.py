"""One function, two scenarios: on a simulated charge point that acts by itself, and on MicroOCPP."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from harness.players import Player
from harness.scenario import FIRMWARE, Member, Need, family

Function = TypeVar("Function", bound=Callable[..., Any])


def on_both(
    tail: str,
    *,
    spec: Sequence[str],
    profile: str = "default",
    needs: Sequence[Need] = (),
    mutants: Sequence[str] = (),
) -> Callable[[Function], Function]:
    """Mark a test function as ``v16.simulated.<tail>`` and ``v16.microocpp.<tail>``, with a configuration profile.

    The mutants are caught by the simulated one: the other one cannot be played everywhere.
    """

    def mark(function: Function) -> Function:
        title = (inspect.getdoc(function) or "").partition("\n")[0]
        members = [
            Member(
                id=f"v16.{kind.value}.{tail}",
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
