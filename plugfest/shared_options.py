"""Options that several commands have, in the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from plugfest import completing
from plugfest.output import new_folder
from plugfest.targets import target_of, write_target
from server.registry import UnknownName
from server.variants import VARIANTS, Variant

Command = TypeVar("Command", bound=Callable[..., Any])


def _selecting(option: str, name: str, completer: completing.Completer, metavar: str, of: str) -> Callable[..., Any]:
    """Return an option, to be given as often as needed, that leaves only some scenarios."""
    text = f"Only scenarios {of}."
    return click.option(option, name, shell_complete=completer, metavar=metavar, multiple=True, help=text)


scenarios = _selecting("--scenario", "ids", completing.scenarios, "GLOB", "whose id matches")

_SELECTING = (
    scenarios,
    _selecting("--octt", "octt", completing.cases, "ID", "of this certification case"),
    _selecting("--requirement", "requirements", completing.wanted, "ID", "of this requirement"),
    _selecting("--profile", "profiles", completing.profiles, "NAME", "of this profile"),
    _selecting("--version", "versions", completing.versions, "NAME", "of this OCPP version"),
)


def selecting(command: Command) -> Command:
    """Decorate a command with the options that leave only some scenarios, such as those of a case or a profile."""
    for option in reversed(_SELECTING):
        command = option(command)
    return command


target = click.option(
    "--target", type=click.Path(path_type=Path), help="Target file; without one, the bundled reference."
)
endpoint = click.option(
    "--endpoint", metavar="URL", help="Where stations connect, in place of the target file's endpoint."
)
mutant = click.option(
    "--mutant",
    shell_complete=completing.mutants,
    metavar="NAME",
    help="Give the bundled reference this defect; see plugfest catalogue.",
)
variant = click.option(
    "--variant",
    shell_complete=completing.variants,
    metavar="NAME",
    help="Give the bundled reference this lawful habit; see plugfest variants.",
)


def out_of(text: str) -> Callable[..., Any]:
    """Return the option for the folder of what a command writes."""
    return click.option("--out", type=click.Path(path_type=Path, file_okay=False, writable=True), help=text)


out = out_of("Folder for the results; out/<time> unless given.")


def aimed(
    target: Path | None, endpoint: str | None, mutant: str | None, variant: str | None, out: Path | None
) -> tuple[Path, Path | None]:
    """Return the target file that options choose, and the folder of the results if that is settled.

    A variant has its target file written there. Raises UsageError for what does not go together, or is unknown.
    """
    if variant is None:
        return target_of(target, endpoint), out
    if (target, endpoint, mutant) != (None, None, None):
        raise click.UsageError("--variant goes with the bundled reference, without --target, --endpoint and --mutant")
    habit = _variant(variant)
    out = out or new_folder()
    return write_target(habit, out), out


def _variant(name: str) -> Variant:
    try:
        return VARIANTS.find(name)
    except UnknownName as error:
        raise click.UsageError(str(error)) from None
