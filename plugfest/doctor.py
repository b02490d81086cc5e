"""``plugfest doctor``: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

import click
from packaging.requirements import Requirement

from harness.schemas import schemas


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is fine, and what to do if not."""

    name: str
    fine: bool
    text: str


@click.command()
def doctor() -> None:
    """Say what is installed and what is missing, with the remedy; exit code 3 if something is missing."""
    findings = list(_examine())
    for finding in findings:
        mark = click.style("ok     ", fg="green") if finding.fine else click.style("missing", fg="red")
        click.echo(f"{mark} {finding.name:<20} {finding.text}")
    if not all(finding.fine for finding in findings):
        sys.exit(3)


def _examine() -> Iterator[Finding]:
    python = platform.python_version()
    yield Finding("python", sys.version_info >= (3, 11), f"{python}; 3.11 or newer is needed")
    yield Finding("processors", True, f"{os.cpu_count()} for parallel scenarios")
    for line in requires("plugfest") or []:
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate():
            yield _package(wanted)
    yield Finding("schemas of OCPP 1.6", True, f"{len(schemas('1.6').actions)} actions")


def _package(wanted: Requirement) -> Finding:
    remedy = f"pip install '{wanted}'"
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        return Finding(wanted.name, False, remedy)
    fits = wanted.specifier.contains(found, prereleases=True)
    return Finding(wanted.name, fits, found if fits else f"{found} is too old or too new: {remedy}")
