"""Mutants of idTags: what they are told to be worth, and how they are compared (OCPP 1.6 4.1, 7.2)."""

from __future__ import annotations

import re

from server.core.tags import Tag, Tags
from server.mutants.registry import mutant
from server.mutants.rows import Row


def _tells(*rows: Row[tuple[str, str]]) -> None:
    """Declare mutants that tell another status than the one of an idTag."""
    for row in rows:
        _tell(row, *row.how)


def _tell(row: Row[tuple[str, str]], worth: str, told: str) -> None:
    class Telling(Tags):
        def status(self, tag: Tag | None) -> str:
            status = super().status(tag)
            return told if status == worth else status

    row.declare(Telling)


_tells(
    Row("tag-valid-refused", "A valid idTag is told to be blocked.", ("Accepted", "Blocked")),
    Row("tag-unknown-blocked", "An unknown idTag is told to be blocked.", ("Invalid", "Blocked")),
    Row("tag-blocked-accepted", "A blocked idTag is accepted.", ("Blocked", "Accepted")),
    Row("tag-expired-accepted", "An expired idTag is accepted.", ("Expired", "Accepted")),
    Row("tag-blocked-invalid", "A blocked idTag is told to be invalid.", ("Blocked", "Invalid"),
        faults=["open-ocpp-tck: TC_023_3 on CitrineOS"], remarks=True),
    Row("tag-expired-invalid", "An expired idTag is told to be invalid.", ("Expired", "Invalid"),
        faults=["open-ocpp-tck: TC_023_3 on CitrineOS"], remarks=True),
)  # fmt: skip


@mutant("tag-unknown-accepted", "An unknown idTag is accepted.", faults=["citrineos/citrineos-core@ac4f60e9"])
class _UnknownAccepted(Tags):
    def status(self, tag: Tag | None) -> str:
        return super().status(tag) if tag else "Accepted"


@mutant("tag-expiry-ignored", "An idTag is accepted beyond its expiry.")
class _ExpiryIgnored(Tags):
    def status(self, tag: Tag | None) -> str:
        return tag.status if tag else super().status(tag)


@mutant("tag-hexadecimal-only", "An idTag that is no hexadecimal number of even length is invalid.")
class _HexadecimalOnly(Tags):
    def find(self, id_tag: str) -> Tag | None:
        return super().find(id_tag) if re.fullmatch(r"([0-9A-Fa-f]{2})+", id_tag) else None


@mutant(
    "tag-case-matters", "idTags are compared case-sensitively.", faults=["steve-community/steve#1900"], remarks=True
)
class _CaseMatters(Tags):
    def find(self, id_tag: str) -> Tag | None:
        tag = super().find(id_tag)
        return tag if tag is not None and tag.id_tag == id_tag else None
