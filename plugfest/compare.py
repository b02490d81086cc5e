"""``plugfest compare``: what is news between two runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from harness.comparison import compare as compare_runs
from harness.comparison import compare_load
from harness.load.record import LoadRun
from harness.record import Run
from plugfest.records import read
from reports import comparison
from reports.comparison import News


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--json", "form", flag_value="json", help="One JSON object.")
@click.option("--markdown", "form", flag_value="markdown", help="A Markdown document, such as for a pull request.")
@click.option("--html", "form", flag_value="html", help="A page.")
def compare(before: Path, after: Path, form: str | None) -> None:
    """Tell what is news of the run AFTER another: findings, verdicts, gates, and figures with their noise.

    Each is a record or the folder of a run; both are of conformance runs, or both of load runs. Exit code 1 if anything
    came to be wrong, 3 if a run was cut short.
    """
    news = _news(read(before), read(after))
    match form:
        case "json":
            click.echo(json.dumps(comparison.to_json(news), indent=1))
        case "markdown":
            click.echo(comparison.markdown(news))
        case "html":
            click.echo(comparison.html(news))
        case _:
            click.echo("\n".join(comparison.text(news)))
    sys.exit(1 if news.comparison.worse else 3 if news.shortfall else 0)


def _news(before: Run | LoadRun, after: Run | LoadRun) -> News:
    match before, after:
        case Run(), Run():
            return News(before, after, compare_runs(before, after))
        case LoadRun(), LoadRun():
            return News(before, after, compare_load(before, after))
    raise click.UsageError("a conformance run and a load run have nothing in common; name two of a kind")
