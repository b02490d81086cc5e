"""How long a run takes: scenarios one at a time beside many at once, against systems that answer and that do not.

Run with ``python -m benchmarks.side_by_side``. The sample is played both ways, so that the ratio is of one run on one
machine, and its verdicts must be the same; the whole suite is played many at once only, and has a goal in seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import record

PLUGFEST = (sys.executable, "-c", "from plugfest.command import main; main()")
SAMPLE = tuple(
    f"--scenario={glob}" for glob in ("v16.validation.Authorize.*", "v16.core.authorize.*", "v16.core.boot.*")
)
ONE_AT_A_TIME = ("-n1", "--at-once=1")


@dataclass(frozen=True, slots=True)
class Target:
    """What is played against: the options that name it, and the goal for the whole suite in seconds."""

    name: str
    options: tuple[str, ...]
    goal: float


@dataclass(frozen=True, slots=True)
class Played:
    """How long one run took, and what it said of each scenario.

    ``playing`` are the seconds of its record; ``seconds`` have the start of the processes and the documents besides.
    """

    seconds: float
    playing: float
    verdicts: Mapping[str, str]


def play(*options: str) -> Played:
    """Play scenarios in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        subprocess.run([*PLUGFEST, "run", f"--out={folder}", *options], stdout=subprocess.DEVNULL, check=False)
        seconds = time.monotonic() - began
        run = record.read(Path(folder) / "run.jsonl")
    assert run.footer is not None
    return Played(seconds, run.footer.seconds, {result.id: result.verdict.value for result in run.results})


@contextmanager
def served(folder: Path) -> Iterator[Path]:
    """Serve the reference in a process of its own, and yield the target file that drives it."""
    target = folder / "target.toml"
    ports = ["--port=0", "--operator-port=0", "--tls-port=0", "--mutual-tls-port=0"]
    options = [*ports, "--log=off", f"--database={folder / 'served.sqlite3'}", f"--write-target={target}"]
    with subprocess.Popen([*PLUGFEST, "serve", *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        json.loads(process.stdout.readline())
        yield target
        process.terminate()


def compare(targets: Sequence[Target], *, whole: bool) -> bool:
    """Print a row for each target; return whether verdicts agree and all goals are met."""
    columns = f"{'target':<30} {'one at a time':>14} {'at once':>9} {'ratio':>6} {'verdicts':>10}"
    print(columns + (f" {'whole suite':>12} {'goal':>6}" if whole else ""))
    good = True
    for target in targets:
        single = play(*target.options, *SAMPLE, *ONE_AT_A_TIME)
        many = play(*target.options, *SAMPLE, "-n1")
        same = single.verdicts == many.verdicts
        row = (
            f"{target.name:<30} {single.seconds:>12.1f} s {many.seconds:>7.1f} s {single.seconds / many.seconds:>6.1f}"
        )
        row += f" {'the same' if same else 'differ':>10}"
        good = good and same
        if whole:
            seconds = play(*target.options).seconds
            row += f" {seconds:>10.1f} s {target.goal:>4.0f} s"
            good = good and seconds <= target.goal
        print(row, flush=True)
    return good


def main() -> None:
    """Print the table; exit code 1 where verdicts differ or a goal is not met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample-only", action="store_true", help="leave the whole suite out")
    whole = not parser.parse_args().sample_only
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as target:
        targets = [
            Target("reference in process", (), 12),
            Target("reference in another process", (f"--target={target}",), 40),
            Target("answers no refused CALL", ("--mutant=refusals-unanswered",), 120),
            Target("answers nothing", ("--mutant=nothing-answered",), 120),
        ]
        sys.exit(0 if compare(targets, whole=whole) else 1)


if __name__ == "__main__":
    main()
