"""The Local Auth List Management profile: the list of idTags that a station holds (OCPP 1.6 5.10, 5.15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import orjson
from ocpp.v16.enums import Action, UpdateStatus, UpdateType
from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from server.core.bundle import InvalidOperation, UnsuitableOperation
from server.core.call_queue import Operation
from server.core.profile import Profile
from server.core.stations import Station
from server.core.validation import Payload
from server.v16 import reported, tables
from server.v16.id_tags import IdTags

Entries = Mapping[str, Payload]
"""The entries of a list by their case-folded idTag."""

_known = tables.local_lists.c


class LocalList(Profile):
    """Keeps the lists of stations up to date, and knows their versions."""

    actions: ClassVar[frozenset[str]] = frozenset({Action.send_local_list.value, Action.get_local_list_version.value})
    chosen_later: ClassVar[Mapping[str, Payload]] = {Action.send_local_list.value: {"listVersion": 1}}

    def __init__(self, id_tags: IdTags) -> None:
        self.id_tags = id_tags
        self.tags = id_tags.tags

    # Before a list is taken

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check the version and the entries that an operator has entered, and the limits of the station."""
        if action != Action.send_local_list:
            return payload
        self.check_version(tx, station, payload)
        if (entered := payload.get("localAuthorizationList")) is not None:
            self.check_entries(payload["updateType"], entered)
        self.check_limits(tx, station, self.list_as_sent(tx, station.id, payload))
        return payload

    def check_version(self, tx: Connection, station: Station, payload: Payload) -> None:
        """Raise for a version that no list may have, or that is no step forward (OCPP 1.6 6.41, 7.48)."""
        version = payload.get("listVersion", 1)
        if version < 1:
            raise InvalidOperation(f"listVersion must be 1 or more, not {version}")
        held = self.version(tx, station.id) or 0
        if "listVersion" in payload and payload["updateType"] == UpdateType.differential and version <= held:
            raise UnsuitableOperation(f"the station holds version {held}: a Differential update needs a higher one")

    def check_entries(self, update_type: str, entries: Sequence[Payload]) -> None:
        """Raise InvalidOperation for a tag that comes twice, or has no idTagInfo in a Full list (OCPP 1.6 7.1)."""
        if len(self.folded(entries)) < len(entries):
            raise InvalidOperation("localAuthorizationList: an idTag occurs twice")
        if update_type == UpdateType.full and any("idTagInfo" not in entry for entry in entries):
            raise InvalidOperation("localAuthorizationList: every entry of a Full list has an idTagInfo")

    def check_limits(self, tx: Connection, station: Station, payload: Payload) -> None:
        """Raise UnsuitableOperation for a list that is longer than the station allows (OCPP 1.6 9.2)."""
        count = len(payload["localAuthorizationList"])
        most = reported.number(tx, station.id, "SendLocalListMaxLength")
        if most is not None and count > most:
            raise UnsuitableOperation(f"the station takes {most} entries in one message, not {count}")
        total = len(self.applied(self.entries(tx, station.id), payload))
        most = reported.number(tx, station.id, "LocalAuthListMaxLength")
        if most is not None and total > most:
            raise UnsuitableOperation(f"the list of the station holds {most} entries, not {total}")

    # When a list is sent

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return the list as it is at the time of sending."""
        if operation.action != Action.send_local_list:
            return [operation.payload]
        return [self.list_as_sent(tx, operation.station, operation.payload)]

    def list_as_sent(self, tx: Connection, station: str, payload: Payload) -> Payload:
        """Return a SendLocalList with its version, and with the entries of all known tags if none were entered."""
        entries = payload.get("localAuthorizationList")
        if entries is None:
            entries = self.all_entries() if payload["updateType"] == UpdateType.full else self.changes(tx, station)
        version = payload.get("listVersion", self.next_version(tx, station))
        return {"listVersion": version, "localAuthorizationList": entries, "updateType": payload["updateType"]}

    def next_version(self, tx: Connection, station: str) -> int:
        """Return a version that is higher than the one the station holds, and never 0 or -1 (OCPP 1.6 6.41)."""
        return max(self.version(tx, station) or 0, 0) + 1

    def all_entries(self) -> list[Payload]:
        """Return an entry for each known tag."""
        return [self.entry(tag.id_tag) for tag in self.tags]

    def entry(self, id_tag: str) -> Payload:
        """Return the entry of a known tag."""
        return {"idTag": id_tag, "idTagInfo": self.id_tags.info(id_tag)}

    def changes(self, tx: Connection, station: str) -> list[Payload]:
        """Return the entries that differ from the list of the station; a tag that is gone has no idTagInfo."""
        held, wanted = self.entries(tx, station), self.folded(self.all_entries())
        changed = [entry for folded, entry in wanted.items() if held.get(folded) != entry]
        return changed + [{"idTag": entry["idTag"]} for folded, entry in held.items() if folded not in wanted]

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        """Remember which list is on its way."""
        if operation.action == Action.send_local_list:
            self.store_list(tx, operation.station, offered=orjson.dumps(requests[-1]))

    # When the station has answered

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Take note of the version that a station holds: it has told it, or has taken a list."""
        if operation.action == Action.get_local_list_version:
            self.told(tx, station.id, answer["listVersion"])
        elif answer["status"] == UpdateStatus.accepted:
            offered = self.offered(tx, station.id)
            entries = self.applied(self.entries(tx, station.id), offered)
            self.store_list(
                tx, station.id, version=offered["listVersion"], entries=orjson.dumps(list(entries.values()))
            )

    def told(self, tx: Connection, station: str, version: int) -> None:
        """Store a version that a station has told; with another one than expected, its entries are not known."""
        if version == self.version(tx, station):
            return
        self.store_list(tx, station, version=version, entries=None)

    def follow_ups(self, tx: Connection, operation: Operation, answer: Payload) -> Sequence[Operation]:
        """Return the Full list that has to follow a Differential one that did not fit (OCPP 1.6 5.15)."""
        if operation.action != Action.send_local_list or answer["status"] not in self.calls_for_full():
            return ()
        offered = self.offered(tx, operation.station)
        if offered["updateType"] == UpdateType.full or self.version(tx, operation.station) == -1:
            return ()
        entries = list(self.applied(self.entries(tx, operation.station), offered).values())
        payload = {"updateType": UpdateType.full.value, "localAuthorizationList": entries}
        return [Operation(operation.station, operation.version, operation.action, payload)]

    def calls_for_full(self) -> tuple[str, ...]:
        """Return the answers to a Differential list after which a Full one follows."""
        return (UpdateStatus.version_mismatch.value, UpdateStatus.failed.value)

    # What is known of a list

    def version(self, tx: Connection, station: str) -> int | None:
        """Return the version that a station holds, None where none is known."""
        row = self._row(tx, station)
        return row.version if row else None

    def entries(self, tx: Connection, station: str) -> Entries:
        """Return the entries that a station is known to hold."""
        row = self._row(tx, station)
        return self.folded(orjson.loads(row.entries)) if row and row.entries else {}

    def offered(self, tx: Connection, station: str) -> Payload:
        """Return the list that the station was last sent."""
        row = self._row(tx, station)
        assert row is not None
        offered: Payload = orjson.loads(row.offered)
        return offered

    def applied(self, held: Entries, payload: Payload) -> Entries:
        """Return the entries that a station holds once it has taken a list."""
        sent = self.folded(payload.get("localAuthorizationList", ()))
        kept = held if payload["updateType"] == UpdateType.differential else {}
        return {folded: entry for folded, entry in {**kept, **sent}.items() if "idTagInfo" in entry}

    def folded(self, entries: Iterable[Payload]) -> dict[str, Payload]:
        """Return entries by their case-folded idTag."""
        return {self.tags.fold(entry["idTag"]): entry for entry in entries}

    def store_list(self, tx: Connection, station: str, **columns: Any) -> None:
        """Store something about the list of a station."""
        statement = insert(tables.local_lists).values(station=station, **columns)
        tx.execute(statement.on_conflict_do_update(index_elements=["station"], set_=columns))

    def _row(self, tx: Connection, station: str) -> Row[Any] | None:
        return tx.execute(select(tables.local_lists).where(_known.station == station)).one_or_none()
