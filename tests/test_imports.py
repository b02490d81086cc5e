"""Who may import whom (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("harness", "simulators", "server", "scenarios", "reports", "plugfest")
ANYTHING = ("*",)


@dataclass(frozen=True)
class Rule:
    """What the modules that match a pattern may import; the first rule that matches a module counts.

    ``<folder>`` is the name of the folder that a star in the pattern stands for.
    """

    pattern: str
    ours: tuple[str, ...]
    third: tuple[str, ...] = ANYTHING


HARNESS = tuple(
    f"harness.{path.stem}"
    for path in (ROOT / "harness").iterdir()
    if path.stem not in ("__init__", "__pycache__", "plugin", "drivers")
)
JUDGED = (
    "harness.comparison",
    "harness.coverage",
    "harness.disclosure",
    "harness.record",
    "harness.verdict",
    "harness.versions",
    "harness.expected",
    "harness.figures",
    "harness.findings",
    "harness.gates",
    "harness.load",
    "harness.measured",
    "harness.rules",
    "harness.service",
    "harness.trace",
)
RULES = (
    Rule("harness/plugin.py", ("harness",), ("pytest",)),
    Rule("harness/drivers/__init__.py", ("harness.csms", "harness.settings", "harness.drivers")),
    Rule("harness/drivers/*.py", ("harness.csms", "harness.settings")),
    Rule(
        "harness/drivers/*/**/*.py",
        ("harness.csms", "harness.settings", "harness.versions", "harness.drivers.<folder>"),
    ),
    Rule("harness/**/*.py", HARNESS, ("pydantic", "jsonschema_rs")),
    Rule("simulators/certificates.py", ("harness", "simulators"), ("cryptography",)),
    Rule("simulators/network/finding.py", ("simulators",), ("filelock",)),
    Rule("simulators/network/toxiproxy.py", ("simulators",), ("requests", "toxiproxy")),
    Rule("simulators/network/**/*.py", ("harness", "simulators"), ("pydantic",)),
    Rule("simulators/microocpp/panel.py", ("simulators",), ("httpx",)),
    Rule("simulators/microocpp/profile.py", ("harness", "simulators"), ("pydantic",)),
    Rule("simulators/microocpp/running.py", ("simulators",), ("docker",)),
    Rule("simulators/load/web/pages.py", ("harness", "simulators.load.web"), ("flask",)),
    Rule(
        "simulators/load/**/*.py",
        ("harness", "simulators"),
        ("gevent", "locust", "orjson", "psutil", "pydantic", "websockets"),
    ),
    Rule("simulators/**/*.py", ("harness", "simulators"), ("websockets",)),
    Rule("server/driver.py", ("server", "harness.csms")),
    Rule("server/core/**/*.py", ("server.core",)),
    Rule("server/v[0-9]*/**/*.py", ("server.core", "server.<folder>")),
    Rule("server/**/*.py", ("server",)),
    Rule("scenarios/**/test_*.py", ("harness", "simulators", "scenarios"), ("pytest",)),
    Rule("scenarios/exploration/search.py", OURS, ("hypothesis",)),
    Rule("scenarios/**/*.py", OURS, ()),
    Rule("reports/allure.py", (*JUDGED, "reports"), ("allure_commons", "attr")),
    Rule("reports/coverage.py", (*JUDGED, "reports", "scenarios.sources"), ()),
    Rule("reports/**/*.py", (*JUDGED, "reports"), ("jinja2", "markupsafe")),
    Rule("plugfest/watching/page.py", OURS, ("starlette",)),
    Rule(
        "plugfest/**/*.py",
        OURS,
        ("click", "rich", "packaging", "prometheus_client", "psutil", "pytest", "tomli_w", "watchfiles", "xdist"),
    ),
)
MODULES = sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))


def _star(rule: Rule) -> str | None:
    """Return the folder of a pattern that stands for several, each of which may import itself."""
    return next((part for part in Path(rule.pattern).parts[:-2] if "*" in part and part != "**"), None)


def _rules() -> dict[Path, Rule]:
    found: dict[Path, Rule] = {}
    for rule in RULES:
        for path in ROOT.glob(rule.pattern):
            folder = path.relative_to(ROOT).parts[Path(rule.pattern).parts.index(star)] if (star := _star(rule)) else ""
            ours = tuple(name.replace("<folder>", folder) for name in rule.ours)
            found.setdefault(path, Rule(rule.pattern, ours, rule.third))
    return found


RULE_OF = _rules()


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module
            folder = ROOT / node.module.replace(".", "/")
            for alias in node.names:
                inside = (folder / alias.name).is_dir() or (folder / f"{alias.name}.py").is_file()
                yield f"{node.module}.{alias.name}" if inside else node.module


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


IMPORTS = {_name(path): set(_imports(ast.parse(path.read_text(encoding="utf-8")))) for path in MODULES}


def _allowed(name: str, rule: Rule) -> bool:
    top = name.partition(".")[0]
    if top in OURS:
        return any(name == prefix or name.startswith(f"{prefix}.") for prefix in rule.ours)
    return top in sys.stdlib_module_names or rule.third == ANYTHING or top in rule.third


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_imports_only_what_its_package_may(path: Path) -> None:
    """A module imports nothing beyond its row of the import table."""
    assert [name for name in IMPORTS[_name(path)] if not _allowed(name, RULE_OF[path])] == []


@pytest.mark.parametrize("row", range(len(RULES)), ids=lambda row: RULES[row].pattern)
def test_rule_matches_a_module(row: int) -> None:
    """Each row of the import table is about a module that no row before it is about."""
    before = {path for rule in RULES[:row] for path in ROOT.glob(rule.pattern)}
    assert set(ROOT.glob(RULES[row].pattern)) - before


def test_modules_import_each_other_in_no_circle() -> None:
    """The arrows between modules run one way, those for type checking too."""
    TopologicalSorter({name: IMPORTS[name] & IMPORTS.keys() - {name} for name in IMPORTS}).prepare()


def test_judged_wire_takes_no_event_loop() -> None:
    """Whoever moves frames can have them judged, with asyncio or without."""
    needed, left = set[str](), {"harness.wire"}
    while left:
        needed |= left
        left = {name for one in left for name in IMPORTS.get(one, ())} - needed
    assert "harness.rules" in needed
    assert needed.isdisjoint({"asyncio", "websockets"})


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("scenarios/**/test_*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_scenario_does_not_sleep(path: Path) -> None:
    """A scenario waits for events, never for time."""
    names = {
        getattr(node, "attr", getattr(node, "id", None))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert "sleep" not in names


def test_import_rules_can_be_broken() -> None:
    """The rules refuse what they are there for."""
    broken = {
        "harness/trace.py": "from harness.drivers.http import HttpDriver",
        "harness/drivers/http/table.py": "import harness.ocppj",
        "simulators/station.py": "from server import store",
        "server/core/store.py": "from harness.csms import Driver",
        "server/core/session.py": "from server.v16 import VERSION",
        "server/v16/core.py": "from server.parts import Parts",
        "scenarios/v16/core/test_reset.py": "import websockets",
        "reports/model.py": "from harness import plugin",
    }
    for path, line in broken.items():
        assert not all(_allowed(name, RULE_OF[ROOT / path]) for name in _imports(ast.parse(line))), path


@pytest.mark.parametrize("path", sorted(ROOT.glob("server/core/*.py")), ids=lambda path: path.name)
def test_core_of_the_server_knows_no_version(path: Path) -> None:
    """What serves any version takes nothing from a version's part of ``ocpp`` either."""
    assert [name for name in IMPORTS[_name(path)] if name.startswith("ocpp.v")] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("server/**/*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_for_type_checking_are_only_slow_ones(path: Path) -> None:
    """No module of the server breaks a circle by importing for type checking only: just ``pki``, which is slow."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    assert {name for node in guarded for name in _imports(node)} <= {"server.core.pki"}
