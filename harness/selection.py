"""Which scenarios a run is to play."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from harness.players import Player, player
from harness.scenario import Catalogue, Scenario

_FIRMWARE = tuple(one.value for one in Player if one is not Player.SIMULATED)


class Mode(StrEnum):
    """How much is played: a few to see whether it works at all, what disrupts no station, or everything."""

    SMOKE = "smoke"
    NON_DISRUPTIVE = "non-disruptive"
    FULL = "full"

    def takes(self, scenario: Scenario) -> bool:
        """Whether a scenario is played in this mode."""
        match self:
            case Mode.SMOKE:
                return scenario.smoke
            case Mode.NON_DISRUPTIVE:
                return not scenario.disruptive
        return True


class SelectionError(Exception):
    """A selection that names something unknown, or matches nothing; the text names the valid choices."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Scenarios by id pattern, certification case, requirement, profile, OCPP version, mode; empty means all of them.

    Several values of one kind add up, several kinds narrow down. Those that real firmware plays are taken only where
    ``players``, a profile or a pattern names it.
    """

    ids: Sequence[str] = ()
    octt: Sequence[str] = ()
    requirements: Sequence[str] = ()
    profiles: Sequence[str] = ()
    versions: Sequence[str] = ()
    players: Sequence[str] = ()
    modes: Sequence[str] = ()

    def matches(self, scenario: Scenario) -> bool:
        """Whether the selection takes this scenario."""
        return (
            (not self.ids or any(fnmatchcase(scenario.id, pattern) for pattern in self.ids))
            and (not self.octt or not set(self.octt).isdisjoint(scenario.octt))
            and (not self.requirements or not set(self.requirements).isdisjoint(scenario.requirements))
            and (not self.profiles or scenario.profile in self.profiles)
            and (not self.versions or scenario.version in self.versions)
            and player(scenario.id) in self._players
            and (not self.modes or any(Mode(mode).takes(scenario) for mode in self.modes))
        )

    @property
    def _players(self) -> Collection[str]:
        if self.players:
            return self.players
        named = any(firmware in name.casefold() for name in (*self.ids, *self.profiles) for firmware in _FIRMWARE)
        return tuple(Player) if named else (Player.SIMULATED,)

    def of(self, catalogue: Catalogue) -> list[Scenario]:
        """Return the selected scenarios; raises SelectionError for an unknown value, or when nothing matches."""
        _known("--octt", self.octt, list(catalogue.by_octt()))
        _known("--requirement", self.requirements, list(catalogue.by_requirement()))
        _known("--profile", self.profiles, sorted({one.profile for one in catalogue}))
        _known("--version", self.versions, sorted({one.version for one in catalogue}))
        for pattern in self.ids:
            if not any(fnmatchcase(one.id, pattern) for one in catalogue):
                raise SelectionError(
                    f"--scenario {pattern}: no such scenario{_near(pattern, [s.id for s in catalogue])}"
                )
        chosen = [one for one in catalogue if self.matches(one)]
        if not chosen:
            raise SelectionError("the selection matches no scenario; see plugfest catalogue")
        return chosen


def _known(option: str, values: Sequence[str], choices: Sequence[str]) -> None:
    for value in values:
        if value not in choices:
            raise SelectionError(f"{option} {value}: not covered by any scenario{_near(value, choices)}")


def _near(value: str, choices: Sequence[str]) -> str:
    near = difflib.get_close_matches(value, choices, n=3, cutoff=0.5)
    if near:
        return f"; did you mean {', '.join(near)}?"
    return f"; choose from {', '.join(choices)}" if len(choices) <= 20 else "; see plugfest catalogue"
