"""Mutants of the Local Auth List Management profile (OCPP 1.6 5.10, 5.15)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ocpp.messages import CallResult
from ocpp.v16.enums import Action, UpdateType
from sqlalchemy import Connection
from websockets.frames import CloseCode

from server.core.call_queue import CallQueue, Operation
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.local_list import LocalList

_ENTRIES = "localAuthorizationList"


class _Altered(LocalList):
    """Alters lists on their way to a station."""

    def list_as_sent(self, tx: Connection, station: str, payload: Payload) -> Payload:
        """Return what is sent in place of a list."""
        return self.alter(super().list_as_sent(tx, station, payload))

    def alter(self, payload: Payload) -> Payload:
        """Return the payload that is sent in place of another."""
        raise NotImplementedError


# The message


@mutant("list-type-swapped", "A full list is sent as a differential one, and the other way round.")
class _ListTypeSwapped(_Altered):
    def alter(self, payload: Payload) -> Payload:
        full = payload["updateType"] == UpdateType.full
        return payload | {"updateType": "Differential" if full else "Full"}


@mutant("list-version-as-text", "The version of a list is given as a text.")
class _ListVersionAsText(LocalList):
    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        asked = super().requests(tx, operation)
        return [one | ({"listVersion": str(one["listVersion"])} if "listVersion" in one else {}) for one in asked]


@mutant("list-number-as-known", "A list carries the version that the station holds already.")
class _ListNumberAsKnown(LocalList):
    def next_version(self, tx: Connection, station: str) -> int:
        return self.version(tx, station) or 0


@mutant("differential-number-repeated", "A differential list carries the version that it changes.", remarks=True)
class _DifferentialNumberRepeated(_Altered):
    def alter(self, payload: Payload) -> Payload:
        change = payload["updateType"] == UpdateType.differential
        return payload | {"listVersion": payload["listVersion"] - 1} if change else payload


@mutant("empty-list-numbered-zero", "An empty list carries the version 0.")
class _EmptyListNumberedZero(_Altered):
    def alter(self, payload: Payload) -> Payload:
        return payload if payload[_ENTRIES] else payload | {"listVersion": 0}


@mutant("list-input-unchecked", "A list is sent as the operator enters it.")
class _ListInputUnchecked(LocalList):
    def check_version(self, tx: Connection, station: Station, payload: Payload) -> None:
        pass

    def check_entries(self, update_type: str, entries: Sequence[Payload]) -> None:
        pass


# The entries


@mutant("list-info-lost", "The entries of a list have no idTagInfo.")
class _ListInfoLost(_Altered):
    def alter(self, payload: Payload) -> Payload:
        return payload | {_ENTRIES: [{"idTag": entry["idTag"]} for entry in payload[_ENTRIES]]}


@mutant("differential-list-complete", "A differential list repeats what the station holds already.")
class _DifferentialListComplete(LocalList):
    def list_as_sent(self, tx: Connection, station: str, payload: Payload) -> Payload:
        sent = super().list_as_sent(tx, station, payload)
        return sent | {_ENTRIES: list(self.applied(self.entries(tx, station), sent).values())}


@mutant("list-removals-lost", "Entries that remove a tag are left out of a list.")
class _ListRemovalsLost(_Altered):
    def alter(self, payload: Payload) -> Payload:
        return payload | {_ENTRIES: [entry for entry in payload[_ENTRIES] if "idTagInfo" in entry]}


@mutant("list-removals-with-info", "Entries that remove a tag say that it is invalid.")
class _ListRemovalsWithInfo(_Altered):
    def alter(self, payload: Payload) -> Payload:
        return payload | {_ENTRIES: [{"idTagInfo": {"status": "Invalid"}} | entry for entry in payload[_ENTRIES]]}


@mutant("list-known-tags-twice", "A list of all known tags names each in both upper and lower case.")
class _ListKnownTagsTwice(LocalList):
    def all_entries(self) -> list[Payload]:
        entries = super().all_entries()
        return entries + [entry | {"idTag": entry["idTag"].lower()} for entry in entries]


@mutant("list-known-tags-bare", "In a list of all known tags, the idTagInfo is left out.")
class _ListKnownTagsBare(LocalList):
    def entry(self, id_tag: str) -> Payload:
        return {"idTag": id_tag}


# The version that a station tells


@mutant("list-version-with-payload", "GetLocalListVersion carries a member.")
class _ListVersionWithPayload(LocalList):
    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        asked = operation.action == Action.get_local_list_version
        return [{"listVersion": 0}] if asked else super().requests(tx, operation)


@mutant("list-pushed-unsupported", "A station that tells that it has no local list is sent one.")
class _ListPushedUnsupported(LocalList):
    def follow_ups(self, tx: Connection, operation: Operation, answer: Payload) -> Sequence[Operation]:
        if answer.get("listVersion") != -1:
            return super().follow_ups(tx, operation, answer)
        action, payload = Action.send_local_list.value, {"updateType": UpdateType.full.value, _ENTRIES: []}
        return [Operation(operation.station, operation.version, action, payload)]


@mutant("list-version-below-one-closes", "A list version of 0 or -1 ends the connection.")
class _ListVersionBelowOneCloses(Session):
    def take_result(self, result: CallResult) -> None:
        super().take_result(result)
        if result.payload.get("listVersion", 1) < 1:
            self.connection.close(CloseCode.INTERNAL_ERROR, "no local list")


@mutant("list-version-below-one-blocks", "After a list version of 0 or -1, the station is sent nothing more.")
class _ListVersionBelowOneBlocks(CallQueue):
    async def call(self, station: Station, operation: Operation, payload: Payload) -> Payload:
        answer = await super().call(station, operation, payload)
        if answer.get("listVersion", 1) < 1:
            await asyncio.Event().wait()
        return answer
