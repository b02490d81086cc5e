"""``plugfest run --watch``: what a change touches is played again, each time in a fresh process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Collection, Iterator, Sequence
from multiprocessing.context import SpawnProcess
from pathlib import Path

import click
from watchfiles import Change, watch

from harness.settings import Settings, load
from plugfest.command import WRONG_USAGE, main
from plugfest.play import ROOT
from plugfest.proof import end_with_parent
from plugfest.targets import target_of

WATCHED = ("harness", "scenarios", "server", "simulators")
"""The packages of which a change may alter a verdict."""

FLAG = "--watch"

_HEEDED = (".py", ".toml", ".json")
_PATIENCE = 30
"""Seconds that a play has for an orderly end."""


def play_again(target: Path | None, endpoint: str | None) -> None:
    """Play what this process was asked for, and again what each change touches, until Ctrl-C.

    What is under way when something changes is played to its end. Raises SettingsError, and UsageError where a person
    operates the target.
    """
    files = _files(load(target_of(target, endpoint), endpoint=endpoint))
    arguments = [one for one in sys.argv[1:] if one != FLAG]
    click.echo("what a change touches is played again, until Ctrl-C", err=True)
    changed: set[Path] | None = None  # nothing yet: all is played
    playing = _started(arguments)
    try:
        for changes in watch(*_folders(files), watch_filter=lambda _, path: heeded(path, files), recursive=False):
            playing.join()
            new = _paths(changes)
            if playing.exitcode != WRONG_USAGE:
                changed = new
            elif changed is not None:  # nothing was played, for what has changed was wrong
                changed |= new
            click.echo(f"\nchanged: {', '.join(sorted(map(_short, new)))}", err=True)
            playing = _started([*arguments, *(f"--touched={path}" for path in sorted(changed or ()))])
    except KeyboardInterrupt:
        click.echo("plugfest: no longer watching", err=True)
    finally:
        _end(playing)


def heeded(path: str, files: Collection[Path]) -> bool:
    """Whether a change of a file counts: it is a module or a table of the suite, or one of ``files``."""
    one = Path(path)
    return one in files or (one.suffix in _HEEDED and any(one.is_relative_to(ROOT / name) for name in WATCHED))


def _files(settings: Settings) -> Collection[Path]:
    """Return what a target consists of: its file, its list of expected verdicts, the file of its driver."""
    if settings.csms.driver == "manual":
        raise click.UsageError(f"{FLAG} plays without asking anybody; a person operates {settings.csms.name}")
    driver, _, _ = settings.csms.driver.rpartition(":")
    named = [settings.csms.expected, Path(driver) if driver.endswith(".py") else None]
    found = [settings.path, *(settings.resolve(one) for one in named if one is not None)]
    return [one.resolve() for one in found if one is not None]


def _folders(files: Collection[Path]) -> Iterator[Path]:
    """Yield the folders that are watched; each by itself, for beside a target file there may be a whole disk."""
    for name in WATCHED:
        yield ROOT / name
        yield from (one for one in (ROOT / name).rglob("*/") if one.name != "__pycache__")
    yield from {one.parent for one in files}


def _paths(changes: Collection[tuple[Change, str]]) -> set[Path]:
    return {Path(path) for _, path in changes}


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _started(arguments: Sequence[str]) -> SpawnProcess:
    process = multiprocessing.get_context("spawn").Process(target=_play, args=(arguments,))
    process.start()
    return process


def _play(arguments: Sequence[str]) -> None:
    """Run the command line in this process, which is interrupted by the one that watches, and ends with it."""
    end_with_parent()
    if hasattr(os, "setpgrp"):
        os.setpgrp()
    sys.argv[1:] = arguments
    main()


def _end(playing: SpawnProcess) -> None:
    """Interrupt a play as Ctrl-C does, so that its record is kept, and see that it ends."""
    if playing.pid is not None and playing.is_alive():
        os.kill(playing.pid, signal.SIGINT)
    playing.join(_PATIENCE)
    playing.kill()
    playing.join()
