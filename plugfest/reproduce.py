"""``plugfest reproduce``: one scenario alone, with its whole wire."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import pytest

from harness import record
from harness.scenario import Catalogue
from harness.selection import Selection
from harness.settings import load
from harness.trace import entry_line
from plugfest import completing, shared_options
from plugfest.equipment import adverse, adversity
from plugfest.play import arguments
from plugfest.run import exit_code
from plugfest.targets import target_of
from scenarios.stage.driver import driver_of


@click.command()
@click.argument("id", shell_complete=completing.scenarios)
@click.option("--target", type=click.Path(path_type=Path), help="Target file.")
@shared_options.endpoint
@shared_options.mutant
@adverse
def reproduce(id: str, target: Path | None, endpoint: str | None, mutant: str | None, **obstacles: Any) -> None:
    """Play one scenario and print everything that was sent and received."""
    target = target_of(target, endpoint)
    settings = load(target, endpoint=endpoint)
    driver_of(settings, mutant)
    selected = Selection([id]).of(Catalogue.load())
    options = [f"--endpoint={endpoint}"] if endpoint else []
    options += [f"--mutant={mutant}"] if mutant else []
    options += adversity(selected, settings, **obstacles)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        pytest.main([*arguments(selected, out, target=target), f"--scenario={id}", *options])
        done = record.read(out / record.NAME)
        for result in done.results:
            for line in (
                (out / result.trace).read_text(encoding="utf-8").rstrip("\n").split("\n") if result.trace else ()
            ):
                click.echo(entry_line(json.loads(line)))
            click.echo(f"{result.id}: {result.verdict.value}. {result.message}")
        for rule in done.rules:
            if rule.breaches:
                click.echo(f"{rule.id}: {rule.verdict.value}. {rule.message}")
    sys.exit(exit_code(done))
