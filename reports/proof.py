"""What proves the scenarios of a report: the kill matrix and the fairness matrix, where they lie beside its record."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.record import RecordError, Result


@dataclass(frozen=True, slots=True)
class Form:
    """What a matrix is called, and the version of its JSON document."""

    name: str
    version: int


KILLS = Form("kill-matrix", 3)
FAIRNESS = Form("fairness-matrix", 2)


@dataclass(frozen=True, slots=True)
class Altered:
    """An altered reference central system, and what scenarios said of it.

    ``sound`` is whether all that name a mutant caught it, or all spared a variant; ``scenarios`` are those that caught
    the mutant, or accused the variant. ``played`` is how many were played against it.
    """

    name: str
    description: str
    sound: bool
    scenarios: Collection[str]
    played: int
    grounds: str = ""


@dataclass(frozen=True)
class Proof:
    """The mutants and variants that were played, and with which plugfest; empty where no matrix was made."""

    mutants: Sequence[Altered] = ()
    variants: Sequence[Altered] = ()
    plugfest: Collection[str] = ()

    def __bool__(self) -> bool:
        return bool(self.mutants or self.variants)

    @cached_property
    def caught(self) -> Mapping[str, Sequence[str]]:
        """The mutants that each scenario caught."""
        return _by_scenario(self.mutants)

    @cached_property
    def accused(self) -> Mapping[str, Sequence[str]]:
        """The variants that each scenario accused, wrongly."""
        return _by_scenario(self.variants)

    @property
    def sentences(self) -> Sequence[str]:
        """What is proven, and how much of it."""
        told = []
        if self.mutants:
            sound = sum(one.sound for one in self.mutants)
            told.append(f"{sound} of {len(self.mutants)} mutants are caught by every scenario that names them.")
        if self.variants:
            sound = sum(one.sound for one in self.variants)
            told.append(f"{sound} of {len(self.variants)} variants are spared by every scenario that was played.")
        return told

    def able(self, results: Sequence[Result]) -> int:
        """Return how many scenarios of some are shown to be able to fail."""
        return sum(one.id in self.caught for one in results)

    def unfair(self, results: Sequence[Result]) -> int:
        """Return how many scenarios of some accuse a lawful system."""
        return sum(one.id in self.accused for one in results)


def beside(folder: Path) -> Proof:
    """Return what the matrices in the folder of a run prove; raises RecordError for one that cannot be read."""
    kills, fairness = _read(folder, KILLS), _read(folder, FAIRNESS)
    mutants = [
        Altered(name, one["description"], one["proven"], list(one["by"]), len(one["verdicts"]))
        for name, one in kills.get("mutants", {}).items()
    ]
    variants = [
        Altered(name, one["description"], one["fair"], list(one["unfair"]), one["played"], one["grounds"])
        for name, one in fairness.get("variants", {}).items()
    ]
    return Proof(mutants, variants, sorted({found["plugfest"] for found in (kills, fairness) if found}))


def _read(folder: Path, form: Form) -> Mapping[str, Any]:
    """Return a matrix as it was written, nothing where there is none."""
    path = folder / f"{form.name}.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read: {error}; make it again, or remove it") from None
    told: Mapping[str, Any] = found if isinstance(found, dict) else {}
    if (told.get("format"), told.get("format_version")) != (f"plugfest-{form.name}", form.version):
        raise RecordError(f"{path}: not a matrix that this plugfest has made; make it again, or remove it")
    return told


def _by_scenario(altered: Sequence[Altered]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for one in altered:
        for id in one.scenarios:
            found.setdefault(id, []).append(one.name)
    return found
