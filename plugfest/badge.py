"""``plugfest badge``: the outcome of a run as a badge."""

from __future__ import annotations

import json
from pathlib import Path

import click

from plugfest.records import LATEST, read
from reports.badge import badge as badge_of
from reports.badge import endpoint, svg


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=LATEST)
@click.option("--json", "as_json", is_flag=True, help="JSON for an endpoint badge of shields.io, not an image.")
def badge(path: Path, as_json: bool) -> None:
    """Print a badge: which OCPP versions a conformance run judged, and how many scenarios passed.

    Of a load run it tells how many stations there were, and how many gates were met. PATH is the record, or the folder
    of the run. The badge is an SVG image that needs nothing from elsewhere.
    """
    shown = badge_of(read(path))
    click.echo(json.dumps(endpoint(shown)) if as_json else svg(shown))
