"""``plugfest replay``: the station's side of a log, played again against a target."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

import reports
from harness.adversity import Adversity
from harness.csms import DriverError
from harness.fieldlog.comparison import Difference, Sort
from harness.fieldlog.reading import Fieldlog
from harness.plugin import expectations_of
from harness.settings import Settings, load
from plugfest import shared_options
from plugfest.command import NOT_CARRIED_OUT
from plugfest.equipment import adverse, prepare
from plugfest.logs import of_a_log, opened
from plugfest.output import cleared
from plugfest.replay_record import ReplayRecord
from plugfest.targets import target_of
from scenarios.stage.driver import driver_of
from scenarios.stage.replay.part import Unreached
from scenarios.stage.replay.replay import Replay
from simulators.network.conditions import condition
from simulators.network.faults import Fault
from simulators.network.toxiproxy import ToxiproxyError

FASTEST = "max"

_GRAVITY = {sort: place for place, sort in enumerate(Sort)}


class NotPlayed(click.ClickException):
    """A replay that could not be carried out."""

    exit_code = NOT_CARRIED_OUT


class Speed(click.ParamType[float]):
    """How many times as fast as recorded, or as fast as order allows."""

    name = "speed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the speed, 0 for as fast as order allows."""
        if value == FASTEST:
            return 0.0
        try:
            speed = float(value)
        except ValueError:
            speed = 0.0
        if not 0 < speed <= 1_000_000:
            self.fail(f"{value!r} is neither {FASTEST} nor a positive number", param, ctx)
        return speed


@click.command()
@of_a_log
@shared_options.target
@shared_options.endpoint
@shared_options.mutant
@click.option(
    "--speed",
    type=Speed(),
    default=FASTEST,
    show_default=True,
    help="How many times as fast as recorded, such as 1 or 10; max: as fast as order allows.",
)
@click.option("--ignore", metavar="MEMBER", multiple=True, help="Compare no member of this name.")
@shared_options.out_of("Folder for differences, traces and documents.")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@adverse
def replay(
    log: Path,
    ocpp: str | None,
    station: str,
    forms: Path | None,
    target: Path | None,
    endpoint: str | None,
    mutant: str | None,
    speed: float,
    ignore: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    network: str | None,
    networks: Path | None,
    faults: tuple[str, ...],
    seed: int,
) -> None:
    """Play the station's side of a log against a target, and say what comes back otherwise (exit code 1)."""
    settings = _settings(load(target_of(target, endpoint), endpoint=endpoint), network, networks)
    driver = driver_of(settings, mutant)
    expectations = expectations_of(settings)
    _, found = opened(log, ocpp, station, forms)
    prepare((), network)
    struck = tuple(Fault.parse(text).text for text in faults)
    adversity = Adversity(network=network, networks=networks, faults=struck, seed=seed)
    played = Replay(settings, driver, found, speed=speed or None, adversity=adversity, ignored=ignore)
    try:
        asyncio.run(played.play())
    except (Unreached, DriverError, ToxiproxyError) as error:
        raise NotPlayed(str(error)) from None
    told = Told.of(str(log), settings, found, played)
    if out is not None:
        kept = ReplayRecord(cleared(out), settings, found, played)
        path = kept.write(expectations, mutant=mutant, network=network, faults=struck, seed=seed)
        path.with_name("replay.json").write_text(told.json(), encoding="utf-8")
        reports.write_all(path)
    click.echo(told.json() if as_json else told.text())
    sys.exit(1 if told.differences else 0)


def _settings(settings: Settings, network: str | None, networks: Path | None) -> Settings:
    """Return settings whose patience grows with a network condition."""
    if network is None:
        return settings
    patience = condition(network, networks).patience(settings.csms.patience)
    return settings.model_copy(update={"csms": settings.csms.model_copy(update={"patience": patience})})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a replay, as it is told."""

    log: str
    target: str
    stations: int
    versions: Sequence[str]
    frames: int
    played: int
    unplayed: dict[str, int]
    passed_over: Sequence[dict[str, Any]]
    notes: Sequence[str]
    differences: Sequence[dict[str, Any]]

    @classmethod
    def of(cls, log: str, settings: Settings, found: Fieldlog, played: Replay) -> Told:
        """Return what is told of a replay."""
        finds = played.finds
        return cls(
            log=log,
            target=settings.csms.name,
            stations=len(found.versions),
            versions=sorted({version.name for version in found.versions.values()}),
            frames=len(found.frames),
            played=finds.played,
            unplayed=dict(finds.unplayed),
            passed_over=[asdict(one) for one in found.passed_over],
            notes=finds.notes,
            differences=[_flat(one) for one in sorted(finds.differences, key=_order)],
        )

    def json(self) -> str:
        """Return it for a machine."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    def text(self) -> str:
        """Return it for a person: each difference once, with how often and where it was found first."""
        lines = [f"note: {one}" for one in self.notes]
        lines += [f"not played: {number} x {what}" for what, number in self.unplayed.items()]
        kinds = Counter(_kind(one) for one in self.differences)
        first = {_kind(one): one for one in reversed(self.differences)}
        for kind, number in kinds.items():
            one = first[kind]
            place = f"line {one['line']}" if one["line"] else "not in the log"
            often = f" ({number} times)" if number > 1 else ""
            what = f"{one['what']} {one['place']}".strip()
            lines.append(f"{place}  {one['station']}  {what}: recorded {one['recorded']}, now {one['now']}{often}")
        counted = f"{self.played} frames of {self.stations} station{'s' if self.stations != 1 else ''} played"
        versions = " and ".join(self.versions)
        lines.append(f"{counted}, OCPP {versions}, against {self.target}: {len(self.differences)} differences")
        return "\n".join(lines)


def _order(one: Difference) -> tuple[int, int]:
    return _GRAVITY[one.deviation.sort], one.line


def _flat(one: Difference) -> dict[str, Any]:
    return {"line": one.line, "station": one.station, "what": one.what, **asdict(one.deviation)}


def _kind(one: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(one[name]) for name in ("sort", "what", "place", "recorded", "now"))
