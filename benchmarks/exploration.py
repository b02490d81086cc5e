"""Which mutants ``plugfest explore`` finds by itself, and in how few steps it shows them.

    python -m benchmarks.exploration [--seed 0] [--for 20s] [MUTANT]...
    python -m benchmarks.exploration --variants [--seed 0] [--for 20s] [VARIANT]...

Each mutant of transactions, reservations and reconnection is explored with the same seed until a counterexample is
found. Those that the registry marks as remarks are explored strictly. Exit code 1 if fewer than 20 are found, or one
that is named is not. With --variants, the lawful variants of the reference are explored, and the exit code is 1 if a
counterexample is found on any.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from harness.scenario import Catalogue
from harness.selection import Selection
from harness.settings import load
from plugfest import proof
from plugfest.explore import in_memory
from plugfest.quantities import Duration
from plugfest.targets import REFERENCE, write_target
from scenarios.exploration.explorer import Explored, Explorer
from scenarios.exploration.session import Unreached
from scenarios.stage.driver import driver_of
from server.mutants import MUTANTS
from server.variants import VARIANTS

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
    """What came of one mutant or variant: the steps that show it, None where nothing was found."""

    name: str
    sessions: int
    seconds: float
    steps: tuple[str, ...] | None
    clause: str = ""

    @classmethod
    def of(cls, name: str, explored: Explored) -> Sought:
        """Return it from what was explored."""
        if not explored.counterexamples:
            return cls(name, explored.sessions, explored.seconds, None)
        found = explored.counterexamples[0]
        steps = tuple(map(str, found.played.steps))
        return cls(name, found.session, explored.seconds, steps, f"{found.check.clause}, {found.check.expected}")


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
    return Sought.of(mutant, explored)


def spare(variant: str, seed: int, seconds: float) -> Sought:
    """Explore one variant in this process for a while."""
    with TemporaryDirectory() as folder, in_memory(load(write_target(VARIANTS[variant], Path(folder)))) as settings:
        explorer = Explorer(settings, driver_of(settings), seed=seed, seconds=seconds, first=True)
        return Sought.of(variant, asyncio.run(explorer.explore()))


def mutants() -> list[str]:
    """Return the names of the mutants of the areas, in OCPP 1.6."""
    named = (one.mutants for one in Selection(AREAS, (), (), ()).of(Catalogue.load()) if one.version == "1.6")
    return sorted({name for names in named for name in names} - {*MUTANTS.generated})


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--for", "seconds", type=Duration(), default="20s", show_default=True)
@click.option("--variants", is_flag=True, help="Explore variants rather than mutants.")
@click.option("-n", "workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1)
def main(names: tuple[str, ...], seed: int, seconds: float, variants: bool, workers: int) -> None:
    """Explore mutants or variants, and print what was found."""
    explore, every = (spare, sorted(VARIANTS)) if variants else (seek, mutants())
    with proof.processes(workers) as pool:
        pending = [pool.submit(explore, name, seed, seconds) for name in names or every]
        done = list(proof.finished(pending, lambda one: click.echo(told(one))))
    found = sum(one.steps is not None for one in done)
    kind = "variants accused" if variants else "mutants found"
    click.echo(f"{found} of {len(done)} {kind} with seed {seed}")
    fine = found == 0 if variants else found >= min(DEMANDED, len(done))
    sys.exit(0 if fine else 1)


def told(one: Sought) -> str:
    """Return one line on a mutant or variant."""
    if one.steps is None:
        return f"nothing  {one.name}: {one.sessions} sessions in {one.seconds:.0f} s"
    shown = f"{len(one.steps)} steps, session {one.sessions}, {one.seconds:.0f} s, {one.clause}"
    return f"found    {one.name}: {shown}: {'; '.join(one.steps)}"


if __name__ == "__main__":
    main()
