"""``plugfest doctor``: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version

import click
from packaging.requirements import Requirement

from harness.scenario import FIRMWARE, PROXY
from harness.schemas import schemas
from plugfest.equipment import required
from simulators.microocpp import finding as firmware
from simulators.network import finding


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is fine, what to do if not, and whether nothing works without it."""

    name: str
    fine: bool
    text: str
    needed: bool = True


@click.command()
@click.option("--install", is_flag=True, help="Get the components that are missing; this may take a minute.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each thing, one a line.")
def doctor(install: bool, as_json: bool) -> None:
    """Say what is installed and what is missing, with the remedy; exit code 3 if something needed is missing."""
    findings = [*_examine(), _toxiproxy(install), _microocpp()]
    for one in findings:
        if as_json:
            click.echo(json.dumps(asdict(one)))
            continue
        mark, colour = ("ok", "green") if one.fine else ("missing", "red") if one.needed else ("absent", "yellow")
        click.echo(f"{click.style(f'{mark:<7}', fg=colour)} {one.name:<20} {one.text}")
    if not all(one.fine for one in findings if one.needed):
        sys.exit(3)


def _toxiproxy(install: bool) -> Finding:
    """Look for Toxiproxy, and get it if asked to; without it only faults of the network are left out."""
    needed = install or PROXY.component in required()
    try:
        source = finding.install() if install else finding.find()
    except finding.Absent as absent:
        return Finding("toxiproxy", False, str(absent), needed)
    text = source.text if source else f"scenarios with faults of the network are not applicable: {finding.REMEDY}"
    return Finding("toxiproxy", source is not None, text, needed)


def _microocpp() -> Finding:
    """Look for MicroOCPP; without it only what it plays is left out."""
    name, needed = FIRMWARE.component, FIRMWARE.component in required()
    try:
        return Finding(name, True, firmware.find().text, needed)
    except firmware.Absent as absent:
        return Finding(name, False, str(absent), needed)


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
