"""``plugfest gate``: whether the figures of a run are good enough."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from harness import record
from harness.service import Service, percentile


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("out/latest/run.jsonl"))
@click.option("--p95", type=click.FloatRange(min=0), metavar="MS", help="95 % of all answers come within so many ms.")
@click.option(
    "--stability", type=click.FloatRange(0, 100), metavar="%", help="Stations are connected for so much of it."
)
@click.option("--unanswered", type=click.IntRange(min=0), metavar="N", help="At most so many CALLs remain unanswered.")
def gate(path: Path, p95: float | None, stability: float | None, unanswered: int | None) -> None:
    """Hold the figures of a run record to limits; exit code 1 if one is not met."""
    if p95 is stability is unanswered is None:
        raise click.UsageError("name at least one limit, such as --p95 100 or --stability 99.9")
    done = record.read(path if path.suffix else path / "run.jsonl")
    outcomes = list(_outcomes(done.service, p95, stability, unanswered))
    for met, text in outcomes:
        click.echo(f"{click.style('met    ', fg='green') if met else click.style('not met', fg='red')} {text}")
    if not all(met for met, _ in outcomes):
        sys.exit(1)


def _outcomes(
    service: Service, p95: float | None, stability: float | None, unanswered: int | None
) -> Iterator[tuple[bool, str]]:
    """Yield for each limit whether it is met; without any answer that of the answers is not."""
    if p95 is not None:
        found = percentile(service.times, 0.95) * 1000 if service.times else None
        said = "no answers" if found is None else f"{found:.1f} ms"
        yield found is not None and found <= p95, f"p95 of {len(service.times)} answers: {said}, limit {p95:g} ms"
    if stability is not None:
        found = service.stability * 100
        yield found >= stability, f"stability: {found:.3f} % of {service.expected:.1f} s, limit {stability:g} %"
    if unanswered is not None:
        yield service.unanswered <= unanswered, f"unanswered CALLs: {service.unanswered}, limit {unanswered}"
