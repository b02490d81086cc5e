"""The run record: JSON lines with a header, one line per scenario, one per rule of the wire, and a footer.

The record is written as the run goes on; everything that is reported is derived from it. A record without a
footer is the record of a run that was cut short. Its JSON schema lies beside this module: ``record.schema.json``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import jsonschema_rs

from harness.expected import Standing
from harness.service import Service, total
from harness.verdict import Axis, Check, Level, Verdict

FORMAT = "plugfest-run"
FORMAT_VERSION = 2
NAME = "run.jsonl"
"""The name of the file in the folder of its run."""


class RecordError(Exception):
    """A run record that cannot be read; the text names file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was run: against which target, with which version of plugfest, when (ISO 8601, UTC).

    ``options`` are those of the command line that name the target; with them a scenario is played again. ``network`` is
    the condition of the network, ``pings`` are the seconds that pings take under it by itself; ``faults`` are those of
    messages, ``seed`` is what all chance follows from. What was ``watched`` are conversations of foreign stations. The
    ``gates`` that the run was to keep are as they are written, ``settings`` are those of the target, without secrets.
    """

    plugfest: str
    target: str
    endpoint: str | None
    driver: str
    started: str
    selected: int
    strict: bool = False
    mutant: str | None = None
    options: Sequence[str] = ()
    network: str | None = None
    faults: Sequence[str] = ()
    seed: int = 0
    pings: Sequence[float] = ()
    watched: bool = False
    gates: Sequence[str] = ()
    settings: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """How a rule of the wire was broken: its id, in how many messages, and an example of each kind, worst first."""

    rule: str
    messages: int
    checks: Sequence[Check]

    @property
    def failing(self) -> bool:
        """Whether it makes the rule fail, and not only remark."""
        return self.checks[0].failing


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one scenario, or of one rule of the wire; ``seconds`` is the duration of a scenario.

    ``message`` says in one sentence why the verdict is not ``passed``; ``trace`` is the path of the recorded
    wire, relative to the record. ``measures`` are the figures of the run that the scenario counts towards. ``judged``
    tells how many messages each rule of the wire was applied to, and ``breaches`` how they broke it, which does not
    colour the verdict of a scenario. ``causes`` are the findings that made the verdict what it is. ``struck`` are the
    faults of messages that were asked for and struck. ``service`` is how the stations were served over all attempts.
    """

    id: str
    title: str
    version: str
    profile: str
    clauses: Sequence[str]
    octt: Sequence[str]
    requirements: Sequence[str]
    verdict: Verdict
    standing: Standing
    seconds: float
    message: str = ""
    expectation: str | None = None
    checks: Sequence[Check] = ()
    measures: Mapping[str, bool] = field(default_factory=dict)
    judged: Mapping[str, int] = field(default_factory=dict)
    breaches: Sequence[Breach] = ()
    causes: Sequence[str] = ()
    trace: str | None = None
    details: str = ""
    struck: Sequence[str] = ()
    service: Service | None = None

    def to_json(self, kind: str = "result") -> dict[str, Any]:
        """Return the result as a line of the record, ``kind`` being result or rule."""
        breaches = [{**_members(one), "checks": [_members(check) for check in one.checks]} for one in self.breaches]
        checks = [_members(check) for check in self.checks]
        service = None if self.service is None else _members(self.service)
        return {"kind": kind, **_members(self), "checks": checks, "breaches": breaches, "service": service}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Result:
        """Return the result that a line of the record holds."""
        members = {key: value for key, value in line.items() if key != "kind"}
        members["verdict"] = Verdict(members["verdict"])
        members["standing"] = Standing(members["standing"])
        for name in ("clauses", "octt", "requirements", "causes", "struck"):
            members[name] = tuple(members.get(name, ()))
        members["checks"] = _checks(members["checks"])
        members["breaches"] = tuple(
            Breach(breach["rule"], breach["messages"], _checks(breach["checks"])) for breach in members["breaches"]
        )
        members["service"] = Service.from_json(members["service"]) if members.get("service") else None
        return cls(**members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """How the run ended: ``interrupted`` or not, how long it took, how many scenarios of which verdict and news.

    ``news`` counts rules too. ``remarks`` say what is to be mended in the list of expected verdicts.
    """

    seconds: float
    verdicts: Mapping[str, int]
    news: int
    interrupted: bool = False
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A whole record; ``footer`` is None when the run was cut short, and then ``rules`` are not judged either."""

    path: Path
    header: Header
    results: Sequence[Result] = ()
    rules: Sequence[Result] = ()
    footer: Footer | None = None

    @property
    def figures(self) -> Mapping[str, tuple[int, int]]:
        """The figures that scenarios counted towards: name → how many of how many."""
        counted: dict[str, tuple[int, int]] = {}
        for result in self.results:
            for name, held in result.measures.items():
                good, all_of_them = counted.get(name, (0, 0))
                counted[name] = good + held, all_of_them + 1
        return dict(sorted(counted.items()))

    @property
    def service(self) -> Service:
        """How well the stations of all scenarios were served."""
        return total(result.service for result in self.results if result.service is not None)

    @property
    def struck(self) -> Mapping[str, tuple[int, int]]:
        """The faults of messages that were asked for: how often each struck, and in how many scenarios."""
        lists = [result.struck for result in self.results]
        return {
            fault: (sum(each.count(fault) for each in lists), sum(fault in each for each in lists))
            for fault in self.header.faults
        }

    def counted(self, number: int) -> str:
        """Return how many scenarios a number means in words, or sides of conversations where stations were watched."""
        noun = "conversation side" if self.header.watched else "scenario"
        return f"{number} {noun}{'' if number == 1 else 's'}"

    @property
    def truncated(self) -> bool:
        """Whether the run ended without a footer, or left scenarios out that it had selected."""
        return self.footer is None or self.footer.interrupted or len(self.results) < self.header.selected


class Recorder:
    """Writes a record line by line; a context manager that writes the footer when it is told to finish."""

    def __init__(self, path: Path, header: Header) -> None:
        # a lone surrogate that a central system escaped in its JSON goes out as the same escape
        self._file: TextIO = path.open("w", encoding="utf-8", errors="backslashreplace")
        self._counts: Counter[str] = Counter()
        self._news = 0
        self._write({"kind": "header", "format": FORMAT, "format_version": FORMAT_VERSION, **asdict(header)})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, result: Result) -> None:
        """Append one result."""
        self._counts[result.verdict.value] += 1
        self._news += result.standing is Standing.NEWS
        self._write(result.to_json())

    def add_rule(self, result: Result) -> None:
        """Append the result of a rule of the wire."""
        self._news += result.standing is Standing.NEWS
        self._write(result.to_json("rule"))

    def finish(self, seconds: float, *, interrupted: bool = False, remarks: Sequence[str] = ()) -> Footer:
        """Append the footer and return it."""
        footer = Footer(
            seconds=seconds, verdicts=dict(self._counts), news=self._news, interrupted=interrupted, remarks=remarks
        )
        self._write({"kind": "footer", **asdict(footer)})
        return footer

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


def read(path: Path) -> Run:
    """Read a record; a truncated one is returned as far as it goes.

    Raises RecordError for a file that is no record, or holds a line that is not of the schema.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: cannot be read: {getattr(error, 'strerror', error)}") from None
    lines = text.split("\n")
    unfinished = lines.pop()
    parsed = [_line(path, number, line) for number, line in enumerate(lines, 1)]
    if not parsed or parsed[0]["kind"] != "header":
        raise RecordError(f"{path}: line 1 is not the header of a run record")
    members = _without(parsed[0], "kind", "format", "format_version")
    texts = {name: tuple(members.get(name, ())) for name in ("options", "faults", "pings", "gates")}
    header = Header(**{**members, **texts})
    for number, line in enumerate(parsed[1:], 2):
        if line["kind"] == "header" or (line["kind"] == "footer" and number != len(parsed)):
            raise RecordError(f"{path}:{number}: a {line['kind']} in the middle; one file holds one run")
    results = tuple(Result.from_json(line) for line in parsed if line["kind"] == "result")
    ruled = tuple(Result.from_json(line) for line in parsed if line["kind"] == "rule")
    last = parsed[-1]
    complete = last["kind"] == "footer" and not unfinished
    return Run(path, header, results, ruled, _footer(last) if complete else None)


def standing(run: Run) -> tuple[Result, ...]:
    """Return the results that need not be played again when a run is resumed: those that have answered the question."""
    return tuple(one for one in run.results if one.verdict not in (Verdict.INCONCLUSIVE, Verdict.ERROR))


def _footer(line: Mapping[str, Any]) -> Footer:
    members = _without(line, "kind")
    return Footer(**{**members, "remarks": tuple(members["remarks"])})


def _members(value: Any) -> dict[str, Any]:
    """Return the members of a dataclass by name, as ``asdict`` does, but without copying all that is in them."""
    return {member.name: getattr(value, member.name) for member in fields(value)}


def _checks(members: Sequence[Mapping[str, Any]]) -> tuple[Check, ...]:
    return tuple(Check(**{**one, "level": Level(one["level"]), "axis": Axis(one["axis"])}) for one in members)


def _without(line: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in line.items() if key not in keys}


def _line(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        line: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise RecordError(f"{path}:{number}: not JSON: {error}") from None
    except RecursionError:
        raise RecordError(f"{path}:{number}: nested too deeply") from None
    if isinstance(line, dict) and line.get("format") == FORMAT and line.get("format_version") != FORMAT_VERSION:
        found = line.get("format_version")
        raise RecordError(f"{path}: a record of format {found}, this plugfest reads {FORMAT_VERSION}; run again")
    for problem in _schema().iter_errors(line):
        raise RecordError(f"{path}:{number}: {problem.message} at /{'/'.join(map(str, problem.instance_path))}")
    return line


@cache
def _schema() -> Any:
    text = (resources.files("harness") / "record.schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text))
