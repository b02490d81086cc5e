"""What a shell may complete after an option: the names that there are."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

from harness.scenario import Catalogue
from harness.versions import VERSIONS
from scenarios.sources import octt, requirements
from server.mutants import MUTANTS
from server.variants import VARIANTS
from simulators.network.conditions import BUILT_IN

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def names(known: Callable[[], Iterable[str]]) -> Completer:
    """Return what completes one of the names that ``known`` finds when a shell asks."""

    def complete(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        return [CompletionItem(one) for one in sorted(known()) if one.startswith(begun)]

    return complete


scenarios = names(lambda: (one.id for one in Catalogue.load()))
cases = names(lambda: (id for version in VERSIONS for id in octt(version)))
wanted = names(lambda: (id for version in VERSIONS for id in requirements(version)))
profiles = names(lambda: {profile for version in VERSIONS.values() for profile in version.profiles.values()})
versions = names(lambda: VERSIONS)
mutants = names(lambda: MUTANTS)
variants = names(lambda: VARIANTS)


def _networks() -> dict[str, Any]:
    return tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))


networks = names(_networks)
