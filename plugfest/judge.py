"""``plugfest judge``: a log from the field, held to the rules of the wire without any target."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from harness.fieldlog.reading import Fieldlog
from harness.fieldlog.verdicts import Broken
from harness.fieldlog.verdicts import judge as judged
from harness.verdict import SHALL
from plugfest.logs import of_a_log, opened


@click.command()
@of_a_log
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each thing that is broken, one a line.")
def judge(log: Path, ocpp: str | None, station: str, forms: Path | None, as_json: bool) -> None:
    """Say what the frames of a log break, and whose they are; exit code 1 if any binds."""
    _, found = opened(log, ocpp, station, forms)
    broken = list(judged(found))
    if as_json:
        for one in broken:
            click.echo(json.dumps(_entry(one), ensure_ascii=False))
    else:
        _tell(broken, found)
    sys.exit(1 if any(one.problem.level is SHALL for one in broken) else 0)


def _entry(one: Broken) -> dict[str, Any]:
    """Return what is broken as a JSON object."""
    problem, side = one.problem, "station" if one.by_station else "central system"
    place = {"line": one.frame.line, "station": one.frame.station, "side": side}
    told = {"clause": problem.clause, "expected": problem.expected, "observed": problem.observed}
    return {**place, "level": problem.level.value, **told}


def _tell(broken: Sequence[Broken], found: Fieldlog) -> None:
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
