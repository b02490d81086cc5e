"""Histograms of durations: the buckets of HdrHistogram, merged without loss."""

from __future__ import annotations

import json

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from harness.load.latencies import Latencies

MICROS = st.lists(st.integers(1, 3_599_000_000), min_size=1, max_size=50)
PARTS = (0.0, 0.5, 0.95, 0.99, 0.999, 1.0)


def counted(micros: list[int]) -> Latencies:
    """Return a histogram of some microseconds."""
    made = Latencies()
    for one in micros:
        made.add(one / 1_000_000)
    return made


@given(MICROS)
def test_buckets_are_those_of_hdrhistogram(micros: list[int]) -> None:
    """Each duration falls into the bucket that the library of that name puts it into."""
    theirs = HdrHistogram(1, 3_600_000_000, 3)
    for one in micros:
        theirs.record_value(one)
    recorded = {item.value_iterated_to: item.count_at_value_iterated_to for item in theirs.get_recorded_iterator()}
    assert {theirs.get_highest_equivalent_value(low): n for low, n in counted(micros).counts.items()} == recorded


@given(MICROS, MICROS)
def test_merging_equals_counting_together(one: list[int], other: list[int]) -> None:
    """Histograms of two workers give what one of a single worker gives, after a journey as JSON too."""
    merged = Latencies.from_json(json.loads(json.dumps(counted(one).to_json())))
    merged.merge(counted(other))
    assert merged == counted([*one, *other])


@given(MICROS)
def test_percentiles_err_upwards_by_a_thousandth_at_most(micros: list[int]) -> None:
    """A percentile is never better than it was, and hardly worse."""
    found = counted(micros)
    for part in PARTS:
        true = sorted(micros)[max(0, -int(-part * len(micros) // 1) - 1)] / 1_000_000
        assert true <= found.percentile(part) <= true * 1.001 + 1e-9


def test_longest_and_sum_are_exact() -> None:
    """No bucket rounds what was longest, nor the sum."""
    found = counted([1, 123_456_789])
    assert (found.longest, found.sum) == (123.456789, 123.45679)
    assert found.percentile(1.0) == 123.456789


def test_limit_that_is_reached_is_kept() -> None:
    """What equals a limit is within it, though its bucket reaches beyond; what is in a later bucket is not."""
    found = counted([50_000, 50_000, 50_100])
    assert [found.within(part, 0.05) for part in (0.5, 0.67)] == [True, False]
    assert found.percentile(0.5) > 0.05


def test_clock_that_runs_backwards_counts_as_no_time() -> None:
    """A duration is never negative."""
    found = Latencies()
    found.add(-1.0)
    assert (len(found), found.longest) == (1, 0.0)


def test_nothing_has_no_percentile() -> None:
    """Where nothing was counted there is nothing to tell."""
    with pytest.raises(ValueError, match="nothing was counted"):
        Latencies().percentile(0.5)


def test_several_become_one() -> None:
    """Any number of histograms can be put together, none gives an empty one."""
    assert len(Latencies.of([])) == 0
    assert Latencies.of([counted([5]), counted([7])]) == counted([5, 7])
    assert Latencies() != 0
