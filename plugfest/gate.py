"""``plugfest gate``: whether the figures of a run are good enough."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from harness.gates import Gate, GateError, Judged, Measured, Measurement, binding, judge
from harness.gates import gate as parsed
from harness.load.measured import MeasuredLoad
from harness.load.record import LoadRun
from harness.measured import MeasuredRun, gates_of
from harness.record import Run
from harness.settings import load
from plugfest.records import LATEST, read


class GateType(click.ParamType[Gate]):
    """A gate such as p95=100ms on the command line."""

    name = "gate"

    def convert(self, value: str | Gate, param: click.Parameter | None, ctx: click.Context | None) -> Gate:
        """Return the gate; one that is none is wrong usage."""
        try:
            return value if isinstance(value, Gate) else parsed(value)
        except GateError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=LATEST)
@click.option("--gate", "asked", type=GateType(), multiple=True, metavar="NAME=LIMIT", help="Such as p95=100ms.")
@click.option("--target", type=click.Path(path_type=Path), help="Target file whose [gates] are meant too.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each gate, one a line.")
def gate(path: Path, asked: tuple[Gate, ...], target: Path | None, as_json: bool) -> None:
    """Hold the figures of a run record to gates; exit code 1 if one is not met.

    PATH is the record of a conformance run or of a load run, or its folder. A gate is p95=100ms, p99.Authorize=50ms,
    max.*=2s (each action by itself), errors=0, unanswered=0.1%, throughput=1000/s, stability=99.9%, coverage=95%,
    coverage.cases=90%, accuracy=99% or news=0. Without any, those hold that the run was made with.
    """
    run = read(path)
    gates = binding(load(target).gates if target else (), asked, _measurement(run)) or (
        run.gates if isinstance(run, LoadRun) else gates_of(run)
    )
    if not gates:
        raise click.UsageError("name at least one gate, such as --gate p95=100ms or --gate stability=99.9%")
    judged = judge(gates, _measured(run))
    if as_json:
        for one in judged:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
        sys.exit(0 if all(one.met for one in judged) else 1)
    sys.exit(tell(judged, Console(highlight=False)))


def _measurement(run: Run | LoadRun) -> Measurement:
    if isinstance(run, LoadRun):
        return Measurement.LOAD
    return Measurement.WATCH if run.header.watched else Measurement.RUN


def _measured(run: Run | LoadRun) -> Measured:
    return MeasuredLoad(run.figures) if isinstance(run, LoadRun) else MeasuredRun(run)


def tell(judged: Iterable[Judged], console: Console) -> int:
    """Print a table of gates, those that were missed first, and return the exit code."""
    rows = sorted(judged, key=lambda one: one.met)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("", "gate", "limit", "observed", "missed by", "where"):
        table.add_column(name, overflow="fold")
    for one in rows:
        verdict = "[green]met[/]" if one.met else "[red]not met[/]"
        table.add_row(verdict, one.gate, one.limit, one.observed, one.by, one.place)
    console.print(table)
    return 0 if all(one.met for one in rows) else 1
