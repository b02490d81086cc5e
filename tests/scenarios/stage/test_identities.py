"""Identities: fresh, or listed and lent to one scenario at a time."""

from __future__ import annotations

import asyncio

import pytest

from harness.settings import Settings, StationsSection
from harness.verdict import Inconclusive
from scenarios.stage.identities import Identities


def listed(*identities: str) -> Settings:
    """Return the settings of a target that lists identities."""
    return Settings(stations=StationsSection(identities=identities))


async def borrow(identities: Identities, count: int, *, several: bool = False) -> list[str]:
    """Take identities for one scenario, let others have a turn, and give them back."""
    async with asyncio.timeout(5), identities.loan(several=several) as loan:
        taken = []
        for _ in range(count):
            taken.append(await loan.take())
            await asyncio.sleep(0)
        return taken


async def test_identities_are_made_up_where_none_are_listed() -> None:
    """Each is new, and begins with the prefix of the target file."""
    taken = await borrow(Identities(Settings(stations=StationsSection(prefix="ACME"))), 3)
    assert len(set(taken)) == 3
    assert all(identity.startswith("ACME-") for identity in taken)


async def test_acts_share_no_identity() -> None:
    """The listed identities are dealt out."""
    settings = listed("A", "B", "C")
    assert await borrow(Identities(settings, 0, 2), 2) == ["A", "C"]
    assert await borrow(Identities(settings, 1, 2), 1) == ["B"]


async def test_listed_identity_is_used_by_one_scenario_at_a_time() -> None:
    """Who comes second waits until the first is through."""
    identities = Identities(listed("A"))
    async with identities.loan(several=False) as loan:
        assert await loan.take() == "A"
        second = asyncio.create_task(borrow(identities, 1))
        await asyncio.sleep(0.01)
        assert not second.done()
    assert await second == ["A"]


async def test_scenarios_that_take_two_do_not_wait_for_each_other_for_ever() -> None:
    """Neither holds one identity while the other holds the other."""
    identities = Identities(listed("A", "B"))
    taken = await asyncio.gather(*(borrow(identities, 2, several=True) for _ in range(4)), borrow(identities, 1))
    assert [len(set(each)) for each in taken] == [2, 2, 2, 2, 1]


@pytest.mark.parametrize(("number", "count"), [(0, 2), (1, 1)])
async def test_scenario_that_needs_more_than_are_listed_is_inconclusive(number: int, count: int) -> None:
    """It does not wait for what nobody can give back."""
    with pytest.raises(Inconclusive, match="list more"):
        await borrow(Identities(listed("A"), number, 2), count, several=True)
