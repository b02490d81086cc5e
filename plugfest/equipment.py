"""Components of the harness that may not be there, and what happens where a run depends on one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from harness.scenario import FIRMWARE, PROXY, Scenario
from harness.settings import Settings
from plugfest import completing
from plugfest.command import NOT_CARRIED_OUT
from simulators.microocpp import finding as firmware
from simulators.network import finding
from simulators.network.conditions import Condition, condition
from simulators.network.faults import FORM, Fault
from simulators.network.finding import Absent
from simulators.network.measuring import pings
from simulators.network.toxiproxy import ToxiproxyError

Command = TypeVar("Command", bound=Callable[..., Any])

REQUIRE = "PLUGFEST_REQUIRE"
"""The variable that names components, by commas, without which nothing is to be carried out."""

COMPONENTS = (PROXY.component, FIRMWARE.component)


class Missing(click.ClickException):
    """A component that is depended on cannot be had."""

    exit_code = NOT_CARRIED_OUT


def required(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the components that the environment requires; raises UsageError for an unknown one."""
    names = frozenset(name.strip() for name in environment.get(REQUIRE, "").split(",") if name.strip())
    if unknown := sorted(names.difference(COMPONENTS)):
        raise click.UsageError(f"{REQUIRE}: unknown {', '.join(unknown)}; components are {', '.join(COMPONENTS)}")
    return names


def prepare(scenarios: Iterable[Scenario], network: str | None) -> None:
    """Get what a run works with, before it begins; raises Missing where something is required and cannot be had.

    What only some scenarios need is got too; without it they are not applicable.
    """
    if FIRMWARE.component in required():
        _firmware()
    needed = network is not None or PROXY.component in required()
    wanted = needed or any(PROXY in one.needs for one in scenarios)
    if not wanted or finding.find():
        return
    click.echo("Toxiproxy is fetched and built, once; this may take a minute", err=True)
    try:
        finding.install()
    except Absent as absent:
        if needed:
            raise Missing(str(absent)) from None


def _firmware() -> None:
    try:
        firmware.find()
    except firmware.Absent as absent:
        raise Missing(str(absent)) from None


def measured(weather: Condition) -> list[float]:
    """Return the seconds that pings take under a condition by itself; raises Missing where Toxiproxy fails."""
    try:
        return asyncio.run(pings(finding.install(), weather))
    except (Absent, ToxiproxyError) as error:
        raise Missing(str(error)) from None


def adverse(command: Command) -> Command:
    """Give a command the options that put something in the way; ``adversity`` turns their values into pytest's."""
    for option in (
        click.option("--seed", type=int, default=0, help="What all chance of the run follows from."),
        click.option("--fault", "faults", metavar="FAULT", multiple=True, help=f"Have this happen: {FORM}."),
        click.option("--networks", type=click.Path(path_type=Path), help="TOML file with conditions of your own."),
        click.option(
            "--network",
            shell_complete=completing.networks,
            metavar="NAME",
            help="Play under this network condition, such as 4g or flapping.",
        ),
    ):
        command = option(command)
    return command


def adversity(
    scenarios: Iterable[Scenario],
    settings: Settings,
    *,
    network: str | None = None,
    networks: Path | None = None,
    faults: Sequence[str] = (),
    seed: int = 0,
) -> list[str]:
    """Return pytest's options for what is put in the way, once it can be; raises SettingsError, Missing."""
    weather = condition(network, networks) if network else None
    prepare(scenarios, network)
    options = [f"--fault={Fault.parse(text).text}" for text in faults]
    if weather is not None:
        options += [f"--network={network}", f"--patience={weather.patience(settings.csms.patience):g}"]
        options += [f"--networks={networks.resolve()}"] if networks else []
        options += [f"--ping={seconds}" for seconds in measured(weather)]
    return [*options, f"--seed={seed}"]
