"""``plugfest explain``: what is checked, on what clause, what usually breaks it, and where that was seen."""

from __future__ import annotations

import difflib
import inspect
import json
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from plugfest.records import LATEST, record_at
from scenarios.sources import OcttCase, Requirement, octt, requirements
from server.mutants import MUTANTS

MOST = 12
"""How many scenarios, requirements or defects are told, each by itself; of the rest only how many there are."""

_LABEL = 15
_WIDTH = 118
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
def explain(name: str, path: Path) -> None:
    """Say what is checked and why, and which defects of real systems are known for breaking it.

    NAME is the id of a scenario, a rule of the wire, a requirement, a certification case or a mutant, a clause such as
    "OCPP 1.6 5.14", or a finding of a run, which reports tell by eight characters.
    """
    known = Known(Catalogue.load())
    if _FINDING.fullmatch(name):
        run = record.read(record_at(path))
        lines = known.finding(run, _found(run, name))
    else:
        lines = known.explanation(name)
    click.echo("\n".join(lines))


def _found(run: Run, id: str) -> Finding:
    findings = findings_of(run)
    if found := next((one for one in findings if one.id == id), None):
        return found
    there = f"those of it are {', '.join(one.id for one in findings)}" if findings else "it has none"
    raise click.UsageError(f"{run.path} has no finding {id}; {there}; name another record with --run")


@dataclass(frozen=True, slots=True)
class Known:
    """Whatever can be explained; each method yields lines of text."""

    catalogue: Catalogue

    def explanation(self, name: str) -> Iterator[str]:
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

    def finding(self, run: Run, one: Finding) -> Iterator[str]:
        """Yield what is known of a finding: what came, what usually causes it, and how it is seen again."""
        yield f"finding {one.id} of {run.path}: {one.verdict.value}{', news' if one.news else ''}"
        yield ""
        facts = {"clause": one.clause, "rule": one.rule or "", "expected": one.expected, "observed": one.observed}
        for label, text in facts.items():
            yield from _fact(label, text)
        yield from _fact("frame", _frame(run, one))
        yield from _fact("again", command(run, one))
        shown = [self.catalogue[id] for id in one.scenarios if id in self.catalogue]
        yield from self._scenarios("shown by", shown)
        yield from self._demands(_of_every_version(requirements), (id for each in shown for id in each.requirements))
        yield from _defects(shown)

    def _scenario(self, one: Scenario) -> Iterator[str]:
        yield from _head(one.id, f"scenario, OCPP {one.version}, {one.profile}", _docstring(one))
        yield from _fact("clauses", "; ".join(one.clauses))
        yield from self._demands(_of_every_version(requirements), one.requirements)
        yield from _list("cases", [f"{id}: {octt(one.version)[id].title}" for id in one.octt])
        yield from _fact("needs", ", ".join(need_name(need) for need in one.needs))
        yield from _fact("written in", f"{one.module.replace('.', '/')}.py")
        yield from _fact("again", f"plugfest reproduce {one.id}")
        yield from _defects([one])

    def _rule(self, one: Rule) -> Iterator[str]:
        yield from _head(one.id, f"rule of the wire, OCPP {one.version}", one.title)
        yield from _fact("clause", one.clause)
        yield from _fact("judged", "over all messages of a run, whatever the scenario is about")
        citing = [each for each in self.catalogue if one.clause in each.clauses and each.version == one.version]
        yield from self._scenarios("also cited by", citing)
        yield from _defects(citing)

    def _requirement(self, one: Requirement) -> Iterator[str]:
        yield from _head(
            one.id, f"requirement, {one.profile}", f"The central system {one.title[0].lower()}{one.title[1:]}."
        )
        yield from _fact("clause", one.clause)
        yield from _fact("binding", f"{one.level}; its violation is worth a {one.grade}")
        yield from _fact("brought about", f"by the {one.trigger}")
        yield from self._covering(lambda each: one.id in each.requirements)

    def _case(self, one: OcttCase) -> Iterator[str]:
        yield from _head(one.id, f"certification case, {one.profile}", f"{one.title}.")
        yield from _fact("section", f"{one.section} of the document of the official tool")
        yield from self._covering(lambda each: one.id in each.octt)

    def _mutant(self, name: str) -> Iterator[str]:
        one = MUTANTS[name]
        yield from _head(name, "mutant of the reference central system", one.description)
        yield from _list("seen in public", [_address(fault) for fault in one.faults])
        yield from _fact("proven by", f"plugfest mutants {name}")
        yield from _fact("gates", ", ".join(one.gates))
        caught = [each for each in self.catalogue if name in each.mutants]
        yield from self._scenarios("caught by", caught)

    def _clause(self, name: str) -> Iterator[str]:
        yield from _head(name, "clause", "What the suite holds a central system to on this ground.")
        wanted = _of_every_version(requirements)
        yield from self._demands(wanted, (id for id, one in wanted.items() if _cites(one.clause, name)))
        rules = [one for one in known_rules().values() if _cites(one.clause, name)]
        yield from _list("rules", [f"{one.id}: {one.title}" for one in rules])
        yield from self._covering(lambda each: any(_cites(clause, name) for clause in each.clauses))

    def _covering(self, covers: Callable[[Scenario], bool]) -> Iterator[str]:
        covering = [each for each in self.catalogue if covers(each)]
        yield from self._scenarios("scenarios", covering)
        yield from _defects(covering)

    def _scenarios(self, label: str, found: Iterable[Scenario]) -> Iterator[str]:
        return _list(label, [f"{one.id}: {one.title}" for one in found])

    def _demands(self, wanted: Mapping[str, Requirement], ids: Iterable[str]) -> Iterator[str]:
        told = [f"{id}: {wanted[id].title} ({wanted[id].grade}, {wanted[id].clause})" for id in dict.fromkeys(ids)]
        return _list("requirements", told)

    def _clauses(self) -> set[str]:
        rules = {one.clause for one in known_rules().values()}
        wanted = {one.clause for one in _of_every_version(requirements).values()}
        return rules | wanted | {clause for one in self.catalogue for clause in one.clauses}


