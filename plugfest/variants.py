"""``plugfest variants``: prove that the scenarios are fair, by playing them against variants of the reference."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from harness.record import Result
from harness.scenario import Catalogue
from harness.selection import Selection
from harness.verdict import Verdict
from plugfest import completing, proof, shared_options
from plugfest.targets import write_target
from reports.fairness_matrix import Matrix, Row, document, write
from server.registry import UnknownName
from server.variants import VARIANTS, Variant

LONGEST = 300
"""Characters of a scenario's message that the console shows; the matrix has all of it."""


@click.command()
@click.argument("names", nargs=-1, shell_complete=completing.variants, metavar="[VARIANT]...")
@shared_options.scenarios
@shared_options.out_of("Folder for the fairness matrix: JSON, Markdown, HTML.")
@click.option("--json", "as_json", is_flag=True, help="Print the fairness matrix as one JSON object, when all is done.")
@click.option("-n", "workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1, help="Worker processes.")
def variants(names: tuple[str, ...], ids: tuple[str, ...], out: Path | None, as_json: bool, workers: int) -> None:
    """Play the suite against lawful variants of the reference; exit code 1 if it is not fair to one.

    It is fair to a variant when no scenario fails or breaks, and none is inconclusive that is not so on the reference.
    """
    try:
        chosen = [VARIANTS.find(name) for name in names or sorted(VARIANTS)]
    except UnknownName as error:
        raise click.UsageError(str(error)) from None
    selected = [one.id for one in Selection(ids, (), (), ()).of(Catalogue.load())]
    with proof.processes(workers) as pool:
        reference = pool.submit(proof.play, selected)
        pending = [pool.submit(play, one.name, selected) for one in chosen]
        expected = {result.id: result.verdict for result in reference.result()}

        def tell(done: tuple[str, Sequence[Result]]) -> None:
            click.echo("\n".join(_lines(_row(VARIANTS[done[0]], done[1], expected))), err=as_json)

        played = dict(proof.finished(pending, tell))
    matrix = Matrix(tuple(_row(one, played[one.name], expected) for one in chosen))
    if out is not None:
        for path in write(matrix, out):
            click.echo(f"written: {path}", err=as_json)
    told = f"{len(matrix.fair)} of {len(matrix.rows)} variants spared by every scenario that was played"
    click.echo(told, err=as_json)
    if as_json:
        click.echo(json.dumps(document(matrix), indent=1))
    sys.exit(0 if len(matrix.fair) == len(matrix.rows) else 1)


def play(variant: str, ids: Sequence[str]) -> tuple[str, Sequence[Result]]:
    """Play scenarios against a variant in this process; return its name and what they said."""
    with tempfile.TemporaryDirectory() as folder:
        return variant, proof.play(ids, target=write_target(VARIANTS[variant], Path(folder)))


def _row(variant: Variant, results: Sequence[Result], reference: Mapping[str, Verdict]) -> Row:
    return Row(variant.name, variant.description, variant.grounds, results, reference)


def _lines(row: Row) -> Iterable[str]:
    if row.fair:
        yield f"{click.style('fair    ', fg='green')} {row.variant}: {row.played} played, {len(row.remarks)} remarks"
    elif not row.played:
        yield f"{click.style('unproven', fg='red')} {row.variant}: nothing was played"
    for one in row.unfair:
        yield f"{click.style('unfair  ', fg='red')} {row.variant}: {one.id} {one.verdict}: {one.message[:LONGEST]}"
