"""Whole charge points for scenarios: simulated ones that act by themselves, and MicroOCPP."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.players import Player
from harness.trace import Direction, Event
from scenarios.stage.population import Population, Secured
from simulators.device import Device
from simulators.dialogue import Dialogue
from simulators.microocpp import finding
from simulators.microocpp.profile import Profile, profile
from simulators.microocpp.relayed import RelayedWay
from simulators.microocpp.station import MicroOcpp
from simulators.station import Station
from simulators.v16 import acting as of_v16
from simulators.v201 import acting as of_v201

__all__ = ["BODIES", "Device", "Devices"]

BODIES: Mapping[str, type[Station]] = {kind.version.name: kind for kind in (of_v16.Body, of_v201.Body)}
"""OCPP version → the station on which a simulated charge point acts by itself."""

SLACK = 10.0
"""Seconds that a charge point has for what it does by itself."""


class Devices:
    """Makes the charge points of one scenario, of a ``kind`` and with a configuration; all are off at first."""

    def __init__(self, kind: Player, configuration: str, bodies: Population[Any], patience: float) -> None:
        self._kind = kind
        self._profile: Profile = profile(configuration)
        self._bodies = bodies
        self._patience = patience
        self._life = AsyncExitStack()

    async def new(self) -> Device:
        """Return a charge point that the central system knows; it gives a password if its configuration says so."""
        if self._profile.password:
            return await self.secure(1)
        return await self._made(await self._bodies.new())

    async def secure(self, security_profile: int) -> Device:
        """Return one that gives a password under a security profile, 1 or 2."""
        return await self._made(await Secured(self._bodies, self._bodies.csms).station(security_profile))

    async def leave(self) -> None:
        """Switch them all off."""
        await self._life.aclose()

    async def _made(self, body: Station) -> Device:
        dialogue = Dialogue(body.id, body.version, body.trace, patience=self._patience, slack=SLACK)
        self._bodies.csms.watch(dialogue)
        device: Device
        if self._kind is Player.SIMULATED:
            device = _simulated(body, dialogue, self._profile)
        else:
            device = await self._firmware(body, dialogue)
        self._life.push_async_callback(device.leave)
        return device

    async def _firmware(self, body: Station, dialogue: Dialogue) -> MicroOcpp:
        folder = Path(self._life.enter_context(TemporaryDirectory(prefix="microocpp-")))
        way = await self._life.enter_async_context(
            RelayedWay(body.endpoint, body.version, body.trace, patience=self._patience)
        )

        def hear(line: str) -> None:
            body.trace.add(body.id, Direction.SENT, Event.LOG, line)

        return MicroOcpp(dialogue, way, finding.find(), self._profile, folder, body.password, hear)


def _simulated(body: Station, dialogue: Dialogue, configuration: Profile) -> Device:
    if isinstance(body, of_v201.Body):
        return of_v201.ActingChargingStation(body, dialogue)
    assert isinstance(body, of_v16.Body)
    for key in body.configuration.writable.keys() & configuration.configuration.keys():
        value = configuration.configuration[key]
        body.configuration.writable[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return of_v16.ActingChargePoint(body, dialogue)
