"""What a version has on record of a station, as an operator is shown it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.core.validation import Payload


class Readings:
    """Reads in a transaction of the store; what a version keeps no records of is empty.

    What all versions record alike (stations, connectors, tasks, security events) is read by the operator itself.
    """

    def transactions(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the transactions of a station in the order in which they began."""
        return ()

    def meter_values(self, tx: Connection, station: str, latest: int) -> Sequence[Payload]:
        """Return the ``latest`` sampled values of a station, the oldest first, with and without a transaction."""
        return ()

    def configuration(self, tx: Connection, station: str) -> Mapping[str, str | None]:
        """Return the configuration keys and values that a station has reported or taken."""
        return {}

    def variables(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the attributes of the device model that a station has reported, answered or taken."""
        return ()

    def events(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the events that a station has notified of, in wire spelling, in the order in which they came."""
        return ()

    def local_list(self, tx: Connection, station: str) -> Payload | None:
        """Return version and entries of the local list that a station holds, None where this version sent none."""
        return None

    def reservations(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the reservations of a station in the order in which they were made."""
        return ()

    def charging_profiles(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the charging profiles that are installed at a station."""
        return ()

    def installed_certificates(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the root certificates that a station has told of, by their hash data."""
        return ()
