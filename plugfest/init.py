"""``plugfest init``: writes a target file, by asking on a terminal or from its options."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from harness.settings import SettingsError, load
from harness.verdict import Inconclusive
from plugfest.probe import STATION, trusting
from plugfest.targets.products import PRODUCTS
from simulators.manners import Manners
from simulators.observer import Observer

FILE = Path("target.toml")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=FILE)
@click.option(
    "--product", type=click.Choice(list(PRODUCTS)), help="Who operates it: nobody, an HTTP API, or a product."
)
@click.option("--name", help="What reports call it.")
@click.option("--endpoint", metavar="URL", help="Where stations connect, such as ws://localhost:9000/ocpp.")
@click.option("--base-url", metavar="URL", help="Where its API is, such as http://localhost:8080/api.")
@click.option("--identities", metavar="LIST", help="Stations that it knows, separated by commas.")
@click.option("--look", is_flag=True, help="Look at the system first, as plugfest probe does, and write what follows.")
@click.option("--force", is_flag=True, help="Overwrite the file where there is one.")
def init(
    file: Path,
    product: str | None,
    name: str | None,
    endpoint: str | None,
    base_url: str | None,
    identities: str | None,
    look: bool,
    force: bool,
) -> None:
    """Write a target file; on a terminal, ask for what the options leave open."""
    _demand_free(file, force)
    asking = _terminal()
    if product is None:
        product = _asked("What operates it", "none", click.Choice(list(PRODUCTS))) if asking else "none"
    chosen = PRODUCTS[product]
    endpoint = _given(endpoint, "Where do stations connect", chosen.endpoint, "--endpoint", asking)
    if chosen.operated:
        base_url = _given(base_url, "Where is its API", chosen.base_url, "--base-url", asking)
    elif base_url is not None:
        raise click.UsageError("--base-url goes with --product, which says how the API is used")
    if asking and name is None:
        name = _asked("What is it called", chosen.name)
    if asking and identities is None:
        identities = _asked("Which stations does it know (separated by commas; none: they are made up)", "")
    listed = [one for part in (identities or "").split(",") if (one := part.strip())]
    render = partial(chosen.render, name=name or chosen.name, endpoint=endpoint, base_url=base_url, identities=listed)
    _check(file, render())
    if look or (asking and click.confirm("Look at it now", default=True)):
        render = partial(render, seen=_seen(endpoint, listed))
    _write(file, render())
    click.echo(f"{file} is written; try it with: plugfest check-target {file}")


def _demand_free(file: Path, force: bool) -> None:
    if file.exists() and not force:
        raise click.UsageError(f"{file} is there already; name another file, or overwrite it with --force")
    if not file.parent.is_dir():
        raise click.UsageError(f"{file}: there is no folder {file.parent}")


def _seen(endpoint: str, identities: Sequence[str]) -> Mapping[str, Mapping[str, Any]] | None:
    """Return what a look at the system tells for its target file, None where nobody answers."""
    station = identities[0] if identities else STATION
    observer = Observer(trusting(endpoint, None), station, known=bool(identities), manners=Manners(), listen=0.0)
    try:
        return asyncio.run(observer.describe()).settings()
    except Inconclusive as error:
        click.echo(f"nothing was seen of it: {error}", err=True)
        return None


def _terminal() -> bool:
    return sys.stdin.isatty()


def _given(value: str | None, question: str, default: str | None, option: str, asking: bool) -> str:
    if value is not None:
        return value
    if asking:
        return _asked(question, default)
    if default is None:
        raise click.UsageError(f"{option} is needed: {question.lower()}?")
    return default


def _asked(question: str, default: str | None, kind: click.Choice[str] | None = None) -> str:
    answer: str = click.prompt(question, default=default, type=kind, show_default=bool(default))
    return answer


def _check(file: Path, text: str) -> None:
    """Return if the text of a file is a target file that can be used; raises SettingsError."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / file.name
        trial.write_text(text, encoding="utf-8")
        try:
            load(trial, {})
        except SettingsError as error:
            raise SettingsError(str(error).replace(str(trial), str(file))) from None


def _write(file: Path, text: str) -> None:
    _check(file, text)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}") from error
