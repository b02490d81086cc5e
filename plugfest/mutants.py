"""``plugfest mutants``: prove that the scenarios can fail, by playing them against the mutants they must catch."""

from __future__ import annotations

import json
import logging
import os
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from harness.csms import Operation
from harness.rules import payload
from harness.scenario import Catalogue, Scenario
from harness.schemas import Kind
from harness.versions import VERSIONS
from plugfest import completing, proof, shared_options
from reports.kill_matrix import Matrix, Played, Row, document, write
from server.core.frame_log import DEFECTS
from server.mutants import MUTANTS, Mutant
from server.mutants.registry import Broken
from server.registry import UnknownName

PATIENCE = 1.0
"""Seconds that a mutant has for what it owes; many defects show as silence, so that long patience costs time."""

SECOND_PATIENCE = 5.0
"""Seconds that it has once more where it was not caught so, with one scenario at a time.

Short patience takes a busy machine for a defect, and a mutant that stops everybody keeps scenarios beside from judging.
"""

LONGEST_CRASH = 200
"""Characters of one internal error that are told."""

EVOKING = 2
"""How many scenarios are played against a generated mutant; it is caught if one of them shows the broken message."""

SAMPLE = 8
"""How many scenarios that do not name a mutant are played against it too, to see that they stay sound."""


