"""A trial of a target and its driver: one station, every ability once, nothing that could do harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, is_dataclass
from functools import partial
from typing import Any

from harness.csms import (
    Driver,
    DriverError,
    Operation,
    OutcomeReader,
    Registration,
    RegistrationControl,
    StationProvisioning,
    TagProvisioning,
    v16,
    v201,
)
from harness.csms.console import Csms, Request
from harness.csms.signature import Function, Shape, functions
from harness.settings import Settings, SettingsError
from harness.trace import Trace
from harness.verdict import Inconclusive, Nonconformity
from scenarios.stage.access import endpoint_of
from scenarios.stage.identities import Identities
from scenarios.stage.population import KINDS, Population, Tags
from simulators.connection import Upgraded
from simulators.description import patience_for, response_times
from simulators.station import Station

STATION = "PLUGFEST-CHECK"
"""The identity of the trial where the target file lists none."""

GIVES_UP_WITHIN = 65.0
"""Seconds that a central system has to give up on a CALL of its own which stays unanswered."""

AT_ONCE = 0.5
"""A second CALL that comes within so many seconds did not wait for the first one to be given up."""

SHOWN = 160
"""Characters of what a step saw that are shown."""

_INTERVAL = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}

HARMLESS: tuple[Callable[[str], Operation], ...] = (
    lambda to: v16.GetConfiguration(station=to, key=("HeartbeatInterval",)),
    lambda to: v16.TriggerMessage(station=to, requested_message="Heartbeat"),
    lambda to: v16.GetLocalListVersion(station=to),
    lambda to: v16.ExtendedTriggerMessage(station=to, requested_message="Heartbeat"),
    lambda to: v201.GetVariables(station=to, get_variable_data=(_INTERVAL,)),
    lambda to: v201.TriggerMessage(station=to, requested_message="Heartbeat"),
)
"""Operations that change nothing at a station, the best one of each version first."""

TRIED: Mapping[str, Any] = {"connector_id": 1, "profile": 2}
"""What readers are asked for, apart from the station of the trial."""


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one step; ``fine`` is None for one that is only told: a proposal, or what is not known."""

    fine: bool | None
    text: str


