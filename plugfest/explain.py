"""``plugfest explain``: what is checked, on what clause, what usually breaks it, and where that was seen."""

from __future__ import annotations

import difflib
import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from harness import record
from harness.findings import Finding, command, findings_of
from harness.record import Run
from harness.rules import Rule
from harness.scenario import Catalogue, Scenario, need_name, parts_of
from harness.trace import entry_line
from harness.versions import VERSIONS, known_rules
from plugfest.explanation import Entry, Explanation, Fact
from plugfest.records import LATEST, record_at
from scenarios.sources import OcttCase, Requirement, octt, requirements
from server.mutants import MUTANTS

_FINDING = re.compile("[0-9a-f]{8}")

T = TypeVar("T")


@click.command()
@click.argument("name")
@click.option(
    "--run",
    "path",
    type=click.Path(path_type=Path),
    default=LATEST,
    help="Record that has the finding, or its folder; the latest run unless given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, which is cut nowhere.")
def explain(name: str, path: Path, as_json: bool) -> None:
    """Say what is checked and why, and which defects of real systems are known for breaking it.

    NAME is the id of a scenario, a rule of the wire, a requirement, a certification case or a mutant, a clause such as
    "OCPP 1.6 5.14", or a finding of a run, which reports tell by eight characters.
    """
    known = Known(Catalogue.load())
    if _FINDING.fullmatch(name):
        run = record.read(record_at(path))
        told = known.finding(run, _found(run, name))
    else:
        told = known.explanation(name)
    click.echo(told.json() if as_json else "\n".join(told.lines()))


def _found(run: Run, id: str) -> Finding:
    findings = findings_of(run)
    if found := next((one for one in findings if one.id == id), None):
        return found
    there = f"those of it are {', '.join(one.id for one in findings)}" if findings else "it has none"
    raise click.UsageError(f"{run.path} has no finding {id}; {there}; name another record with --run")


@dataclass(frozen=True, slots=True)
class Known:
    """Whatever can be explained."""

    catalogue: Catalogue

    def explanation(self, name: str) -> Explanation:
        """Return what is known under a name; raises UsageError for one that means nothing."""
        rules, wanted, cases = known_rules(), _of_every_version(requirements), _of_every_version(octt)
        if name in self.catalogue:
            return self._scenario(self.catalogue[name])
        if name in rules:
            return self._rule(rules[name])
        if name in wanted:
            return self._requirement(wanted[name])
        if name in cases:
            return self._case(cases[name])
        if name in MUTANTS:
            return self._mutant(name)
        if any(_cites(clause, name) for clause in self._clauses()):
            return self._clause(name)
        known = [*(one.id for one in self.catalogue), *rules, *wanted, *cases, *MUTANTS, *self._clauses()]
        near = difflib.get_close_matches(name, known, cutoff=0.5)
        meant = f"; did you mean {', '.join(near)}?" if near else "; see plugfest catalogue"
        raise click.UsageError(f"there is no scenario, rule, requirement, case, mutant or clause {name!r}{meant}")

    def finding(self, run: Run, one: Finding) -> Explanation:
        """Return what is known of a finding: what came, what usually causes it, and how it is seen again."""
        shown = [self.catalogue[id] for id in one.scenarios if id in self.catalogue]
        facts: list[Fact] = [
            ("clause", one.clause),
            ("rule", one.rule or ""),
            ("expected", one.expected),
            ("observed", one.observed),
            ("frame", _frame(run, one)),
            ("again", command(run, one)),
            ("shown by", _scenarios(shown)),
            ("requirements", _demands(id for each in shown for id in each.requirements)),
            ("usual causes", _defects(shown)),
        ]
        kind = f"finding of {run.path}, {one.verdict.value}{', news' if one.news else ''}"
        return Explanation(one.id, kind, "", facts)

    def _scenario(self, one: Scenario) -> Explanation:
        cases = octt(one.version)
        facts: list[Fact] = [
            ("clauses", one.clauses),
            ("requirements", _demands(one.requirements)),
            ("cases", [Entry(id, cases[id].title) for id in one.octt]),
            ("needs", [need_name(need) for need in one.needs]),
            ("written in", f"{one.module.replace('.', '/')}.py"),
            ("again", f"plugfest reproduce {one.id}"),
            ("usual causes", _defects([one])),
        ]
        return Explanation(one.id, f"scenario, OCPP {one.version}, {one.profile}", _docstring(one), facts)

    def _rule(self, one: Rule) -> Explanation:
        citing = [each for each in self.catalogue if one.clause in each.clauses and each.version == one.version]
        facts: list[Fact] = [
            ("clause", one.clause),
            ("judged", "over all messages of a run, whatever the scenario is about"),
            ("also cited by", _scenarios(citing)),
            ("usual causes", _defects(citing)),
        ]
        return Explanation(one.id, f"rule of the wire, OCPP {one.version}", one.title, facts)

    def _requirement(self, one: Requirement) -> Explanation:
        facts: list[Fact] = [
            ("clause", one.clause),
            ("binding", f"{one.level}; its violation is worth a {one.grade}"),
            ("brought about", f"by the {one.trigger}"),
            *self._covering(lambda each: one.id in each.requirements),
        ]
        text = f"The central system {one.title[0].lower()}{one.title[1:]}."
        return Explanation(one.id, f"requirement, {one.profile}", text, facts)

    def _case(self, one: OcttCase) -> Explanation:
        facts: list[Fact] = [
            ("section", f"{one.section} of the document of the official tool"),
            *self._covering(lambda each: one.id in each.octt),
        ]
        return Explanation(one.id, f"certification case, {one.profile}", f"{one.title}.", facts)

    def _mutant(self, name: str) -> Explanation:
        one = MUTANTS[name]
        facts: list[Fact] = [
            ("seen in public", [_address(fault) for fault in one.faults]),
            ("proven by", f"plugfest mutants {name}"),
            ("gates", ", ".join(one.gates)),
            ("caught by", _scenarios(each for each in self.catalogue if name in each.mutants)),
        ]
        return Explanation(name, "mutant of the reference central system", one.description, facts)

    def _clause(self, name: str) -> Explanation:
        wanted = _of_every_version(requirements)
        rules = [one for one in known_rules().values() if _cites(one.clause, name)]
        facts: list[Fact] = [
            ("requirements", _demands(id for id, one in wanted.items() if _cites(one.clause, name))),
            ("rules", [Entry(one.id, one.title) for one in rules]),
            *self._covering(lambda each: any(_cites(clause, name) for clause in each.clauses)),
        ]
        return Explanation(name, "clause", "What the suite holds a central system to on this ground.", facts)

    def _covering(self, covers: Callable[[Scenario], bool]) -> Sequence[Fact]:
        covering = [each for each in self.catalogue if covers(each)]
        return [("scenarios", _scenarios(covering)), ("usual causes", _defects(covering))]

    def _clauses(self) -> set[str]:
        rules = {one.clause for one in known_rules().values()}
        wanted = {one.clause for one in _of_every_version(requirements).values()}
        return rules | wanted | {clause for one in self.catalogue for clause in one.clauses}


