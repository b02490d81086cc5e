"""``plugfest judge``: a log from the field, held to the rules of the wire without any target."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.fieldlog.verdicts import judge as judged
from harness.verdict import SHALL
from plugfest.logs import of_a_log, opened


@click.command()
@of_a_log
def judge(log: Path, ocpp: str | None, station: str, forms: Path | None) -> None:
    """Say what the frames of a log break, and whose they are; exit code 1 if any binds."""
    _, found = opened(log, ocpp, station, forms)
    broken = list(judged(found))
    for one in broken:
        who = "station" if one.by_station else "central system"
        problem = one.problem
        told = f"{problem.clause}: expected {problem.expected}, observed {problem.observed}"
        click.echo(f"line {one.frame.line}  {one.frame.station} {who}  {problem.level.value}  {told}")
    binding = sum(one.problem.level is SHALL for one in broken)
    stations = len({frame.station for frame in found.frames})
    versions = " and ".join(sorted({version.name for version in found.versions.values()}))
    counted = f"{len(found.frames)} frames of {stations} station{'s' if stations > 1 else ''}, OCPP {versions}"
    click.echo(f"{counted}: {binding} against a SHALL, {len(broken) - binding} remarks")
    sys.exit(1 if binding else 0)
