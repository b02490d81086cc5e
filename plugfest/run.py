"""``plugfest run``: conformance scenarios against a target."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from rich.console import Console

import reports
from harness import record
from harness.baseline import baseline
from harness.expected import Standing
from harness.gates import Gate, Measurement, binding
from harness.measured import judged
from harness.players import Player
from harness.plugin import SELECTING, expectations_of
from harness.record import Run
from harness.scenario import Catalogue, Scenario
from harness.selection import Mode, Selection
from harness.settings import Settings, load
from harness.verdict import Verdict
from plugfest import shared_options
from plugfest.equipment import adverse, adversity
from plugfest.gate import GateType, tell
from plugfest.output import PLAIN_WIDTH, cleared, new_folder
from plugfest.play import arguments
from plugfest.progress import Live, ending
from plugfest.touched import touched
from reports.ci import github
from scenarios.stage.driver import driver_of

SCENARIOS_PER_WORKER = 64
"""Fewer scenarios than this are not worth the start of another worker process."""

_LEARNED = {Verdict.PASSED, Verdict.REMARKED, Verdict.FAILED}


@click.command()
@click.option(
    "--target",
    type=click.Path(path_type=Path),
    help="Target file; without one, what answers at --endpoint, else the bundled reference.",
)
@shared_options.endpoint
@shared_options.selecting
@click.option(
    "--station",
    type=click.Choice([*(one.value for one in Player), "both"]),
    help="What plays the charge point; real firmware if you have it.",
)
@click.option(
    "--mode",
    type=click.Choice([one.value for one in Mode]),
    help="smoke: a few, to see whether it works at all; non-disruptive: nothing that resets, unlocks or reconfigures.",
)
@click.option("--gate", "gates", type=GateType(), multiple=True, metavar="NAME=LIMIT", help="Such as coverage=90%.")
@click.option("--strict", is_flag=True, help="SHOULD and policy checks fail a scenario too.")
@shared_options.mutant
@shared_options.variant
@shared_options.out
@click.option(
    "--resume",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of a run that was left: what it has no verdict for is played, into the same folder.",
)
@click.option("--write-expected", type=click.Path(path_type=Path), help="Write what came out as a new expected list.")
@click.option("--at-once", type=click.IntRange(1), help="How many scenarios may be under way; as the target file says.")
@adverse
@click.option("-n", "workers", type=click.IntRange(1, 64), help="Worker processes; chosen by itself unless given.")
@click.option(
    "--touched",
    "changed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="Only scenarios that a change of this file may alter.",
)
@click.option("--watch", is_flag=True, help="Play what a change touches again, until Ctrl-C; for who writes scenarios.")
def run(
    target: Path | None,
    endpoint: str | None,
    ids: tuple[str, ...],
    octt: tuple[str, ...],
    requirements: tuple[str, ...],
    profiles: tuple[str, ...],
    versions: tuple[str, ...],
    station: str | None,
    mode: str | None,
    gates: tuple[Gate, ...],
    strict: bool,
    mutant: str | None,
    variant: str | None,
    out: Path | None,
    resume: Path | None,
    write_expected: Path | None,
    at_once: int | None,
    workers: int | None,
    changed: tuple[Path, ...],
    watch: bool,
    **obstacles: Any,
) -> None:
    """Play conformance scenarios against a central system and judge what comes back.

    Exit code 1 if a verdict is not as expected, or a gate is not met: those of the target file hold too.
    """
    if watch:
        return _watching(target, endpoint, kept=resume or write_expected)
    known = Catalogue.load()
    players = tuple(Player) if station == "both" else (station,) if station else ()
    chosen = (ids, octt, requirements, profiles, versions, players, (mode,) if mode else ())
    selected = _touched(Selection(*chosen).of(known), changed)
    target, out = shared_options.aimed(target, endpoint, mutant, variant, out)
    settings = load(target, endpoint=endpoint)
    expectations_of(settings, known)
    if resume is not None and out is not None:
        raise click.UsageError("--resume names the folder; leave out --out")
    if mutant is not None and settings.csms.driver != "reference":
        raise click.UsageError("--mutant goes with the bundled reference, not with a target of its own")
    if write_expected is not None and write_expected.exists():
        raise click.UsageError(f"{write_expected} exists already; name another file, or remove it")
    against = adversity(selected, settings, **obstacles)
    driver_of(settings, mutant)  # a driver that cannot be had is told before anything starts
    attended = settings.csms.driver == "manual"
    folder = resume or (cleared(out) if out else new_folder())
    options = [f"--endpoint={endpoint}"] if endpoint is not None else []
    options += [f"{option}={value}" for option, values in zip(SELECTING, chosen, strict=True) for value in values]
    options += ["--strict-levels"] if strict else []
    options += against
    options += [f"--mutant={mutant}"] if mutant else []
    options += [f"--gate={gate}" for gate in binding(settings.gates, gates, Measurement.RUN)]
    options += [f"--at-once={at_once}"] if at_once else []
    options += _resuming(resume, settings, mutant, selected) if resume else []
    workers = 1 if attended else workers or _workers(len(selected), settings, at_once or settings.csms.at_once)
    options = [*arguments(selected, folder, target=target, workers=workers), *options]
    sys.exit(play(folder, options, write_expected, attended=attended))


def _watching(target: Path | None, endpoint: str | None, *, kept: Path | None) -> None:
    if kept is not None:
        raise click.UsageError("--watch plays again and again; leave out --resume and --write-expected")
    from plugfest.authoring import play_again  # its library is for who writes scenarios

    play_again(target, endpoint)


def _touched(selected: list[Scenario], changed: Collection[Path]) -> list[Scenario]:
    """Return the scenarios that changed files touch, all where none is named; ends the command if that is none."""
    if not changed:
        return selected
    modules = touched({one.module for one in selected}, changed)
    if not modules:
        click.echo("nothing to play: no scenario that is selected rests on what has changed")
        sys.exit(0)
    return [one for one in selected if one.module in modules]


def play(
    out: Path,
    options: list[str],
    write_expected: Path | None = None,
    plugins: Sequence[object] = (),
    *,
    attended: bool = False,
    quiet: bool = False,
) -> int:
    """Have pytest play the scenarios, write the documents and a list if one is wanted, and return the exit code.

    A run that is ``attended`` leaves the terminal to the person who operates the central system; one that is ``quiet``
    leaves the standard output to what follows.
    """
    console = Console(highlight=False, stderr=quiet)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    options = [*options, "--capture=no"] if attended else options
    ended = pytest.main(options, plugins=[Live(console, bar=not attended), *plugins])
    path = out / record.NAME
    if not path.exists():
        why = "it was interrupted" if ended == pytest.ExitCode.INTERRUPTED else f"pytest: {pytest.ExitCode(ended).name}"
        console.print(f"the run could not begin: {why}")
        return 3
    done = record.read(path)
    documents = reports.write_all(path)
    for line in ending(done):
        console.print(line, soft_wrap=isinstance(line, str))
    if write_expected is not None and not done.truncated:
        write_expected.write_text(baseline(done), encoding="utf-8")
        console.print(f"expected list: {write_expected}", soft_wrap=True)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in github(done):
            click.echo(line, err=quiet)
    met = tell(gates, console) if (gates := judged(done)) else 0
    console.print(f"report: {next(p for p in documents if p.suffix == '.html')}", soft_wrap=True)
    return exit_code(done) or met


def _resuming(folder: Path, settings: Settings, mutant: str | None, selected: Sequence[Scenario]) -> list[str]:
    """Return the options that resume a run; its record is put aside, for the whole is written anew."""
    path, earlier = folder / record.NAME, folder / "earlier.jsonl"
    if not path.exists() and not earlier.exists():
        raise click.UsageError(f"--resume {folder}: no run has left its record there")
    done = record.read(path if path.exists() else earlier)
    was, now = (
        (done.header.target, done.header.driver, done.header.mutant),
        (settings.csms.name, settings.csms.driver, mutant),
    )
    if was != now:
        raise click.UsageError(f"--resume {folder}: that was a run of {was}, and this is one of {now}")
    if {one.id for one in selected} <= {one.id for one in record.standing(done)}:
        raise click.UsageError(f"--resume {folder}: nothing is left to play; it has a verdict for all that is selected")
    if path.exists():
        path.replace(earlier)
    return [f"--earlier={earlier}"]


def exit_code(done: Run) -> int:
    """Return 0 for a run as expected, 1 for one with news, 3 for one that was cut short or learned nothing."""
    verdicts = {result.verdict for result in done.results} | {rule.verdict for rule in done.rules if rule.breaches}
    if done.truncated or (not verdicts & _LEARNED and verdicts != {Verdict.NOT_APPLICABLE}):
        return 3
    return 1 if any(one.standing is Standing.NEWS for one in (*done.results, *done.rules)) else 0


def _workers(selected: int, settings: Settings, at_once: int) -> int:
    """Return how many processes to play in: one where identities are listed, for its scenarios share them best."""
    many = min(os.cpu_count() or 1, selected // SCENARIOS_PER_WORKER, at_once)
    return 1 if settings.stations.identities else max(1, many)
