"""Workloads: what the stations of a load run do, as tables of a TOML file that users extend."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness.load.plan import Plan, PlanError
from harness.settings import hint, said
from harness.versions import VERSIONS
from simulators.load.dialect import Charging, messages_of

LEAST_PAUSE = 1.1
"""How much longer than a transaction the time between the beginnings of two is at least."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Storm(_Table):
    """All stations lose their connections ``every`` so often for ``away`` seconds, and are back within ``back``."""

    every: float = Field(gt=0)
    away: float = Field(ge=0)
    back: float = Field(1.0, ge=0)


class Backlog(_Table):
    """Each station goes ``every`` so often for ``away`` seconds, and brings the transactions of so many ``hours``."""

    every: float = Field(gt=0)
    away: float = Field(ge=0)
    hours: float = Field(gt=0)


class Orders(_Table):
    """An operator asks something of each station ``every`` so often in the mean; of all ``actions`` unless of some."""

    every: float = Field(gt=0)
    actions: tuple[str, ...] = ()


class Workload(_Table):
    """What each station does; times in seconds, those of the day before they are divided by ``speed``.

    ``ramp`` stations connect per second, or all ``within`` so many seconds. ``heartbeat``, ``readings`` (meter values
    outside of transactions) and ``transactions`` are the mean times from one to the next, None for never; a
    transaction ``lasts`` so long, with meter values ``every`` so often. At a ``burst`` all send in the same instant.
    ``orders`` are CALLs that the central system is made to send.
    """

    about: str
    version: str = "1.6"
    ramp: float | None = Field(None, gt=0)
    within: float | None = Field(None, gt=0)
    heartbeat: float | None = Field(None, gt=0)
    readings: float | None = Field(None, gt=0)
    transactions: float | None = Field(None, gt=0)
    lasts: float = Field(3600.0, gt=0)
    every: float = Field(900.0, gt=0)
    speed: float = Field(1.0, gt=0)
    storm: Storm | None = None
    burst: float | None = Field(None, gt=0)
    backlog: Backlog | None = None
    orders: Orders | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.version not in VERSIONS:
            raise ValueError(f"unknown version {self.version!r}{hint(self.version, VERSIONS)}")
        if self.ramp is not None and self.within is not None:
            raise ValueError("ramp and within both say when stations connect; give one of them")
        if self.transactions is not None and self.transactions < LEAST_PAUSE * self.lasts:
            raise ValueError(f"transactions must be at least {LEAST_PAUSE:g} times what one lasts")
        return self

    @property
    def charging(self) -> Charging:
        """A transaction as it goes at this speed."""
        return Charging(lasts=self.lasts / self.speed, every=self.every / self.speed)

    def natural(self, stations: int) -> float:
        """Return the messages per second of so many stations at the speed of real life, storms and bursts apart."""
        ordered = self.orders.every if self.orders else None
        each = sum(1 / period for period in (self.heartbeat, self.readings, ordered) if period is not None)
        if self.transactions is not None:
            each += messages_of(Charging(lasts=self.lasts, every=self.every)) / self.transactions
        return stations * each

    def rate(self, stations: int) -> float:
        """Return the messages per second of so many stations, storms and bursts apart."""
        return self.natural(stations) * self.speed

    def at_rate(self, rate: float | None, stations: int) -> Workload:
        """Return it at the speed at which so many stations send ``rate`` messages per second; None leaves it as it is.

        Raises PlanError where nothing of it depends on the speed.
        """
        if rate is None:
            return self
        natural = self.natural(stations)
        if not natural:
            raise PlanError("--rate: this workload has no messages of the day whose rate could be chosen")
        return self.model_copy(update={"speed": rate / natural})

    def arrival(self, number: int, stations: int, ramp: float | None) -> float:
        """Return how many seconds after the beginning the station of a number, from 0, connects."""
        if ramp is None and self.within is not None:
            return number * self.within / stations
        per_second = ramp or self.ramp
        return number / per_second if per_second else 0.0


def of(plan: Plan) -> Workload:
    """Return the workload of a plan, at its rate and in its version; raises PlanError that says what is wrong."""
    found = find(plan.workload).at_rate(plan.rate, plan.stations)
    return found if plan.version is None else found.model_copy(update={"version": plan.version})


def find(name: str) -> Workload:
    """Return the workload of a name, or that of FILE or FILE:NAME; raises PlanError that names place and remedy."""
    bundled = tomllib.loads((resources.files("simulators.load") / "workloads.toml").read_text(encoding="utf-8"))
    file, colon, wanted = name.rpartition(".toml")
    if not colon:
        return _workload(bundled, name, "workload")
    path = Path(f"{file}.toml")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(f"{path}: {error}") from None
    wanted = wanted.removeprefix(":") or (next(iter(tables)) if len(tables) == 1 else "")
    if not wanted:
        raise PlanError(f"{path}: there are several workloads; name one, such as {path}:{min(tables, default='NAME')}")
    return _workload(bundled | tables, wanted, str(path))


def _workload(tables: Mapping[str, Any], name: str, place: str) -> Workload:
    if name not in tables:
        raise PlanError(f"{place}: there is no workload {name!r}{hint(name, tables)}")
    try:
        return Workload(**_inherited(tables, name, place, ()))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {said(one)}" for one in error.errors())
        raise PlanError(f"{place}: {name}: {told}") from None


def _inherited(tables: Mapping[str, Any], name: str, place: str, heirs: tuple[str, ...]) -> dict[str, Any]:
    """Return the members of a table and of those that it is like."""
    table = tables.get(name)
    if not isinstance(table, dict) or name in heirs:
        raise PlanError(f"{place}: {(heirs or (name,))[-1]}: like: there is no other table {name!r}")
    own = {key: value for key, value in table.items() if key != "like"}
    if "like" not in table:
        return own
    inherited = _inherited(tables, str(table["like"]), place, (*heirs, name))
    for pace, other in (("within", "ramp"), ("ramp", "within")):
        if pace in own:
            inherited.pop(other, None)
    return inherited | own
