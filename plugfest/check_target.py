"""``plugfest check-target``: does a target file and its driver do what a run needs?"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import click

from harness.csms import Driver, DriverError, StationProvisioning
from harness.plugin import expectations_of
from harness.scenario import Catalogue, unmet
from harness.settings import Settings, SettingsError, load
from harness.trace import Trace
from harness.verdict import Inconclusive
from plugfest.targets import target_of
from scenarios.stage.access import endpoint_of, equip
from scenarios.stage.driver import driver_of
from simulators.connection import Unreachable
from simulators.station import Answer
from simulators.v16 import ChargePoint

PROBE_STATION = "PLUGFEST-CHECK"


@click.command("check-target")
@click.argument("target", type=click.Path(path_type=Path), required=False)
@click.option("--endpoint", metavar="URL", help="Where stations connect, in place of the target file's endpoint.")
@click.option("--offline", is_flag=True, help="Check the file only; touch no network.")
def check_target(target: Path | None, endpoint: str | None, offline: bool) -> None:
    """Check a target file and its driver, then connect one station for a trial (exit code 3 if that fails)."""
    settings = load(target_of(target, endpoint), endpoint=endpoint)
    driver = driver_of(settings, None)
    known = Catalogue.load()
    expectations = expectations_of(settings, known)
    click.echo(f"target     {settings.csms.name}: driver {settings.csms.driver}, endpoint {settings.csms.endpoint}")
    click.echo(f"operations {', '.join(sorted(one.action() for one in driver.operations)) or 'none'}")
    click.echo(f"expected   {len(expectations)} verdicts listed")
    reasons = Counter(unmet(one, settings, driver) for one in known)
    click.echo(f"scenarios  {reasons.pop(None, 0)} applicable, {reasons.total()} not")
    for reason, count in reasons.most_common():
        click.echo(f"           {count:3} {reason}")
    if offline:
        return
    fine = asyncio.run(_try(settings, driver))
    sys.exit(0 if fine else 3)


async def _try(settings: Settings, driver: Driver) -> bool:
    async for fine, sentence in _trial(settings, driver):
        click.echo(f"{'ok      ' if fine else 'FAILED  '}   {sentence}")
        if not fine:
            return False
    return True


async def _trial(settings: Settings, driver: Driver) -> AsyncIterator[tuple[bool, str]]:
    """Yield one sentence per step, and whether it went well."""
    try:
        async with driver:
            yield True, "the driver started"
            identity = next(iter(settings.stations.identities), PROBE_STATION)
            if isinstance(driver, StationProvisioning):
                await driver.provision_station(identity)
                yield True, f"{identity} is registered"
            endpoint = await endpoint_of(settings, driver)
            station = ChargePoint(identity, endpoint, Trace(), patience=settings.csms.patience)
            await equip(station, settings, driver, known=True)
            outcome = await station.knock()
            yield not isinstance(outcome, Unreachable) and station.connected, f"{identity} knocked: {outcome}"
            answer = await station.attempt("BootNotification", station.identity)
            yield isinstance(answer, Answer), f"BootNotification: {answer}"
            await station.leave()
            if isinstance(driver, StationProvisioning):
                await driver.remove_station(identity)
    except DriverError as error:
        yield False, f"the driver failed: {error}"
    except (SettingsError, Inconclusive) as error:
        yield False, str(error)
