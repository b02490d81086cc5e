"""``plugfest package``: a run as one archive for who certifies, or signs."""

from __future__ import annotations

from pathlib import Path

import click

from harness import record
from plugfest.records import LATEST, record_at
from reports import package as packages


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=LATEST)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The archive; beside the record unless given."
)
def package(path: Path, out: Path | None) -> None:
    """Pack a whole run: plan, settings without secrets, record, traces, claimed features, and every document.

    PATH is the record of a conformance run, or its folder. The archive has a statement of conformance to print and
    sign, and the SHA-256 of each file.
    """
    run = record.read(record_at(path))
    archive = out or run.path.parent / "package.zip"
    try:
        packages.write(run, archive)
    except packages.PackageError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"{archive}: cannot be written: {error.strerror}") from None
    click.echo(f"package: {archive}")
