"""Stations that nobody told the central system of: are they served like those it knows?"""

from __future__ import annotations

import asyncio

from harness.csms import StationProvisioning
from harness.csms.driver import Driver
from harness.settings import Settings
from harness.trace import Trace
from harness.verdict import Inconclusive
from scenarios.stage.access import equip
from simulators.connection import Declined, Endpoint
from simulators.manners import Conduct
from simulators.observation import Answer
from simulators.station import Station

REMEDY = "list some that it knows in [stations] identities, or have the driver provision them"


class Strangers:
    """Finds out, once in a run for each kind, whether made-up stations are served.

    Nobody is accused of turning a stranger away.
    """

    def __init__(self, settings: Settings, driver: Driver, endpoint: Endpoint) -> None:
        self._settings = settings
        self._driver = driver
        self._endpoint = endpoint
        introduced = settings.stations.identities or isinstance(driver, StationProvisioning)
        self._strange = not introduced and settings.policies.unknown_stations != "accepted"
        self._refusals: dict[type[Station], str | None] = {}
        self._asking = asyncio.Lock()

    async def demand_served(self, kind: type[Station], identity: str, conduct: Conduct) -> None:
        """Return if made-up stations are served; ``identity`` is one of a ``kind`` to try, with its ``conduct``.

        Raises Inconclusive if they are not.
        """
        async with self._asking:
            if self._strange and kind not in self._refusals:
                self._refusals[kind] = await self._try(
                    kind(identity, self._endpoint, Trace(), patience=self._settings.csms.patience, conduct=conduct)
                )
        if (refusal := self._refusals.get(kind)) is not None:
            raise Inconclusive(f"stations that are made up are not served ({refusal}): {REMEDY}")

    async def _try(self, station: Station) -> str | None:
        """Return how a stranger was turned away, None if it was not; whatever else goes wrong is for the scenarios."""
        await equip(station, self._settings, self._driver, known=True)
        try:
            outcome = await station.knock()
            if isinstance(outcome, Declined) and outcome.status is not None and outcome.status >= 400:
                return f"HTTP {outcome.status}"
            if not station.connected:
                return None
            answer = await station.attempt("BootNotification", station.identity)
            status = answer.member("status") if isinstance(answer, Answer) else None
            return f"their BootNotification is answered {status}" if status in ("Pending", "Rejected") else None
        finally:
            await station.leave()