class Trial:
    """Tries a target with one station that keeps its manners; a station of the target file is left as it was.

    A step that a run cannot do without ends the trial when it fails.
    """

    def __init__(self, settings: Settings, driver: Driver) -> None:
        self._settings = settings
        self._driver = driver
        self._trace = Trace()
        self._console: list[float] = []

    async def steps(self) -> AsyncIterator[Step]:
        """Yield what came of each step, as soon as it is known."""
        try:
            async with AsyncExitStack() as stage:
                await stage.enter_async_context(self._driver)
                yield Step(True, "the driver started")
                async for step in self._played(stage):
                    yield step
        except DriverError as error:
            yield Step(False, f"the driver failed: {error}")
        except (SettingsError, Inconclusive, Nonconformity) as error:
            yield Step(False, str(error))

    async def _played(self, stage: AsyncExitStack) -> AsyncIterator[Step]:
        settings, driver = self._settings, self._driver
        listed, patience = settings.stations.identities, settings.csms.patience
        loan = await stage.enter_async_context(Identities(settings).loan(several=False))
        csms = Csms(driver, patience=patience, kept=listed)
        kind, endpoint = KINDS[settings.csms.versions[0]], await endpoint_of(settings, driver)
        stations = Population(kind, settings, loan, driver, csms, endpoint, self._trace)
        stage.push_async_callback(stations.leave)
        stage.push_async_callback(csms.leave)
        station = await stations.new(None if listed else STATION)
        if isinstance(driver, StationProvisioning) and not listed:
            yield Step(True, f"{station.id} is registered")
        async for step in self._on_the_wire(station):
            yield step
        async for step in self._at_the_console(station, csms):
            yield step
        async for step in self._proposals(station, csms):
            yield step

    async def _on_the_wire(self, station: Station) -> AsyncIterator[Step]:
        """Connect and boot; raises Inconclusive where that is not granted, Nonconformity where it is not answered."""
        outcome = await station.knock()
        if not isinstance(outcome, Upgraded):
            raise Inconclusive(f"{station.id} was not let in: {outcome}")
        named = outcome.subprotocol == station.subprotocol
        wanted = "" if named else f"; the subprotocol must be {station.subprotocol} (OCPP-J {station.version} 3.2)"
        yield Step(named, f"{station.id} connected: {outcome}{wanted}")
        answer = await station.boot()
        status = answer.member("status")
        yield Step(status == "Accepted", f"BootNotification: {status}, interval {answer.member('interval')}")

    async def _at_the_console(self, station: Station, csms: Csms) -> AsyncIterator[Step]:
        """Try what the driver can do: an order that changes nothing, each reader once, a tag, the registration."""
        request = None
        if (order := self._order(station)) is None:
            yield Step(None, "no operation was tried: the driver has none that is harmless")
        else:
            step, request = await self._ordered(order, station, csms)
            yield step
        tries: dict[type, Callable[[], Awaitable[object]]] = {}
        asked = {"station": station.id, **TRIED}
        for reader in functions().values():
            if reader.shape is not Shape.NOTHING and reader.required <= asked.keys():
                tries[reader.ability] = partial(_read, csms, reader, {name: asked[name] for name in reader.required})
        if request is not None:
            tries[OutcomeReader] = partial(csms.outcome, request)
        tries[RegistrationControl] = partial(csms.set_registration, station.id, Registration.ACCEPTED)
        tries[TagProvisioning] = partial(self._admitted, station)
        for ability, attempt in tries.items():
            if isinstance(self._driver, ability):
                yield await self._tried(ability.__name__, attempt)

    def _order(self, station: Station) -> Operation | None:
        """Return the best harmless operation that the driver can have performed."""
        known = (order(station.id) for order in HARMLESS)
        spoken = (order for order in known if order.version == station.version.name)
        return next((order for order in spoken if type(order) in self._driver.operations), None)

    async def _ordered(self, order: Operation, station: Station, csms: Csms) -> tuple[Step, Request | None]:
        """Have an operation performed, see it arrive, and note how long the console took."""
        began = asyncio.get_running_loop().time()
        try:
            request = await csms.perform(order)
            call = await station.next_call(order.action())
            await call.answer_by_default()
            await asyncio.wait({request.dispatch}, timeout=GIVES_UP_WITHIN)
        except (DriverError, Inconclusive, Nonconformity) as error:
            return Step(False, f"{order.action()}: {error}"), None
        self._console.append(asyncio.get_running_loop().time() - began)
        return Step(True, f"{order.action()} reached the station"), request

    async def _tried(self, name: str, attempt: Callable[[], Awaitable[object]]) -> Step:
        began = asyncio.get_running_loop().time()
        try:
            seen = await attempt()
        except DriverError as error:
            return Step(False, f"{name}: {error}")
        except (Inconclusive, Nonconformity) as error:
            return Step(None, f"{name}: {error}")
        self._console.append(asyncio.get_running_loop().time() - began)
        return Step(True, f"{name}: {_told(seen)}"[:SHOWN])

    async def _admitted(self, station: Station) -> str:
        """Return what is said of a tag that was made for the occasion; raises DriverError unless it is accepted."""
        tag = await Tags(self._settings, self._driver).accepted()
        status = await station.token_status(tag)
        if status != "Accepted":
            raise DriverError(f"a tag that was provisioned is answered {status}")
        return f"{tag} is accepted"

    async def _proposals(self, station: Station, csms: Csms) -> AsyncIterator[Step]:
        """Say which times suit the system that was seen."""
        declared = self._settings.policies.call_timeout
        if declared is None:
            yield Step(None, await self._call_timeout(station, csms))
        else:
            yield Step(None, f"[policies] call_timeout = {declared:g} is declared, and was not measured")
        times = [seconds for each in response_times(self._trace).values() for seconds in each]
        now = f"now {self._settings.csms.patience:g}; the longest answer took {max(times):.3f} s"
        yield Step(None, f"proposed: [csms] patience = {patience_for(times):g} ({now})")
        if self._console and self._settings.csms.driver == "http":
            took = f"the longest request took {max(self._console):.3f} s"
            yield Step(None, f"proposed: [driver.http] timeout = {patience_for(self._console):g} ({took})")

    async def _call_timeout(self, station: Station, csms: Csms) -> str:
        """Leave a CALL unanswered, and return when the next one comes in words."""
        if (order := self._order(station)) is None:
            return "call_timeout was not measured: the driver has no harmless operation"
        try:
            await csms.perform(order)
            first = await station.next_call(order.action())
            station.write_off(first)
            await csms.perform(order)
            second = await station.next_call(order.action(), patience=GIVES_UP_WITHIN)
            await second.answer_by_default()
        except (DriverError, Inconclusive, Nonconformity) as error:
            return f"call_timeout was not measured: {error}"
        waited = second.entry.at - first.entry.at
        if waited < AT_ONCE:
            return "call_timeout was not measured: a second CALL does not wait for the answer to the first one"
        return f"proposed: [policies] call_timeout = {waited:.1f}"


async def _read(csms: Csms, reader: Function, asked: Mapping[str, Any]) -> object:
    """Return what a reader of the driver tells."""
    told: object = await getattr(csms.ask(reader.ability), reader.name)(**asked)
    return told


def _told(seen: object) -> str:
    """Return in words what a console told: what a view shows, or how many entries a list has."""
    if is_dataclass(seen) and not isinstance(seen, type):
        shown = {name: value for name, value in asdict(seen).items() if value is not None}
        return " ".join(", ".join(f"{name} {value}" for name, value in shown.items()).split())
    if isinstance(seen, list | tuple):
        return f"{len(seen)} entries"
    return "nothing" if seen is None else str(seen)
