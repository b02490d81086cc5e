"""``plugfest report``: every document again from records, and the matrix of several runs."""

from __future__ import annotations

from pathlib import Path

import click

import reports
from harness.record import Run
from plugfest.records import LATEST, read
from reports import systems_matrix
from reports.load import write_all as write_all_of_load

MATRIX = Path("out/systems")


@click.command()
@click.argument("paths", metavar="RECORD...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=MATRIX,
    show_default=True,
    help="Folder for the matrix of several runs.",
)
def report(paths: tuple[Path, ...], out: Path) -> None:
    """Make the documents of runs again, beside their records.

    RECORD is a record or the folder of a run, the latest run without any. Of several a matrix is made too: systems, or
    versions of one, against features, certification cases, findings, and what load runs tell, as one page.
    """
    runs = [read(path) for path in paths or (LATEST,)]
    written = []
    try:
        for run in runs:
            written += reports.write_all(run.path) if isinstance(run, Run) else write_all_of_load(run.path)
        if len(runs) > 1:
            written += systems_matrix.write(systems_matrix.systems_matrix(runs, out), out)
    except OSError as error:
        raise click.UsageError(f"{error.filename}: cannot be written: {error.strerror}") from None
    for path in written:
        click.echo(path)
