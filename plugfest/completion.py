"""``plugfest completion``: what makes a shell complete commands, options and names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from plugfest import command

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that makes a shell complete what can be typed.

    bash: source it in ~/.bashrc. zsh: save it as _plugfest in a folder of $fpath. fish: save it as plugfest.fish in
    ~/.config/fish/completions.
    """
    kind = get_completion_class(shell)
    assert kind is not None, shell
    click.echo(kind(command.plugfest, {}, "plugfest", "_PLUGFEST_COMPLETE").source())
