"""``plugfest explore``: sessions that nobody has written down, drawn by a seed, and held against what OCPP allows."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from harness.csms import DriverError
from harness.settings import Settings, load
from harness.trace import entry_line
from harness.verdict import Check
from plugfest import shared_options
from plugfest.command import NOT_CARRIED_OUT
from plugfest.quantities import Duration
from plugfest.targets import target_of
from scenarios.exploration.explorer import AGAIN, Counterexample, Explored, Explorer
from scenarios.exploration.session import Played, Unreached
from scenarios.exploration.steps import FORMS, Place, parse, written
from scenarios.stage.driver import driver_of

MEMORY = "/dev/shm"  # noqa: S108 - a folder of its own is made there
"""A file system in memory, on which many sessions are played in the time of a few."""


SHOWN = {Place.SYSTEM: "", Place.STATION: "A", Place.CONNECTOR: "A.1", Place.ANY: "A.0"}
"""How the place of a step is shown; stations are A and B, connectors 1 and 2, and 0 is all of them."""


class NotExplored(click.ClickException):
    """A target that could not be explored."""

    exit_code = NOT_CARRIED_OUT


@click.command()
@shared_options.target
@shared_options.endpoint
@shared_options.mutant
@click.option("--seed", type=int, default=0, show_default=True, help="What all chance follows from.")
@click.option("--for", "seconds", type=Duration(), default="60s", show_default=True, help="How long: 90s, 5m, 1h.")
@click.option("--first", is_flag=True, help="End with the first counterexample.")
@click.option("--strict", is_flag=True, help="Count what is only recommended as well.")
@click.option("--replay", metavar="STEPS", help="Play these steps instead, or those of a file: @FILE.")
@click.option(
    "--steps",
    "listing",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _, wanted: _list(ctx, wanted),
    help="List the steps that there are, and leave.",
)
@shared_options.out_of("Folder for what was found, and the traces of it.")
def explore(
    target: Path | None,
    endpoint: str | None,
    mutant: str | None,
    seed: int,
    seconds: float,
    first: bool,
    strict: bool,
    replay: str | None,
    out: Path | None,
) -> None:
    """Draw sessions of station actions, operator actions and faults, and play them for a while.

    What the central system may not do (exit code 1) is told as a session of few steps, to be played again.
    """
    steps = None if replay is None else parse(_text(replay))
    with in_memory(load(target_of(target, endpoint), endpoint=endpoint)) as settings:
        driver = driver_of(settings, mutant)
        explorer = Explorer(settings, driver, seed=seed, seconds=seconds, strict=strict, first=first, begun=_begun)
        try:
            explored = asyncio.run(explorer.explore() if steps is None else explorer.replay(steps))
        except (Unreached, DriverError) as error:
            raise NotExplored(str(error)) from None
    options = {"--target": target, "--endpoint": endpoint, "--mutant": mutant, "--strict": strict or None}
    telling = Telling(explored, settings.csms.name, seed, _command(options))
    click.echo("\n".join(telling.lines()))
    if out is not None:
        telling.write(out)
    sys.exit(1 if explored.counterexamples else NOT_CARRIED_OUT if explored.interrupted else 0)


def _begun() -> None:
    """Say that the target is there, for a while nothing else is said."""
    click.echo("exploring; Ctrl-C ends it", err=True)


def _list(ctx: click.Context, wanted: bool) -> None:
    """Print how each step is written, the plainest of its words first."""
    if not wanted or ctx.resilient_parsing:
        return
    for verb, form in FORMS.items():
        words = " ".join("|".join(word for word in among if word) for among in form.choices)
        click.echo(f"{verb.value} {SHOWN[form.place]} {words}".strip())
        click.echo(f"    {form.meaning}")
    ctx.exit()


@contextmanager
def in_memory(settings: Settings) -> Iterator[Settings]:
    """Yield settings with which the reference in this process has its database in memory, where there is room."""
    reference = settings.driver.get("reference", {})
    if settings.csms.driver != "reference" or "database" in reference or not os.access(MEMORY, os.W_OK):
        yield settings
        return
    with TemporaryDirectory(prefix="plugfest-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        served = {**reference, "database": f"{folder}/reference.sqlite3"}
        yield settings.model_copy(update={"driver": {**settings.driver, "reference": served}})


def _text(replay: str) -> str:
    """Return the steps that an option holds, or names the file of."""
    if not replay.startswith("@"):
        return replay
    try:
        return Path(replay[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"--replay: {replay[1:]} cannot be read: {getattr(error, 'strerror', error)}") from None


def _command(options: dict[str, Any]) -> str:
    """Return the command that explored, with the options that have a value."""
    given = [(name, value) for name, value in options.items() if value is not None]
    words = [word for name, value in given for word in ((name,) if value is True else (name, str(value)))]
    return shlex.join(["plugfest", "explore", *words])


@dataclass(frozen=True, slots=True)
class Telling:
    """What came of exploring, as it is told; ``command`` explores the same target again."""

    explored: Explored
    target: str
    seed: int
    command: str

    def lines(self) -> Iterator[str]:
        """Yield it for a person."""
        done = self.explored
        for number, one in enumerate(done.counterexamples, 1):
            yield from self._counterexample(number, one)
        for check, played in done.remarks.values():
            yield f"remark: {check.clause}: expected {check.expected}, observed {check.observed[:300]}"
            yield f"  {self.again(played)}"
        missing = [verb.value for verb in FORMS if verb not in done.verbs]
        if missing:
            yield f"not drawn, for want of the driver or a feature profile: {', '.join(missing)}"
        if done.unknown:
            yield f"{done.unknown} sessions ended early, for a reason that is not the central system's"
        if done.interrupted:
            yield "interrupted"
        found = len(done.counterexamples)
        yield (
            f"{done.sessions} sessions of {done.steps} steps in {done.seconds:.0f} s against {self.target}, seed "
            f"{self.seed}: {found or 'no'} counterexample{'' if found == 1 else 's'}, {len(done.remarks)} remarks"
        )

    def again(self, played: Played) -> str:
        """Return the command that plays a session again."""
        return f"{self.command} --replay {shlex.quote(written(played.steps))}"

    def _counterexample(self, number: int, one: Counterexample) -> Iterator[str]:
        check, played = one.check, one.played
        yield f"counterexample {number}: {check.clause}"
        yield f"  expected  {check.expected}"
        yield f"  observed  {check.observed[:1000]}"
        yield f"  found in session {one.session} of seed {self.seed}; it showed again {one.shown} of {AGAIN} times"
        for index, step in enumerate(played.steps, 1):
            yield f"  {index:3}  {step!s:40}  {FORMS[step.verb].meaning}"
        for entry in played.trace:
            mark = ">" if entry.index == check.evidence else " "
            yield f" {mark}{entry_line(entry.to_json())}"
        yield f"  again: {self.again(played)}"

    def write(self, out: Path) -> None:
        """Write it into a folder: ``explore.json``, and a trace for each counterexample."""
        (out / "traces").mkdir(parents=True, exist_ok=True)
        found = []
        for number, one in enumerate(self.explored.counterexamples, 1):
            name = f"traces/counterexample-{number}.jsonl"
            (out / name).write_text("".join(f"{line}\n" for line in one.played.trace.lines()), encoding="utf-8")
            found.append(
                {**_flat(one.check, one.played.steps), "session": one.session, "shown": one.shown, "trace": name}
            )
        remarks = [_flat(check, played.steps) for check, played in self.explored.remarks.values()]
        done = self.explored
        members = {"target": self.target, "seed": self.seed, "sessions": done.sessions, "steps": done.steps}
        members |= {"seconds": done.seconds, "interrupted": done.interrupted, "verbs": [*done.verbs]}
        told = {**members, "counterexamples": found, "remarks": remarks}
        (out / "explore.json").write_text(json.dumps(told, ensure_ascii=False, indent=2), encoding="utf-8")


def _flat(check: Check, steps: Sequence[Any]) -> dict[str, Any]:
    return {
        "clause": check.clause,
        "level": check.level.value,
        "expected": check.expected,
        "observed": check.observed,
        "evidence": check.evidence,
        "steps": written(steps),
    }