def _of_every_version(source: Callable[[str], Mapping[str, T]]) -> dict[str, T]:
    return {id: one for version in VERSIONS for id, one in source(version).items()}


def _scenarios(found: Iterable[Scenario]) -> Sequence[Entry]:
    return [Entry(one.id, one.title) for one in found]


def _demands(ids: Iterable[str]) -> Sequence[Entry]:
    wanted = _of_every_version(requirements)
    found = [wanted[id] for id in dict.fromkeys(ids)]
    return [Entry(one.id, f"{one.title} ({one.grade}, {one.clause})") for one in found]


def _cites(clause: str, name: str) -> bool:
    """Whether a clause is, or contains, the one of this name: 5.14 is not in 5.1, nor in 15.14."""
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w|\.\d)", clause, re.IGNORECASE) is not None


def _docstring(one: Scenario) -> str:
    """Return all that a scenario says of itself: its title, and what its function adds to that."""
    members = vars(sys.modules[one.module]).values()
    function = next(part.function for each in members for part in parts_of(each) if part.scenario.id == one.id)
    _, _, more = (inspect.getdoc(function) or "").partition("\n")
    return f"{one.title}\n{more}"


def _frame(run: Run, one: Finding) -> str:
    """Return the entry of the trace that shows a finding, where there is one."""
    first = next((each for each in run.results if each.id == one.first), None)
    if first is None or first.trace is None or one.evidence is None:
        return ""
    path = run.path.parent / first.trace
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return entry_line(json.loads(lines[one.evidence])).strip() if one.evidence < len(lines) else ""


def _defects(scenarios: Iterable[Scenario]) -> Sequence[Entry]:
    """Return which known defects scenarios catch, those that most of them catch and that were seen in public first."""
    counted = Counter(name for one in scenarios for name in one.mutants)
    names = sorted(counted, key=lambda name: (-counted[name], not MUTANTS[name].faults, name))
    told = []
    for name in names:
        one = MUTANTS[name]
        seen = f" Seen in public: {', '.join(map(_address, one.faults))}." if one.faults else ""
        told.append(Entry(name, f"{one.description}{seen}"))
    return told


def _address(fault: str) -> str:
    """Return where a public thread or commit is to be read."""
    repository, at, commit = fault.partition("@")
    if at:
        return f"https://github.com/{repository}/commit/{commit}"
    repository, _, number = fault.partition("#")
    return f"https://github.com/{repository}/issues/{number}"
