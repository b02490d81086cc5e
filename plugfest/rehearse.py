"""``plugfest rehearse``: the certification cases in their order, as strict as the official tool is known to be."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
import pytest
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness import record
from harness.csms.v16 import ChangeConfiguration, GetConfiguration
from harness.ocppj import elements
from harness.plugin import expectations_of
from harness.record import Result, Run
from harness.scenario import Catalogue, Part, Scenario
from harness.selection import Selection
from harness.settings import load
from harness.trace import Direction, Event
from harness.verdict import Verdict
from plugfest import completing, shared_options
from plugfest.output import PLAIN_WIDTH, cleared, new_folder
from plugfest.play import arguments
from plugfest.run import play
from scenarios.sources import octt
from scenarios.stage.driver import driver_of

VERSION = "1.6"
"""The OCPP version whose certification is rehearsed."""

ASKS_TOO_MUCH = "the official tool does not expect it (steve-community/steve#2093)"


class Readiness(StrEnum):
    """What is to be expected of a certification case, in the order in which they are counted.

    What is at risk is lawful, but the official tool may fail it; what is open was not shown either way.
    """

    READY = "ready"
    AT_RISK = "at risk"
    NOT_READY = "not ready"
    OPEN = "open"
    LEFT_OUT = "left out"


_STYLES = {
    Readiness.READY: "green",
    Readiness.AT_RISK: "yellow",
    Readiness.NOT_READY: "red",
    Readiness.OPEN: "magenta",
    Readiness.LEFT_OUT: "dim",
}
_WORST_FIRST = (Readiness.NOT_READY, Readiness.OPEN, Readiness.AT_RISK, Readiness.LEFT_OUT, Readiness.READY)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One certification case: how ready the central system is for it, and why not entirely."""

    id: str
    title: str
    readiness: Readiness
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class InOrder:
    """A pytest plugin that has the scenarios of the first case played first, and so on."""

    cases: Sequence[str]

    @pytest.hookimpl(tryfirst=True)
    def pytest_plugfest_ordered(self, parts: Sequence[Part]) -> Sequence[Part]:
        """Return the scenarios in the order of their cases."""
        return sorted(parts, key=lambda part: (min(map(self.cases.index, part.scenario.octt)), part.scenario.id))


