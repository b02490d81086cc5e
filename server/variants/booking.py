"""Variants of what is made of tags and transactions (OCPP 1.6 section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocpp.v16.enums import Action, AuthorizationStatus
from sqlalchemy import Connection

from server.core.call_queue import Operation
from server.core.stations import Station
from server.core.tags import Tag
from server.core.validation import Payload
from server.v16.core import CoreHandlers
from server.v16.id_tags import IdTags
from server.v16.operations import Operations
from server.v16.transactions import Started, Transactions
from server.variants.registry import VARIANTS, Variant, variant

VARIANTS.add(
    Variant(
        "parallel-tag-use-refused",
        "A tag whose transaction runs is told ConcurrentTx at another start.",
        (),
        grounds="OCPP 1.6 7.2",
        settings={"parallel_tag_use": False},
        target={"policies": {"parallel_tag_use": "refused"}},
    )
)
VARIANTS.add(
    Variant(
        "heartbeat-once-a-day",
        "Accepted stations are told a heartbeat interval of one day.",
        (),
        grounds="OCPP 1.6 4.2 leaves the interval to the central system",
        settings={"interval": 86_400},
        target={"policies": {"heartbeat_interval": None}},
    )
)


@variant(
    "unknown-tag-becomes-blocked",
    "A tag that nobody knows is Invalid at its first use, and on record as blocked from then on.",
    grounds="OCPP 1.6 7.2; SteVe keeps unknown tags on a list of its own",
)
class _UnknownTagBlocked(IdTags):
    def info(self, id_tag: str) -> Payload:
        info = super().info(id_tag)
        if self.tags.find(id_tag) is None:
            self.tags._known[self.tags.fold(id_tag)] = Tag(id_tag=id_tag, status=AuthorizationStatus.blocked.value)
        return info


@variant(
    "stop-without-tag-info",
    "StopTransaction.conf never has an idTagInfo.",
    grounds="OCPP 1.6 6.50: the member is optional",
)
class _StopWithoutTagInfo(CoreHandlers):
    def stop(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        super().stop(tx, station, payload)
        return {}


@variant(
    "no-id-for-a-refused-start",
    "A start whose tag is not accepted gets the transactionId -1.",
    grounds="OCPP 1.6 4.8 asks for an id, errata 3.54 for a positive one of those that are accepted; MaEVe",
)
class _NoIdForARefusedStart(Transactions):
    def start(self, tx: Connection, station: str, payload: Payload) -> Started:
        started = super().start(tx, station, payload)
        accepted = started.info["status"] == AuthorizationStatus.accepted
        return started if accepted else replace(started, id=-1)


@variant(
    "all-keys-by-an-empty-list",
    "GetConfiguration for all keys has an empty list of keys.",
    grounds="OCPP 1.6 5.8: a list that is absent and one that is empty mean the same",
)
class _AllKeysByAnEmptyList(Operations):
    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        if operation.action == Action.get_configuration and "key" not in operation.payload:
            return [{"key": []}]
        return super().requests(tx, operation)