def _of_every_version(source: Callable[[str], Mapping[str, T]]) -> dict[str, T]:
    return {id: one for version in VERSIONS for id, one in source(version).items()}


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


def _defects(scenarios: Iterable[Scenario]) -> Iterator[str]:
    """Yield which known defects scenarios catch, those that most of them catch and that were seen in public first."""
    counted = Counter(name for one in scenarios for name in one.mutants)
    names = sorted(counted, key=lambda name: (-counted[name], not MUTANTS[name].faults, name))
    told = []
    for name in names:
        one = MUTANTS[name]
        seen = f" Seen in public: {', '.join(map(_address, one.faults))}." if one.faults else ""
        told.append(f"{name}: {one.description}{seen}")
    return _list("usual causes", told)


def _address(fault: str) -> str:
    """Return where a public thread or commit is to be read."""
    repository, at, commit = fault.partition("@")
    if at:
        return f"https://github.com/{repository}/commit/{commit}"
    repository, _, number = fault.partition("#")
    return f"https://github.com/{repository}/issues/{number}"


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"{name} ({kind})"
    yield ""
    for paragraph in text.strip().split("\n\n"):
        yield textwrap.fill(" ".join(paragraph.split()), _WIDTH)
        yield ""


def _fact(label: str, text: str) -> Iterator[str]:
    """Yield a labelled text, nothing for none."""
    if text:
        indent = " " * _LABEL
        yield textwrap.fill(
            " ".join(text.split()),
            _WIDTH,
            initial_indent=f"{label:<{_LABEL}}",
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _list(label: str, texts: list[str]) -> Iterator[str]:
    """Yield texts under one label, and how many there are beyond the most that are told."""
    for number, text in enumerate(texts[:MOST]):
        yield from _fact("" if number else label, text)
    if len(texts) > MOST:
        yield from _fact("", f"and {len(texts) - MOST} more; see plugfest catalogue")
