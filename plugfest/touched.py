"""Which modules of the suite a changed file touches, by what they import; nothing is imported to find out."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from plugfest.play import ROOT

SUITE = "scenarios"

STAGE = "scenarios.conftest"
"""What every scenario is played on: what it imports touches all."""


def touched(modules: Collection[str], changed: Collection[Path]) -> Collection[str]:
    """Return those of some modules of scenarios that changed files touch.

    A module of the suite touches those that import it, directly or not. Anything else touches all: the stage, the
    harness, the reference central system, a table, a target file.
    """
    names = {_name(path.resolve()) for path in changed}
    if not all(map(_of_the_suite, names)) or not names.isdisjoint(_closure(STAGE)):
        return modules
    return [module for module in modules if not names.isdisjoint(_closure(module))]


def _of_the_suite(name: str) -> bool:
    return name.partition(".")[0] == SUITE


def _name(path: Path) -> str:
    """Return the name of the module that a file is, "" if it is none of ours."""
    if path.suffix != ".py" or not path.is_relative_to(ROOT):
        return ""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _closure(module: str) -> Collection[str]:
    """Return a module and all modules of the suite that it imports, directly or not."""
    found: set[str] = set()
    left = [module]
    while left:
        name = left.pop()
        if name not in found and _file(name) is not None:
            found.add(name)
            left += _imported(name)
    return found


@cache
def _imported(module: str) -> tuple[str, ...]:
    """Return the names in the suite that a module imports, its package among them; not each is one of a module."""
    file = _file(module)
    assert file is not None
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = [name for node in ast.walk(tree) for name in _names(node)]
    return tuple(name for name in (module.rpartition(".")[0], *named) if _of_the_suite(name))


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names):
            yield from (one.name for one in names)
        case ast.ImportFrom(str() as module, names, 0):
            yield module
            yield from (f"{module}.{one.name}" for one in names)


@cache
def _file(module: str) -> Path | None:
    """Return the file of a module, None where there is none of this name."""
    path = ROOT.joinpath(*module.split("."))
    return next((one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()), None)
