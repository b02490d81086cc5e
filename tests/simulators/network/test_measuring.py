"""What a condition adds by itself is measured without any central system."""

from __future__ import annotations

import pytest

from simulators.network.conditions import Condition, Phase
from simulators.network.finding import Source
from simulators.network.measuring import PINGS, pings
from simulators.network.toxics import Latency


async def test_pings_take_what_the_condition_adds(source: Source) -> None:
    """Each state in which connections live is measured, an outage is not."""
    slow, down = Phase(lasts=(1, 1), toxics=(Latency(latency=50),)), Phase(lasts=(1, 1), down=True)
    quick = Phase(lasts=(1, 1))
    times = await pings(source, Condition(name="x", about="", phases=(slow, down, quick)))
    assert len(times) == 2 * PINGS
    assert min(times[:PINGS]) == pytest.approx(0.1, rel=0.1)
    assert min(times[PINGS:]) < 0.02
