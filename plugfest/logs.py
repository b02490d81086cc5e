"""What commands about a log from the field have in common: how it is named and read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from harness.fieldlog.form import FormError, builtin_forms, load_forms
from harness.fieldlog.reading import Fieldlog, read
from harness.versions import VERSIONS


class NoFrames(click.UsageError):
    """A log in which no frame is found."""


def of_a_log(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument and the options of a log."""
    options = (
        click.argument("log", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)),
        click.option("--ocpp", type=click.Choice(list(VERSIONS)), help="OCPP version; else told by the frames."),
        click.option("--station", default="CP-1", show_default=True, help="Identity where the log names none."),
        click.option(
            "--forms",
            type=click.Path(path_type=Path),
            help="File with further forms of logs, which come before the known ones.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def opened(log: Path, ocpp: str | None, station: str, forms: Path | None) -> tuple[str, Fieldlog]:
    """Return the text of a log and what is in it, and say on stderr what was passed over; raises ClickException."""
    try:
        known = {**(load_forms(forms) if forms else {}), **builtin_forms()}
    except FormError as error:
        raise click.UsageError(str(error)) from None
    text = sys.stdin.read() if str(log) == "-" else log.read_text(encoding="utf-8", errors="replace")
    found = read(text, known, version=VERSIONS[ocpp] if ocpp else None, station=station)
    for one in found.passed_over:
        click.echo(f"line {one.line} passed over: {one.reason}", err=True)
    if not found.frames:
        raise NoFrames(f"{log}: no frame of OCPP-J found; describe how it logs them with --forms")
    return text, found