@click.command()
@shared_options.target
@shared_options.endpoint
@click.option(
    "--octt",
    "asked",
    shell_complete=completing.cases,
    metavar="ID",
    multiple=True,
    help="Only this certification case.",
)
@shared_options.mutant
@shared_options.variant
@shared_options.out
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, when all is done.")
def rehearse(
    target: Path | None,
    endpoint: str | None,
    asked: tuple[str, ...],
    mutant: str | None,
    variant: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Play the certification cases of OCPP 1.6 in their official order, and say for which the target is ready.

    A case is at risk where all is lawful, but the official tool is known for failing it, or a recommendation is not
    followed. Exit code 0 if each case is ready, at risk, or of a feature that is not claimed; 1 otherwise. No
    rehearsal is a certification.
    """
    known = Catalogue.load()
    cases = [id for id in octt(VERSION) if not asked or id in asked]
    selected = Selection(octt=asked or cases, versions=[VERSION]).of(known)
    target, out = shared_options.aimed(target, endpoint, mutant, variant, out)
    settings = load(target, endpoint=endpoint)
    expectations_of(settings, known)
    driver_of(settings, mutant)
    folder = cleared(out) if out else new_folder()
    options = arguments(selected, folder, target=target)
    options += [f"--octt={case}" for case in cases]
    options += [f"--ocpp-version={VERSION}", "--at-once=1"]
    options += [f"--{name}={value}" for name, value in (("endpoint", endpoint), ("mutant", mutant)) if value]
    played = play(folder, options, plugins=[InOrder(cases)], attended=settings.csms.driver == "manual", quiet=as_json)
    if played == 3:
        sys.exit(played)
    rehearsed = list(judged(record.read(folder / record.NAME), known, cases))
    if as_json:
        cases_told = [asdict(one) for one in rehearsed]
        click.echo(json.dumps({"target": settings.csms.name, "cases": cases_told}, ensure_ascii=False, indent=1))
    else:
        tell(rehearsed)
    bad = {Readiness.NOT_READY, Readiness.OPEN}
    sys.exit(1 if any(one.readiness in bad for one in rehearsed) else 0)


def judged(run: Run, known: Catalogue, cases: Sequence[str]) -> Iterator[Rehearsed]:
    """Yield what each case is to be expected to come to, by the scenarios of a run that cover it."""
    for id in cases:
        found = [_readiness(run, known[one.id], one) for one in run.results if id in one.octt]
        states = {state for state, _ in found}
        worst = next((state for state in _WORST_FIRST if state in states), Readiness.OPEN)
        reasons = [reason for state, told in found if state is worst for reason in told]
        yield Rehearsed(id, octt(VERSION)[id].title, worst, list(dict.fromkeys(reasons)))


def _readiness(run: Run, scenario: Scenario, result: Result) -> tuple[Readiness, list[str]]:
    """Return how ready a central system is for a case, by one scenario of it, and why not entirely."""
    breaches = [check for breach in result.breaches for check in breach.checks]
    failing = [f"{one.clause}: {one.observed}, expected {one.expected}" for one in breaches if one.failing]
    match result.verdict:
        case Verdict.NOT_APPLICABLE:
            return Readiness.LEFT_OUT, [result.message]
        case Verdict.FAILED:
            return Readiness.NOT_READY, [result.message, *failing]
        case Verdict.INCONCLUSIVE | Verdict.ERROR:
            return Readiness.OPEN, [result.message]
    if failing:
        return Readiness.NOT_READY, failing
    risks = [result.message] if result.verdict is Verdict.REMARKED else []
    risks += [f"{one.clause}: {one.observed}, expected {one.expected}" for one in breaches]
    risks += unexpected(scenario, _trace(run, result))
    return (Readiness.AT_RISK, risks) if risks else (Readiness.READY, [])


def unexpected(scenario: Scenario, trace: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what nobody asked for in the trace of a scenario, and the official tool is known to stumble over.

    That is GetConfiguration as the first CALL on a connection, or as the next after ChangeConfiguration.
    """
    if GetConfiguration in scenario.needs:
        return
    before: dict[tuple[str, int], str | None] = {}
    for entry in trace:
        line = (entry["station"], entry["connection"])
        if entry["event"] == Event.OPENED:
            before[line] = None
        if entry["direction"] != Direction.RECEIVED or entry["event"] != Event.TEXT:
            continue
        match elements(entry["text"]):
            case [2, _, str() as action, *_]:
                last, before[line] = before.get(line), action
                if action == GetConfiguration.action() and last in (None, ChangeConfiguration.action()):
                    moment = "the connection" if last is None else last
                    yield f"{action} of its own accord after {moment}: {ASKS_TOO_MUCH}"


def _trace(run: Run, result: Result) -> list[Mapping[str, Any]]:
    if result.trace is None:
        return []
    return [json.loads(line) for line in (run.path.parent / result.trace).read_text(encoding="utf-8").splitlines()]


def tell(rehearsed: Sequence[Rehearsed]) -> None:
    """Print a line for each case, why it is not ready, and how many cases there are of each kind."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title="Rehearsal of the certification", title_justify="left")
    for name in ("case", "", "title, and why not"):
        table.add_column(name, overflow="fold")
    for one in rehearsed:
        why = "".join(f"\n{reason}" for reason in one.reasons)
        table.add_row(one.id, Text(one.readiness.value, _STYLES[one.readiness]), Text(f"{one.title}{why}"))
    console.print(table)
    counts = Counter(one.readiness for one in rehearsed)
    told = ", ".join(f"{counts[state]} {state.value}" for state in Readiness if counts[state])
    console.print(f"{len(rehearsed)} certification cases: {told}")
