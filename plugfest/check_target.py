"""``plugfest check-target``: does a target file and its driver do what a run needs?"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from harness.csms import Driver
from harness.gates import Measurement, binding
from harness.plugin import expectations_of
from harness.scenario import Catalogue, unmet
from harness.settings import Settings, load
from plugfest import shared_options
from plugfest.targets import target_of
from scenarios.stage.driver import driver_of
from scenarios.stage.trial import Step, Trial

_MARKS = {True: "ok", False: "FAILED", None: "note"}


@click.command("check-target")
@click.argument("target", type=click.Path(path_type=Path), required=False)
@shared_options.endpoint
@click.option("--offline", is_flag=True, help="Check the file only; touch no network.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, when all is done.")
def check_target(target: Path | None, endpoint: str | None, offline: bool, as_json: bool) -> None:
    """Check a target file, then try its system and driver with one station (exit code 3 if something fails).

    The station keeps settle, pace and reconnect gap. Each ability of the driver is tried once, and the times of the
    system are proposed for the file. Unless call_timeout is declared, to measure it may take a minute.
    """
    settings = load(target_of(target, endpoint), endpoint=endpoint)
    driver = driver_of(settings, None)
    found = _file(settings, driver)
    if not as_json:
        click.echo("\n".join(_told(found)))
    steps = [] if offline else asyncio.run(_tried(settings, driver, quiet=as_json))
    if as_json:
        tried = [{"fine": step.fine, "text": step.text} for step in steps]
        click.echo(json.dumps({**found, "steps": tried}, ensure_ascii=False, indent=2))
    sys.exit(3 if any(step.fine is False for step in steps) else 0)


def _file(settings: Settings, driver: Driver) -> Mapping[str, Any]:
    """Return what a target file and its driver come to, before anything is tried."""
    known = Catalogue.load()
    reasons = Counter(unmet(one, settings, driver) for one in known)
    operations = {
        version: sorted(one.action() for one in driver.operations if one.version == version)
        for version in settings.csms.versions
    }
    return {
        "name": settings.csms.name,
        "driver": settings.csms.driver,
        "endpoint": settings.csms.endpoint,
        "operations": operations,
        "gates": {by.value: [str(one) for one in binding(settings.gates, (), by)] for by in Measurement},
        "expected": len(expectations_of(settings, known)),
        "applicable": reasons.pop(None, 0),
        "not_applicable": {str(reason): count for reason, count in reasons.most_common()},
    }


def _told(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"target     {found['name']}: driver {found['driver']}, endpoint {found['endpoint']}"
    for version, names in found["operations"].items():
        yield f"operations OCPP {version}: {', '.join(names) or 'none'}"
    yield f"expected   {found['expected']} verdicts listed"
    held = [f"plugfest {by}: {', '.join(gates)}" for by, gates in found["gates"].items() if gates]
    yield from (f"gates      {line}" for line in held or ["none"])
    reasons = found["not_applicable"]
    yield f"scenarios  {found['applicable']} applicable, {sum(reasons.values())} not"
    for reason, count in reasons.items():
        yield f"           {count:3} {reason}"


async def _tried(settings: Settings, driver: Driver, *, quiet: bool) -> Sequence[Step]:
    """Try a target, show each step as it is done, and return them."""
    steps: list[Step] = []
    async for step in Trial(settings, driver).steps():
        steps.append(step)
        if not quiet:
            click.echo(f"{_MARKS[step.fine]:<10} {step.text}")
    return steps
