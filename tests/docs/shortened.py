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

SERVED = "DOCS_SERVED"
"""The variable with the endpoint that stands in for those of the pages."""

_LITTLE: Mapping[str, Sequence[str]] = {
    "load": ("--stations=5", "--duration=1s", "--rate=50/s", "--workers=1"),
    "explore": ("--for=1s",),
    "watch": ("--for=1s", "--listen=127.0.0.1:0"),
    "mutants": ("clock-hour-behind",),
    "variants": ("times-in-seconds", "--scenario=v16.core.heartbeat.*"),
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


def shortened(program: str, arguments: Sequence[str]) -> list[str]:
    """Return the arguments with what makes them quick; the last of an option that may be given once counts."""
    if program == "locust":
        return [*arguments, "--headless", "--users=2", "--run-time=1s", f"--host={os.environ[SERVED]}"]
    little = list(_LITTLE.get(arguments[0], ()))
    if arguments[0] == "run" and not any(one.startswith(_SELECTIONS) for one in arguments):
        little += ["--scenario=v16.*.boot.accepted"]
    if "--mode" in arguments:
        little += ["--scenario=v16.core.heartbeat.*"]
    if "--gate" in arguments and arguments[0] == "run":
        little += ["--scenario=v16.validation.Authorize.*"]  # which has an accuracy
    if "Resilience" in arguments:
        little += ["--scenario=v16.resilience.boot.answer-lost"]
    return [*(one for one in arguments if one not in _ENDLESS), *little]


def surroundings(command: Sequence[str]) -> dict[str, str]:
    """Return the environment, in which the target files of the pages lead to the central system that is there."""
    names = [one.partition("=")[2] or one for one in command]
    aimed = any(name.endswith(".toml") and name in names for name in map(str, Path().glob("*.toml")))
    known = {"PLUGFEST_CSMS_ENDPOINT": os.environ[SERVED]} if aimed and SERVED in os.environ else {}
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | known


def main() -> None:
    """Run the program of this name with its arguments; a lawful exit code is none."""
    program, *arguments = sys.argv[1:]
    name = program if program == "locust" else arguments[0]
    arguments = arguments if program == "pipx" else shortened(program, arguments)
    command, environment = [*found(program), *arguments], surroundings(arguments)
    if name not in _LAWFUL:
        os.execve(command[0], command, environment)  # so that it hears of Ctrl-C itself
    code = subprocess.run(command, env=environment, check=False).returncode
    sys.exit(0 if code in _LAWFUL[name] else code or 1)


def found(program: str) -> list[str]:
    """Return how to call a program: what pipx has installed, or else what these tests run with."""
    installed = Path(os.environ["PIPX_BIN_DIR"]) / program
    if installed.exists():
        return [str(installed)]
    return [str(Path(sys.executable).with_name(program))]


if __name__ == "__main__":
    main()
