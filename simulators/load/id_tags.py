"""The idTags that a fleet presents."""

from __future__ import annotations

from collections.abc import Sequence

from harness.settings import Settings

TAGS = tuple(f"LOAD{number:03}" for number in range(100))
"""The idTags of a fleet, where the target file names none."""


def tags(settings: Settings) -> Sequence[str]:
    """Return the idTags of a fleet: the one that the target file names, or ones of our own."""
    accepted = settings.id_tags.accepted
    return (accepted,) if accepted else TAGS
