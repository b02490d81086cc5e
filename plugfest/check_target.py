"""``plugfest check-target``: does a target file and its driver do what a run needs?"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path

import click

from harness.csms import Driver
from harness.plugin import expectations_of
from harness.scenario import Catalogue, unmet
from harness.settings import Settings, load
from plugfest.targets import target_of
from scenarios.stage.driver import driver_of
from scenarios.stage.trial import Trial

_MARKS = {True: "ok", False: "FAILED", None: "note"}


@click.command("check-target")
@click.argument("target", type=click.Path(path_type=Path), required=False)
@click.option("--endpoint", metavar="URL", help="Where stations connect, in place of the target file's endpoint.")
@click.option("--offline", is_flag=True, help="Check the file only; touch no network.")
def check_target(target: Path | None, endpoint: str | None, offline: bool) -> None:
    """Check a target file, then try its system and driver with one station (exit code 3 if something fails).

    The station keeps settle, pace and reconnect gap. Each ability of the driver is tried once, and the times of the
    system are proposed for the file. Unless call_timeout is declared, to measure it may take a minute.
    """
    settings = load(target_of(target, endpoint), endpoint=endpoint)
    driver = driver_of(settings, None)
    known = Catalogue.load()
    expectations = expectations_of(settings, known)
    click.echo(f"target     {settings.csms.name}: driver {settings.csms.driver}, endpoint {settings.csms.endpoint}")
    for version in settings.csms.versions:
        names = sorted(one.action() for one in driver.operations if one.version == version)
        click.echo(f"operations OCPP {version}: {', '.join(names) or 'none'}")
    click.echo(f"expected   {len(expectations)} verdicts listed")
    reasons = Counter(unmet(one, settings, driver) for one in known)
    click.echo(f"scenarios  {reasons.pop(None, 0)} applicable, {reasons.total()} not")
    for reason, count in reasons.most_common():
        click.echo(f"           {count:3} {reason}")
    if offline:
        return
    sys.exit(0 if asyncio.run(_tried(settings, driver)) else 3)


async def _tried(settings: Settings, driver: Driver) -> bool:
    """Try a target, show each step, and return whether none failed."""
    fine = True
    async for step in Trial(settings, driver).steps():
        click.echo(f"{_MARKS[step.fine]:<10} {step.text}")
        fine = fine and step.fine is not False
    return fine
