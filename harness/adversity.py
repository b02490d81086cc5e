"""What a run puts in the way of stations and central system, as the command line says it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Adversity:
    """A network condition by name, those of the user's own in a file ``networks``, ``faults`` of messages in words.

    ``seed`` is what all chance follows from.
    """

    network: str | None = None
    networks: Path | None = None
    faults: tuple[str, ...] = ()
    seed: int = 0


CALM = Adversity()
"""Nothing."""
