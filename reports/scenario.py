"""What the page shows of one scenario, or of one rule of the wire, once a reader opens it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from harness.record import Result
from harness.verdict import Check, Verdict
from reports import wire
from reports.model import shortened, visible

LONGEST_CELL = 4_000
"""Characters of what a check expected or observed, and of details."""

LONGEST_FRAME = 20_000
"""Characters of one frame."""

LONGEST_WIRE = 400_000
"""Characters of all frames of one scenario; what comes later is shown with its first LATE_FRAME characters."""

LATE_FRAME = 400

Fact = tuple[str, list[tuple[str, str]]]
"""A name, and texts with the address in the page that each leads to, empty for none."""


def told(text: str) -> str:
    """Return a text as a page may show it: bounded, and nothing in it disguised."""
    return shortened(visible(text), LONGEST_CELL)


def place(id: str) -> str:
    """Return the address of a scenario, a rule or a finding in the page."""
    return f"#{quote(visible(id), safe='')}"


def all_of(item: str) -> str:
    """Return the address at which the page shows exactly the scenarios of a clause, a case or a requirement."""
    return "#?" + urlencode({"words": f'"{item}"'})


def body(result: Result, folder: Path, caught: Sequence[str] = ()) -> dict[str, Any]:
    """Return a result as the script draws it; its trace is read from beside the record, which lies in ``folder``.

    ``caught`` are the mutants that the scenario is known to catch.
    """
    drawn = _wire(result, folder)
    return {
        "facts": _facts(result, caught),
        "expectation": None if result.expectation is None else told(result.expectation),
        "checks": [_check(check) for check in result.checks],
        "unchecked": not result.checks and result.verdict is not Verdict.NOT_APPLICABLE,
        "details": told(result.details),
        "trace": None if result.trace is None else visible(result.trace),
        "wire": drawn,
    }


def drawn(message: wire.Message, text: str, lane: int, marks: Mapping[str, list[int]]) -> dict[str, Any]:
    """Return a message as the script draws it: in the lane of its station, with its ``text`` and ``marks``."""
    return {
        "index": message.index,
        "at": round(message.at, 3),
        "lane": lane,
        "direction": message.direction,
        "shape": message.shape,
        "label": visible(message.label[:200]),
        "text": visible(text),
        "problems": [told(problem) for problem in message.problems],
        **marks,
    }


def outcome(check: Check) -> str:
    """Return what came of a check in one word."""
    return "held" if check.held else "violated" if check.failing else "remarked"


def _facts(result: Result, caught: Sequence[str]) -> list[Fact]:
    rule = result.profile == "Wire"
    facts = [
        ("clauses", _each(result.clauses, all_of)),
        ("certification cases", _each(result.octt, all_of)),
        ("requirements", _each(result.requirements, all_of)),
        ("messages judged", [(str(result.judged[result.id]), "")] if rule else []),
        ("findings", [(cause, place(f"finding-{cause}")) for cause in result.causes]),
        ("broken on the wire", [] if rule else [(breach.rule, place(breach.rule)) for breach in result.breaches]),
        ("catches the mutants", [(name, "") for name in caught]),
        ("link to this", [(visible(result.id), place(result.id))]),
    ]
    return [fact for fact in facts if fact[1]]


def _each(items: Iterable[str], address: Any) -> list[tuple[str, str]]:
    return [(visible(item), address(visible(item).lower())) for item in items]


def _check(check: Check) -> dict[str, Any]:
    return {
        "clause": told(check.clause),
        "address": all_of(told(check.clause).lower()),
        "level": check.level,
        "axis": check.axis,
        "expected": told(check.expected),
        "observed": told(check.observed),
        "outcome": outcome(check),
        "evidence": check.evidence,
    }


def _wire(result: Result, folder: Path) -> dict[str, Any] | None:
    """Return the wire of a scenario; None if it has none."""
    if result.trace is None:
        return None
    judged = _judged(result)
    loaded = wire.load(folder, result.trace, judged)
    stations = loaded.stations
    budget = LONGEST_WIRE
    messages = []
    for message in loaded.messages:
        text = shortened(message.text, LONGEST_FRAME if budget > 0 else LATE_FRAME)
        budget -= len(text)
        messages.append(drawn(message, text, stations.index(message.station), judged.get(message.index, {})))
    return {"stations": [visible(s) for s in stations], "remark": visible(loaded.remark), "messages": messages}


def _judged(result: Result) -> dict[int, dict[str, list[int]]]:
    """Return for each judged trace entry the numbers of the checks that it violated and those it met."""
    judged: dict[int, dict[str, list[int]]] = {}
    for number, check in enumerate(result.checks, 1):
        if check.evidence is not None:
            judged.setdefault(check.evidence, {}).setdefault(outcome(check), []).append(number)
    return judged
