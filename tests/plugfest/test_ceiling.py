"""The search for the ceiling: what it finds of central systems that give in, and that it can be trusted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plugfest.ceiling import MOST_RUNS, PRECISION, REPEATS, Ceiling, Step, find_ceiling


def step(rate: float, code: int) -> Step:
    """Return a run at a rate."""
    return Step(rate, code, "p99 200.0 ms" if code else "", rate, rate / 10_000)


def holding(limit: float, code: int = 1) -> Callable[[float], Step]:
    """Return a central system that holds up to a rate."""
    return lambda rate: step(rate, code if rate > limit else 0)


@pytest.mark.parametrize("limit", [50.0, 100.0, 730.0, 18_000.0])
def test_ceiling_is_narrowed_down(limit: float) -> None:
    """Whatever the first rate is, what is found is less than a twentieth below the limit, and is tried again."""
    found = find_ceiling(100.0, holding(limit))
    assert found.held is not None
    assert found.broke is not None
    assert found.held <= limit < found.broke
    assert found.broke - found.held <= PRECISION * found.broke
    assert sum(one.rate == found.held for one in found.steps) == 1 + REPEATS


def test_search_is_repeatable() -> None:
    """The same central system gives the same ceiling by the same steps."""
    assert find_ceiling(100.0, holding(730.0)) == find_ceiling(100.0, holding(730.0))


def test_lucky_run_is_no_ceiling() -> None:
    """A rate that held once and does not hold again is given up for a lower one."""
    tried: list[float] = []

    def once(rate: float) -> Step:
        tried.append(rate)
        return step(rate, 1 if rate > 800 or (rate > 600 and tried.count(rate) > 1) else 0)

    found = find_ceiling(100.0, once)
    assert found.held is not None
    assert 550 < found.held <= 600
    assert found.noise == (found.held / 10_000, found.held / 10_000)
    assert str(found).startswith(f"ceiling: {found.held:g}/s held in 3 of 3 runs, and ")


def test_generator_that_gives_in_first() -> None:
    """Where the generator was in the way, the ceiling is at least what was held."""
    found = find_ceiling(100.0, holding(730.0, code=3))
    assert found.bounded_by_generator
    assert str(found).startswith("ceiling: at least ")


def test_central_system_that_holds_nothing() -> None:
    """A central system that breaks at any rate has no ceiling; the search ends."""
    found = find_ceiling(100.0, holding(0.0))
    assert (found.held, str(found).startswith("no rate held")) == (None, True)


def test_search_ends() -> None:
    """However high a central system goes, the search is bounded."""
    found = find_ceiling(100.0, holding(float("inf")))
    assert (len(found.steps), found.broke) == (MOST_RUNS, None)
    assert str(found).startswith("ceiling: at least ")


def test_search_that_is_interrupted() -> None:
    """Ctrl-C ends the search with what held until then, as a lower bound."""

    def interrupted(rate: float) -> Step:
        if rate > 300:
            raise KeyboardInterrupt
        return step(rate, 0)

    found = find_ceiling(100.0, interrupted)
    assert str(found) == "ceiling: at least 200/s held in 1 of 1 runs; p99 20.0 to 20.0 ms"


def test_nothing_measured() -> None:
    """Without any step there is nothing to tell."""
    assert str(Ceiling(None, None, ())) == "nothing was measured"
