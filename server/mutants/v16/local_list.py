"""Mutants of the Local Auth List Management profile (OCPP 1.6 5.10, 5.15)."""

from __future__ import annotations

from collections.abc import Sequence

from ocpp.v16.enums import Action, UpdateType
from sqlalchemy import Connection

from server.core.call_queue import Operation
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, fill, only, put, swap, turn, within
from server.mutants.v16 import request
from server.v16.local_list import LocalList

_ENTRIES = "localAuthorizationList"

# The message

alters(request("SendLocalList"),
    Row("list-type-swapped", "A full list is sent as a differential one, and the other way round.",
        turn(updateType=swap("Full", "Differential"))),
    Row("list-version-as-text", "The version of a list is given as a text.", turn(listVersion=str)),
    Row("list-info-lost", "The entries of a list have no idTagInfo.", within(_ENTRIES, how=only("idTag"))),
    Row("list-removals-lost", "Entries that remove a tag are left out of a list.",
        turn(localAuthorizationList=lambda entries: [entry for entry in entries if "idTagInfo" in entry])),
    Row("list-removals-with-info", "Entries that remove a tag say that it is invalid.",
        within(_ENTRIES, how=fill(idTagInfo={"status": "Invalid"}))),
    Row("differential-number-repeated", "A differential list carries the version that it changes.",
        turn(listVersion=lambda version: version - 1),
        when=lambda payload: payload["updateType"] == "Differential", remarks=True),
    Row("empty-list-numbered-zero", "An empty list carries the version 0.",
        put(listVersion=0), when=lambda payload: not payload[_ENTRIES]),
)  # fmt: skip
alters(request("GetLocalListVersion"),
    Row("list-version-with-payload", "GetLocalListVersion carries a member.", put(listVersion=0)),
)  # fmt: skip

# What goes into a list


@mutant("list-number-as-known", "A list carries the version that the station holds already.")
class _ListNumberAsKnown(LocalList):
    def next_version(self, tx: Connection, station: str) -> int:
        return self.version(tx, station) or 0


@mutant("list-input-unchecked", "A list is sent as the operator enters it.")
class _ListInputUnchecked(LocalList):
    def check_version(self, tx: Connection, station: Station, payload: Payload) -> None:
        pass

    def check_entries(self, update_type: str, entries: Sequence[Payload]) -> None:
        pass


@mutant("differential-list-complete", "A differential list repeats what the station holds already.")
class _DifferentialListComplete(LocalList):
    def list_as_sent(self, tx: Connection, station: str, payload: Payload) -> Payload:
        sent = super().list_as_sent(tx, station, payload)
        return sent | {_ENTRIES: list(self.applied(self.entries(tx, station), sent).values())}


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


@mutant("list-pushed-unsupported", "A station that tells that it has no local list is sent one.")
class _ListPushedUnsupported(LocalList):
    def follow_ups(self, tx: Connection, operation: Operation, answer: Payload) -> Sequence[Operation]:
        if answer.get("listVersion") != -1:
            return super().follow_ups(tx, operation, answer)
        action, payload = Action.send_local_list.value, {"updateType": UpdateType.full.value, _ENTRIES: []}
        return [Operation(operation.station, operation.version, action, payload)]
