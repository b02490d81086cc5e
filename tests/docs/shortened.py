"""A command of a page, run in little: fewer scenarios and stations, less time, and a central system that is there.

What a page shows is for a central system of the reader's, and may take an hour. Everything else is as it stands there:
the command, its options, and the files that it names.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.docs.pages import ROOT

SERVED = "DOCS_SERVED"
"""The variable with the endpoint that stands in for those of the pages."""

_LITTLE: Mapping[str, Sequence[str]] = {
    "load": ("--stations=5", "--duration=1s", "--rate=50/s", "--workers=1"),
    "explore": ("--for=1s",),
    "watch": ("--for=1s", "--listen=127.0.0.1:0"),
    "mutants": ("heartbeat-clock-wrong",),
    "variants": ("times-in-seconds", "--scenario=v16.core.heartbeat.*"),
    "locust": ("--headless", "--users=2", "--run-time=1s", "--loglevel=WARNING"),
}
_SELECTIONS = ("--scenario", "--octt", "--requirement", "--profile", "--mode")

_ENDLESS = frozenset({"--find-ceiling"})
"""Options that make many runs of one."""

_LAWFUL: Mapping[str, frozenset[int]] = {
    "load": frozenset({0, 1, 3}),  # how fast this machine is
    "gate": frozenset({0, 1, 3}),
    "locust": frozenset({0, 1}),
    "watch": frozenset({3}),  # no station came
}
"""Exit codes of commands that depend on more than their being shown rightly; of all others it is 0."""


def shortened(command: Sequence[str]) -> list[str]:
    """Return the arguments with what makes them quick; the last of an option that may be given once counts."""
    name, *rest = command
    little = list(_LITTLE.get(name, ()))
    if name == "run" and not any(one.startswith(_SELECTIONS) for one in rest):
        little += ["--scenario=v16.*.boot.accepted"]
    if "--gate" in rest and name == "run":
        little += ["--scenario=v16.validation.Authorize.*"]  # which has an accuracy
    if "Resilience" in rest:
        little += ["--scenario=v16.resilience.boot.answer-lost"]
    return [*(one for one in command if one not in _ENDLESS), *little]


def surroundings(command: Sequence[str]) -> dict[str, str]:
    """Return the environment, in which the target files of the pages lead to the central system that is there."""
    names = [one.partition("=")[2] or one for one in command]
    aimed = any(name.endswith(".toml") and name in names for name in map(str, Path().glob("*.toml")))
    known = {"PLUGFEST_CSMS_ENDPOINT": os.environ[SERVED]} if aimed and SERVED in os.environ else {}
    return {**os.environ, **known}


def main() -> None:
    """Run the program of this name with its arguments; a lawful exit code is none."""
    program, *arguments = sys.argv[1:]
    if program == "locust":
        name, arguments = program, [one.replace("path/to/plugfest", str(ROOT)) for one in arguments]
        arguments = [*shortened([name, *arguments])[1:], f"--host={os.environ[SERVED]}"]
    else:
        name = arguments[0]
        arguments = shortened(arguments)
    real = [sys.executable, "-m", "locust"] if program == "locust" else [str(Path(sys.executable).with_name(program))]
    environment = surroundings(arguments)
    if name not in _LAWFUL:
        os.execve(real[0], [*real, *arguments], environment)  # so that it hears of Ctrl-C itself
    code = subprocess.run([*real, *arguments], env=environment, check=False).returncode
    sys.exit(0 if code in _LAWFUL[name] else code or 1)


if __name__ == "__main__":
    main()
