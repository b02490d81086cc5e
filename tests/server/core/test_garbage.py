"""The garbage collector of a process that serves: connections that live are left alone, ended ones are not kept."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from server.core.garbage import LEAST, Garbage


class Knot:
    """An object that only the garbage collector frees."""

    def __init__(self) -> None:
        self.itself = self


def knotted() -> weakref.ref[Knot]:
    """Return a reference to an object that was kept until it was old."""
    knot = Knot()
    gc.collect()
    return weakref.ref(knot)


async def test_young_garbage_is_collected() -> None:
    """What never was old is freed without a connection that ends."""
    with Garbage(lambda: 0).kept():
        knot = weakref.ref(Knot())
        assert [[] for _ in range(2 * gc.get_threshold()[0])]
        assert knot() is None


async def test_old_objects_are_left_alone() -> None:
    """However many objects come and stay, those that are old are not looked at."""
    with Garbage(lambda: 0).kept():
        knot = knotted()
        assert [[] for _ in range(200 * gc.get_threshold()[0])]
        assert knot() is not None


@pytest.mark.parametrize("live", [0, 2 * LEAST])
async def test_old_garbage_goes_with_its_connections(live: int) -> None:
    """Once more connections have ended than there are, what they left is freed, and the count begins anew."""
    garbage = Garbage(lambda: live)
    with garbage.kept():
        for _ in range(2):
            knot = knotted()
            for _ in range(max(LEAST, live)):
                garbage.ended()
            await asyncio.sleep(0)
            assert knot() is not None
            garbage.ended()
            await asyncio.sleep(0)
            assert knot() is None


async def test_another_process_is_not_meddled_with() -> None:
    """Where the central system is a part of something bigger, the collector is that one's own; so it is afterwards."""
    thresholds = gc.get_threshold()
    garbage = Garbage(lambda: 0)
    with garbage.kept():
        assert gc.get_threshold() != thresholds
    assert gc.get_threshold() == thresholds
    knot = knotted()
    for _ in range(2 * LEAST):
        garbage.ended()
    await asyncio.sleep(0)
    assert knot() is not None
