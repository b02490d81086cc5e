"""The idTags that the central system knows, and what it says of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from server.core import instants, tables
from server.core.store import Store


class TagStatus(StrEnum):
    """What a tag is worth, in the words of all versions."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """An idTag: its status is Accepted, Blocked or Expired; tags with the same parent form a group."""

    id_tag: str
    status: str = TagStatus.ACCEPTED.value
    parent: str | None = None
    expires: datetime | None = None


_upsert = insert(tables.tags)
_upsert = _upsert.on_conflict_do_update(
    index_elements=["folded"],
    set_={name: _upsert.excluded[name] for name in ("id_tag", "status", "parent", "expires")},
)

_DELETE = delete(tables.tags).where(tables.tags.c.folded == bindparam("wanted"))


class Tags:
    """All known tags, in memory beside their rows in the store."""

    def __init__(self, store: Store, *, accept_unknown: bool = False) -> None:
        """Prepare them; ``accept_unknown`` is whether a tag that is not known is Accepted rather than Invalid."""
        self._store = store
        self._accept_unknown = accept_unknown
        self._known: dict[str, Tag] = {}

    def __iter__(self) -> Iterator[Tag]:
        return iter(tuple(self._known.values()))

    async def load(self) -> None:
        """Read all tags from the store."""
        for row in await self._store.read(lambda tx: tx.execute(select(tables.tags)).all()):
            expires = instants.parse(row.expires) if row.expires else None
            self._known[row.folded] = Tag(id_tag=row.id_tag, status=row.status, parent=row.parent, expires=expires)

    async def provision(self, tag: Tag) -> None:
        """Create a tag, or change it where it exists."""
        row: dict[str, Any] = {
            "folded": self.fold(tag.id_tag),
            "id_tag": tag.id_tag,
            "status": tag.status,
            "parent": tag.parent,
            "expires": instants.to_store(tag.expires) if tag.expires else None,
        }
        await self._store.append(_upsert, row, None)
        self._known[row["folded"]] = tag

    async def remove(self, id_tag: str) -> bool:
        """Forget a tag, and return whether it was known."""
        folded = self.fold(id_tag)
        await self._store.append(_DELETE, {"wanted": folded}, None)
        return self._known.pop(folded, None) is not None

    def fold(self, id_tag: str) -> str:
        """Return the form in which tags are compared: case does not matter (OCPP 1.6 7.28)."""
        return id_tag.casefold()

    def find(self, id_tag: str) -> Tag | None:
        """Return the known tag of this text."""
        return self._known.get(self.fold(id_tag))

    def status(self, tag: Tag | None) -> str:
        """Return what the central system thinks of a tag, None being one it does not know (OCPP 1.6 7.2)."""
        if tag is None:
            return (TagStatus.ACCEPTED if self._accept_unknown else TagStatus.INVALID).value
        if tag.status == TagStatus.ACCEPTED and tag.expires is not None and tag.expires <= instants.now():
            return TagStatus.EXPIRED.value
        return tag.status
