"""The options of the central system on a command line, and the work of the command that serves it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from server.core.settings import ABOUT, ENVIRONMENT_PREFIX, ServerSettings, SettingsError
from server.core.store import StoreError
from server.mutants import MUTANTS
from server.registry import UnknownName
from server.serving import Ready, serve
from server.variants import VARIANTS

Function = TypeVar("Function", bound=Callable[..., Any])


class NotServing(click.ClickException):
    """Serving failed for a reason that no other setting would have avoided for sure: exit 3."""

    exit_code = 3


_FLAGS = frozenset({"accept_unknown", "accept_unknown_tags"})


def options(function: Function) -> Function:
    """Decorate a click command with one option per setting; each also reads its variable."""
    for name, (help, _) in reversed(tuple(ABOUT.items())):
        option = f"--{name.replace('_', '-')}"
        text = f"{help} [{ENVIRONMENT_PREFIX}{name.upper()}]"
        if name in _FLAGS:
            function = click.option(option, name, is_flag=True, default=None, help=text)(function)
        else:
            function = click.option(option, name, metavar="VALUE", help=text)(function)
    return function


def run(flags: dict[str, Any], also: Callable[[Ready], None] | None = None) -> None:
    """Serve with the settings of the environment and ``flags`` until a signal comes.

    Prints one JSON line when it listens, after calling ``also``; ``mutant`` or ``variant`` "list" prints those that
    there are instead. Raises click.UsageError (exit 2) for settings that cannot be used, NotServing (exit 3) where
    serving fails.
    """
    for option, registry in (("mutant", MUTANTS), ("variant", VARIANTS)):
        if flags.get(option) == "list":
            click.echo(registry.listing())
            return

    def on_ready(ready: Ready) -> None:
        if also is not None:
            also(ready)
        where = {"endpoint": ready.endpoint, "operator": ready.operator}
        authority = {} if ready.authority is None else {"authority": str(ready.authority.absolute())}
        click.echo(json.dumps({"ready": True, **where, **authority}))

    try:
        settings = ServerSettings.load(**flags)
        asyncio.run(serve(settings, on_ready))
    except (SettingsError, UnknownName) as error:
        raise click.UsageError(str(error)) from None
    except (StoreError, OSError) as error:
        raise NotServing(f"the central system does not start: {error}") from None
