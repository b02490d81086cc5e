"""Which mutants ``plugfest explore`` finds by itself, and in how few steps it shows them.

    python -m benchmarks.exploration [--seed 0] [--for 20s] [MUTANT]...

Each mutant of transactions, reservations and reconnection is explored with the same seed until a counterexample is
found. Those that the registry marks as remarks are explored strictly. Exit code 1 if fewer than 20 are found, or one
that is named is not.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass

import click

from harness.scenario import Catalogue
from harness.selection import Selection
from harness.settings import load
from plugfest import proof
from plugfest.explore import in_memory
from plugfest.quantities import Duration
from plugfest.targets import REFERENCE
from scenarios.exploration.explorer import Explored, Explorer
from scenarios.exploration.session import Unreached
from scenarios.stage.driver import driver_of
from server.mutants import MUTANTS

AREAS = (
    "v16.core.start-*", "v16.core.stop-*", "v16.core.meter-values.*", "v16.core.offline-*", "v16.core.remote-*",
    "v16.core.charging-*", "v16.core.concurrent-*", "v16.core.reset.*", "v16.reservation.*", "v16.resilience.*",
)  # fmt: skip
"""The scenarios whose mutants are explored: those of transactions, reservations and reconnection."""

DEMANDED = 20
"""How many must be found."""

PATIENCE = 0.6
"""Seconds that the central system has for what it owes."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What came of one mutant: the steps that show it, None where it was not found."""

    mutant: str
    sessions: int
    seconds: float
    steps: tuple[str, ...] | None
    clause: str = ""


def seek(mutant: str, seed: int, seconds: float) -> Sought:
    """Explore one mutant in this process until it is found."""
    os.environ["PLUGFEST_CSMS_PATIENCE"] = str(PATIENCE)
    with in_memory(load(REFERENCE)) as settings:
        strict = MUTANTS.find(mutant).remarks
        driver = driver_of(settings, mutant)
        explorer = Explorer(settings, driver, seed=seed, seconds=seconds, strict=strict, first=True)
        try:
            explored = asyncio.run(explorer.explore())
        except Unreached:
            explored = Explored()
    found = explored.counterexamples
    steps = tuple(map(str, found[0].played.steps)) if found else None
    clause = found[0].check.clause if found else ""
    return Sought(mutant, found[0].session if found else explored.sessions, explored.seconds, steps, clause)


def mutants() -> list[str]:
    """Return the names of the mutants of the areas, in OCPP 1.6."""
    named = (one.mutants for one in Selection(AREAS, (), (), ()).of(Catalogue.load()) if one.version == "1.6")
    return sorted({name for names in named for name in names} - {*MUTANTS.generated})


@click.command()
@click.argument("names", nargs=-1, metavar="[MUTANT]...")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--for", "seconds", type=Duration(), default="20s", show_default=True)
@click.option("-n", "workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1)
def main(names: tuple[str, ...], seed: int, seconds: float, workers: int) -> None:
    """Explore mutants, and print which were found."""
    chosen = list(names) or mutants()
    with proof.processes(workers) as pool:
        pending = [pool.submit(seek, name, seed, seconds) for name in chosen]
        done = list(proof.finished(pending, lambda one: click.echo(told(one))))
    found = [one for one in done if one.steps is not None]
    click.echo(f"{len(found)} of {len(done)} mutants found with seed {seed}")
    sys.exit(0 if len(found) >= min(DEMANDED, len(done)) else 1)


def told(one: Sought) -> str:
    """Return one line on a mutant."""
    if one.steps is None:
        return f"not found  {one.mutant}: {one.sessions} sessions in {one.seconds:.0f} s"
    shown = f"{len(one.steps)} steps, session {one.sessions}, {one.seconds:.0f} s, {one.clause}"
    return f"found      {one.mutant}: {shown}: {'; '.join(one.steps)}"


if __name__ == "__main__":
    main()
