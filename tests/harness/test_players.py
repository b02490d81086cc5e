"""What plays the charge point in a scenario."""

from __future__ import annotations

import pytest

from harness.players import Player, counterpart, player


@pytest.mark.parametrize(
    ("id", "played_by", "twin"),
    [
        ("v16.microocpp.boot.accepted", Player.MICROOCPP, "v16.simulated.boot.accepted"),
        ("v16.simulated.boot.accepted", Player.SIMULATED, None),
        ("v16.core.reset.hard", Player.SIMULATED, None),
    ],
)
def test_id_says_what_plays(id: str, played_by: Player, twin: str | None) -> None:
    """Real firmware stands in the id of what it plays, and has a simulated twin."""
    assert (player(id), counterpart(id)) == (played_by, twin)