@click.command()
@click.argument("names", nargs=-1, shell_complete=completing.mutants, metavar="[MUTANT]...")
@click.option("--full", is_flag=True, help="Play every scenario against every mutant, not only a sample.")
@shared_options.out_of("Folder for the kill matrix as JSON, Markdown and HTML.")
@click.option("--json", "as_json", is_flag=True, help="Print the kill matrix as one JSON object, when all is done.")
@click.option("-n", "workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1, help="Worker processes.")
def mutants(names: tuple[str, ...], full: bool, out: Path | None, as_json: bool, workers: int) -> None:
    """Play, for each mutant of the reference, the scenarios that must catch it; exit code 1 if one does not.

    A mutant is caught when a scenario fails; one that the registry marks so when a scenario remarks on it.
    """
    for name in names:
        _check(name)
    catalogue = Catalogue.load()
    caught_by = catalogue.by_mutant()
    chosen = {name: _evoking(catalogue, MUTANTS.find(name)) or caught_by.get(name, []) for name in names or every()}
    with proof.processes(workers) as pool:
        whole = None if names else pool.submit(checks_of_the_reference, [one.id for one in catalogue])
        pending = [pool.submit(play, name, ids, _others(catalogue, name, ids, full)) for name, ids in chosen.items()]
        rows = proof.finished(pending, lambda row: click.echo("\n".join(_lines(row)), err=as_json))
        made = whole.result() if whole else frozenset()
    matrix = Matrix(tuple(sorted(rows, key=lambda row: row.mutant)), made)
    if out is not None:
        for path in write(matrix, out):
            click.echo(f"written: {path}", err=as_json)
    if made:
        unbroken = f"{len(matrix.unbroken)} of {len(made)} checks were never broken by a mutant; the matrix lists them"
        click.echo(unbroken, err=as_json)
    click.echo(f"{len(matrix.proven)} of {len(rows)} mutants caught by every scenario that names them", err=as_json)
    if as_json:
        click.echo(json.dumps(document(matrix), indent=1))
    sys.exit(0 if len(matrix.proven) == len(rows) else 1)


def _check(name: str) -> None:
    """Raise UsageError for a mutant that there is not, or that load has to be put on."""
    try:
        one = MUTANTS.find(name)
    except UnknownName as error:
        raise click.UsageError(str(error)) from None
    if one.gates:
        gates = " ".join(f"--gate {text}" for text in one.gates)
        raise click.UsageError(f"{name} is merely slow, which no scenario fails: plugfest load --mutant {name} {gates}")


def every() -> list[str]:
    """Return the names of all mutants that scenarios catch, those that are generated at the end."""
    return [*(name for name in sorted(MUTANTS) if not MUTANTS[name].gates), *MUTANTS.generated]


def play(mutant: str, named: Sequence[str], others: Sequence[str]) -> Row:
    """Play scenarios against a mutant in this process, and return what they said."""
    row = _played(mutant, named, others, PATIENCE)
    final = row.proven or row.crashes or not named
    return row if final else _played(mutant, named, others, SECOND_PATIENCE, "--at-once=1")


def _played(mutant: str, named: Sequence[str], others: Sequence[str], patience: float, *options: str) -> Row:
    os.environ["PLUGFEST_CSMS_PATIENCE"] = str(patience)
    with internal_errors() as crashes:
        results = proof.play([*named, *others], f"--mutant={mutant}", *options)
    said = {result.id: Played.of(result) for result in results}
    one = MUTANTS.find(mutant)
    rule = _rule(one.broken) if one.broken else None
    undeclared = () if one.crashes else tuple(sorted(crashes))
    return Row(
        mutant,
        one.description,
        tuple(named),
        said,
        remarks=one.remarks,
        faults=one.faults,
        crashes=undeclared,
        rule=rule,
    )


def checks_of_the_reference(ids: Sequence[str]) -> frozenset[str]:
    """Return the names of all checks and rules that the scenarios make on the clean reference."""
    os.environ["PLUGFEST_CSMS_PATIENCE"] = str(SECOND_PATIENCE)
    return frozenset(name for result in proof.play(ids) for name in Played.of(result).held)


class _Crashes(logging.Handler):
    """Takes down what a central system in this process, or its event loop, reports as an error of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line of a record."""
        error = record.exc_info[1] if record.exc_info else None
        self.seen.add(" ".join(f"{record.getMessage()} {error or ''}".split())[:LONGEST_CRASH])


@contextmanager
def internal_errors() -> Iterator[set[str]]:
    """Collect the internal errors of the central system that runs in this process meanwhile, one line for each."""
    handler, loggers = _Crashes(), (DEFECTS, logging.getLogger("asyncio"))
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield handler.seen
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def _others(catalogue: Catalogue, mutant: str, named: Sequence[str], full: bool) -> list[str]:
    """Return scenarios that do not name a mutant: all of them, or a sample that is the same each time."""
    if mutant in MUTANTS.generated and not full:
        return []
    rest = [one.id for one in catalogue if one.id not in set(named)]
    return rest if full else sorted(random.Random(mutant).sample(rest, min(SAMPLE, len(rest))))  # noqa: S311


def _rule(broken: Broken) -> str:
    """Return the id of the rule of the wire that a generated mutant breaks."""
    return VERSIONS[broken.version].rule(payload(broken.action, Kind(broken.kind))).id


def _evoking(catalogue: Catalogue, mutant: Mutant) -> list[str]:
    """Return some scenarios in which what a generated mutant breaks is sent, those of the corpus first."""
    if mutant.broken is None:
        return []
    found = [one for one in catalogue if _evokes(one, mutant.broken)]
    return [one.id for one in sorted(found, key=lambda one: one.profile != "Validation")][:EVOKING]


def _evokes(one: Scenario, broken: Broken) -> bool:
    """Return whether an operation of a scenario is the request, or the response is owed to its message."""
    if one.version != broken.version:
        return False
    operations = {need.action() for need in one.needs if isinstance(need, type) and issubclass(need, Operation)}
    if broken.kind == "request":
        return broken.action in operations
    return not operations and one.profile == "Validation" and one.id.split(".")[2] == broken.action


def _lines(row: Row) -> Iterable[str]:
    if not row.named:
        yield f"{click.style('unproven', fg='red')} {row.mutant}: no scenario names it"
    elif row.proven:
        yield f"{click.style('caught  ', fg='green')} {row.mutant} by {sum(id in row.killers for id in row.named)}"
    for id in row.survived:
        one = row.played.get(id)
        said = one.verdict if one else "nothing"
        yield f"{click.style('survived', fg='red')} {row.mutant}: {id} says {said}"
    for id in row.accused:
        yield f"{click.style('unfair  ', fg='red')} {row.mutant}: {id} fails it, though it may only be remarked on"
    for id in row.broken:
        yield f"{click.style('error   ', fg='red')} {row.mutant}: {id} breaks instead of judging"
    for error in row.crashes:
        yield f"{click.style('crashed ', fg='red')} {row.mutant}: {error}"
