"""How long a burst takes: the first messages of many stations, from the first to the last that is written.

    python -m benchmarks.load_burst [--stations 100] [--bursts 10]

Their messages are made ready before, so that what is left is one call of the operating system for each. The exit code
is 1 where the median of a hundred stations takes a millisecond or more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from harness.load.plan import Plan
from simulators.load.access import access
from simulators.load.run import null
from simulators.load.worker import Worker
from simulators.load.workload import of

EVERY = 0.5
GOAL_MS = 1.0
GOAL_FOR = 100


def bursts(stations: int, count: int) -> list[float]:
    """Return how many ms each of some bursts took."""
    written: list[float] = []
    write = os.write

    def timed(to: int, data: bytes) -> int:
        done = write(to, data)
        written.append(time.perf_counter())
        return done

    with TemporaryDirectory() as folder, null() as endpoint:
        path = Path(folder, "burst.toml")
        path.write_text(f'[burst]\nabout = "A burst."\nwithin = {EVERY}\nburst = {EVERY}\n', encoding="utf-8")
        duration = EVERY * (count + 3.5)  # the first ones find stations that are still booting
        plan = Plan(endpoint=endpoint, workload=str(path), stations=stations, duration=duration)
        played = Worker("1", plan, of(plan), access(plan), time.monotonic())
        for number in range(stations):
            played.enlist(number)
        with mock.patch("os.write", timed):
            played.over.wait()
        played.stop()
    together = [written[at : at + stations] for at in range(len(written) - count * stations, len(written), stations)]
    return [1000 * (each[-1] - each[0]) for each in together]


def main() -> int:
    """Show a table, and return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stations", type=int, default=GOAL_FOR)
    parser.add_argument("--bursts", type=int, default=10)
    options = parser.parse_args()
    took = bursts(options.stations, options.bursts)
    print("| stations | fastest | median | slowest |\n|---:|---:|---:|---:|")
    print(f"| {options.stations} | {min(took):.2f} ms | {statistics.median(took):.2f} ms | {max(took):.2f} ms |")
    return int(options.stations == GOAL_FOR and statistics.median(took) >= GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
