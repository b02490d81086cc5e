"""Defects on the way to a higher security profile (security white paper A05)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from server.core.call_queue import Operation
from server.core.credentials import Credentials
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.station_keys import PROFILE, StationKeys


@mutant("profile-upgrade-ignored", "A higher security profile that the station has accepted is not accepted from it.")
class _UpgradeIgnored(StationKeys):
    def after_upgrade(self, credentials: Credentials, profile: int) -> Credentials:
        return credentials


@mutant("profile-value-same", "The security profile that a station is told to use is the one that it has.")
class _ValueSame(StationKeys):
    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        station = self.stations.get(operation.station)
        if station is None or operation.payload["key"].casefold() != PROFILE:
            return super().requests(tx, operation)
        return [{**operation.payload, "value": str(station.credentials.profile)}]


@mutant("profile-switched-whatever-answered", "A higher security profile counts even if the station has refused it.")
class _SwitchedWhateverAnswered(StationKeys):
    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        if operation.payload["key"].casefold() == PROFILE:
            profile = int(operation.payload["value"])
            self.keep(tx, station, Credentials(profile=profile, password=station.credentials.password))
        else:
            super().answered(station, tx, operation, answer)
