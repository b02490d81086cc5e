"""The command ``plugfest``; each subcommand is a module of its own, imported when it is called for."""

from __future__ import annotations

import importlib
import sys

import click
from click.shell_completion import CompletionItem

from harness import open_files
from harness.expected import ExpectationError
from harness.gates import GateError
from harness.record import RecordError
from harness.scenario import ScenarioError
from harness.selection import SelectionError
from harness.settings import SettingsError

WRONG_USAGE = 2
NOT_CARRIED_OUT = 3

_COMMANDS = (
    "init",
    "serve",
    "run",
    "load",
    "reproduce",
    "explore",
    "watch",
    "rehearse",
    "explain",
    "gate",
    "compare",
    "report",
    "badge",
    "package",
    "ci",
    "catalogue",
    "check-target",
    "mutants",
    "variants",
    "probe",
    "abilities",
    "completion",
    "judge",
    "redact",
    "replay",
    "doctor",
)


class _Commands(click.Group):
    """Finds a subcommand in the module of its name, so that none pays for what another imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a subcommand without importing any."""
        found = [CompletionItem(name) for name in _COMMANDS if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"plugfest.{name}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="plugfest")
def plugfest() -> None:
    """Test OCPP central systems: conformance, faults and load.

    Exit codes: 0 as expected, 1 news or a gate not met, 2 wrong usage or configuration, 3 the work could not be
    carried out.
    """
    open_files.allow_all()


def main() -> None:
    """Run the command line; trouble that a person can mend is told in one sentence."""
    try:
        plugfest(standalone_mode=False)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code if error.exit_code == NOT_CARRIED_OUT else WRONG_USAGE)
    except (SettingsError, ExpectationError, GateError, SelectionError, ScenarioError, RecordError) as error:
        click.echo(f"plugfest: {error}", err=True)
        sys.exit(WRONG_USAGE)
    except OSError as error:
        if error.filename is None:
            raise
        click.echo(f"plugfest: {error.filename}: {error.strerror}", err=True)
        sys.exit(NOT_CARRIED_OUT)
    except (click.Abort, KeyboardInterrupt):
        click.echo("plugfest: interrupted", err=True)
        sys.exit(NOT_CARRIED_OUT)
