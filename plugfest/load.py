"""``plugfest load``: many stations at once, and how well they are served."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from harness.csms import DriverError
from harness.gates import Gate, Measurement, binding
from harness.load.plan import FleetError, Plan, PlanError
from harness.load.record import Header
from harness.load.totals import Totals
from harness.settings import BUNDLED, Settings
from harness.settings import load as load_settings
from harness.verdict import Inconclusive
from harness.versions import VERSIONS
from plugfest import shared_options
from plugfest.ceiling import DEFAULT_GATES, Step, find_ceiling, step_of, write
from plugfest.command import NOT_CARRIED_OUT
from plugfest.gate import GateType, tell
from plugfest.load_metrics import exposed
from plugfest.loading import Surroundings, carry_out, find_fleet
from plugfest.output import PLAIN_WIDTH, new_folder
from plugfest.quantities import Duration, Rate
from plugfest.targets import target_of
from plugfest.under_load import Unreachable, system_under_load
from reports.load import HTML, write_all
from reports.load.model import CHECKED, PARTS, LoadReport, milliseconds

FIRST_RATE = 100.0
"""Messages per second at which the search for the ceiling begins, unless the command line says."""


class NotCarriedOut(click.ClickException):
    """A load run that could not be carried out."""

    exit_code = NOT_CARRIED_OUT


def _workers(context: click.Context, parameter: click.Parameter, value: str) -> int:
    """Return how many workers there are to be: auto leaves one core to what is measured on this machine."""
    if value == "auto":
        return max(1, (os.cpu_count() or 1) - 1)
    if not value.isdecimal() or not 1 <= int(value) <= 64:
        raise click.BadParameter("write auto, or a number from 1 to 64")
    return int(value)


@click.command()
@shared_options.target
@shared_options.endpoint
@shared_options.mutant
@click.option("--workload", default="daily", show_default=True, metavar="NAME|FILE", help="What stations do.")
@click.option(
    "--stations", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many there are."
)
@click.option("--ramp", type=Rate(), help="How many stations connect per second, such as 200/s; as the workload says.")
@click.option("--rate", type=Rate(), help="Messages per second of all stations, such as 1000/s; as the workload says.")
@click.option("--duration", type=Duration(), default="60s", show_default=True, help="For how long, such as 5m.")
@click.option("--workers", default="auto", show_default=True, callback=_workers, help="Worker processes of the fleet.")
@click.option("--gate", "asked", type=GateType(), multiple=True, metavar="NAME=LIMIT", help="Such as p95=100ms.")
@click.option(
    "--checked", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="Share of answers held to the rules."
)
@click.option(
    "--version", type=click.Choice(list(VERSIONS)), help="OCPP version of the stations; as the workload says."
)
@click.option("--seed", type=int, default=0, show_default=True, help="What all chance of the run follows from.")
@click.option("--find-ceiling", "ceiling", is_flag=True, help="Search for the highest rate at which the gates hold.")
@click.option(
    "--metrics", type=click.IntRange(0, 65535), metavar="PORT", help="Serve metrics for Prometheus meanwhile."
)
@shared_options.out
def load(
    target: Path | None,
    endpoint: str | None,
    mutant: str | None,
    asked: tuple[Gate, ...],
    ceiling: bool,
    metrics: int | None,
    out: Path | None,
    **plan: Any,
) -> None:
    """Have many stations play a workload, and hold how they are served to gates.

    Exit code 1 if a gate is missed or the central system was lost meanwhile, 3 if it cannot be reached or the generator
    was in the way: then the run is no measurement of the target. Ctrl-C ends it with a report of what was.
    """
    target = target_of(target, endpoint)
    settings = load_settings(target, endpoint=endpoint)
    if mutant is not None and settings.csms.driver not in BUNDLED:
        raise click.UsageError("--mutant goes with the bundled reference, not with a target of its own")
    gates = binding(settings.gates, asked, Measurement.LOAD) or (DEFAULT_GATES if ceiling else ())
    folder = out or new_folder()
    folder.mkdir(parents=True, exist_ok=True)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    totals = Totals()
    try:
        fleet = find_fleet()
        with ExitStack() as life:
            asked_for = Plan(endpoint="", target=target, **plan)
            system = system_under_load(settings, asked_for, fleet, mutant, life)
            if metrics is not None:
                port = life.enter_context(exposed(totals, metrics))
                console.print(f"metrics: http://127.0.0.1:{port}/metrics")
            around = Surroundings(fleet, console, totals, system.memory, system.operator)
            job = _Job(
                replace(asked_for, endpoint=system.endpoint, credentials=system.credentials),
                settings,
                gates,
                mutant,
                folder,
                around,
            )
            sys.exit(job.ceiling() if ceiling else job.once())
    except PlanError as error:
        raise click.UsageError(str(error)) from None
    except (FleetError, Unreachable, DriverError, Inconclusive, OSError) as error:
        raise NotCarriedOut(str(error)) from None


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be measured, and where its results go."""

    plan: Plan
    settings: Settings
    gates: Sequence[Gate]
    mutant: str | None
    folder: Path
    around: Surroundings

    def once(self) -> int:
        """Carry out the run, tell how it came out, and return the exit code."""
        run = carry_out(self.plan, self._header(self.plan), self.folder, self.around)
        write_all(run.path)
        report, console = LoadReport(run), self.around.console
        console.print(table(report))
        console.print(f"{CHECKED}: {dict(report.facts)[CHECKED]}")
        for alarm in report.alarms:
            console.print(alarm, style="red", soft_wrap=True)
        if report.judged:
            tell(report.judged, console)
        console.print(report.ending.text, style="green" if report.ending.code == 0 else "red", soft_wrap=True)
        console.print(f"report: {self.folder / HTML}", soft_wrap=True)
        return report.ending.code

    def ceiling(self) -> int:
        """Search for the ceiling, tell it, and return the exit code: 0 where the central system was what gave in."""
        found = find_ceiling(self.plan.rate or FIRST_RATE, self._step)
        write(found, self.folder / "ceiling.json")
        self.around.console.print(str(found), soft_wrap=True)
        return 0 if found.held is not None and found.broke is not None and not found.bounded_by_generator else 3

    def _step(self, rate: float) -> Step:
        folder = self.folder / f"rate-{rate:g}-{len(list(self.folder.glob(f'rate-{rate:g}-*'))) + 1}"
        folder.mkdir()
        plan = replace(self.plan, rate=rate)
        run = carry_out(plan, self._header(plan), folder, self.around)
        write_all(run.path)
        if run.truncated:
            raise KeyboardInterrupt
        step = step_of(rate, run)
        self.around.console.print(f"{rate:g}/s: {'held' if step.code == 0 else step.why}", soft_wrap=True)
        return step

    def _header(self, plan: Plan) -> Header:
        return Header(
            plugfest=importlib.metadata.version("plugfest"),
            target=self.settings.csms.name,
            endpoint=plan.endpoint,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            workload=plan.workload,
            stations=plan.stations,
            duration=plan.duration,
            ramp=plan.ramp,
            rate=plan.rate,
            seed=plan.seed,
            workers=plan.workers,
            width=plan.width,
            mutant=self.mutant,
            gates=tuple(map(str, self.gates)),
        )


def table(report: LoadReport) -> Table:
    """Return the table of latencies by action."""
    shown = Table(
        box=SIMPLE_HEAD, pad_edge=False, title="latency in ms, from when messages were due", title_justify="left"
    )
    shown.add_column("action")
    for name in ("CALLs", "errors", *PARTS, "own share"):
        shown.add_column(name, justify="right")
    for row in report.rows:
        own = f"{100 * row.own:.0f} %" if row.own is not None else ""
        times = [milliseconds(value) for value in row.due] or [""] * len(PARTS)
        shown.add_row(row.action, str(row.count), str(row.errors or "·"), *times, own)
    return shown
