"""``plugfest redact``: a log without secrets, and with other words for tags and serial numbers."""

from __future__ import annotations

from pathlib import Path

import click

from harness.fieldlog.redaction import redact as redacted
from plugfest.logs import of_a_log, opened


@click.command()
@of_a_log
def redact(log: Path, ocpp: str | None, station: str, forms: Path | None) -> None:
    """Print a log so that it can be attached to a bug report: no passwords, other words for tags and serials."""
    text, found = opened(log, ocpp, station, forms)
    click.echo(redacted(text, found), nl=False)
