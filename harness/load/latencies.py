"""Durations in the buckets of an HDR histogram, kept sparsely: counting is cheap, and merging loses nothing.

The buckets are those of HdrHistogram with three significant digits, counting microseconds. Most seconds of most
actions touch some dozens of its 23,000 buckets, so that only those that hold something are kept: a load run has two
histograms for each action of each second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Self

_BITS = 11
"""Bits of a duration that are told apart: 2,048 steps, which three significant digits need."""

_MICRO = 1_000_000


class Latencies:
    """How often each duration occurred; durations go in and come out in seconds."""

    __slots__ = ("_counts", "_longest", "_sum")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._longest = 0
        self._sum = 0

    def __len__(self) -> int:
        return sum(self._counts.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Latencies) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def add(self, seconds: float) -> None:
        """Count one duration; a clock that seems to run backwards makes it 0."""
        micros = round(seconds * _MICRO) if seconds > 0 else 0
        shift = micros.bit_length() - _BITS
        bucket = micros >> shift << shift if shift > 0 else micros
        self._counts[bucket] = self._counts.get(bucket, 0) + 1
        self._sum += micros
        if micros > self._longest:
            self._longest = micros

    def merge(self, other: Latencies) -> None:
        """Add what another has counted."""
        for bucket, count in other._counts.items():
            self._counts[bucket] = self._counts.get(bucket, 0) + count
        self._longest = max(self._longest, other._longest)
        self._sum += other._sum

    @classmethod
    def of(cls, several: Iterable[Latencies]) -> Self:
        """Return all that several have counted."""
        merged = cls()
        for one in several:
            merged.merge(one)
        return merged

    @property
    def longest(self) -> float:
        """The longest duration, exactly; 0 where nothing was counted."""
        return self._longest / _MICRO

    @property
    def sum(self) -> float:
        """All durations together."""
        return self._sum / _MICRO

    def percentile(self, part: float) -> float:
        """Return the smallest duration that ``part`` of all, 0 to 1, do not exceed; it errs upwards by 0.1 % at most.

        There is at least one.
        """
        return min(_highest(self._bucket(part)), self._longest) / _MICRO

    def within(self, part: float, seconds: float) -> bool:
        """Whether ``part`` of all, 0 to 1, were not longer than so many seconds, as far as buckets tell them apart."""
        return self._bucket(part) <= round(seconds * _MICRO)

    def _bucket(self, part: float) -> int:
        rank = max(1, math.ceil(part * len(self) - 1e-9))
        reached = 0
        for bucket in sorted(self._counts):
            reached += self._counts[bucket]
            if reached >= rank:
                return bucket
        raise ValueError("nothing was counted")

    def to_json(self) -> list[Any]:
        """Return the longest, the sum, and pairs of bucket and count, all in microseconds."""
        return [self._longest, self._sum, *(number for pair in sorted(self._counts.items()) for number in pair)]

    @classmethod
    def from_json(cls, numbers: list[Any]) -> Self:
        """Return what ``to_json`` has told."""
        made = cls()
        made._longest, made._sum, *pairs = numbers
        made._counts = dict(zip(pairs[::2], pairs[1::2], strict=True))
        return made

    @property
    def counts(self) -> Mapping[int, int]:
        """How many fell into the bucket that begins at so many microseconds."""
        return self._counts


def _highest(bucket: int) -> int:
    """Return the longest duration of a bucket."""
    return bucket + (1 << max(0, bucket.bit_length() - _BITS)) - 1
