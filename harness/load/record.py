"""The record of a load run: JSON lines with a header, the figures as they came in, and a footer.

It is written as the run goes on, so that one that was cut short tells what there was; all that is reported is derived
from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness.gates import Gate, Judged, gate, judge
from harness.load.figures import Figures
from harness.load.generator import Complaint, complaints
from harness.load.measured import MeasuredLoad
from harness.load.outages import Outage, outages
from harness.record import RecordError

FORMAT = "plugfest-load"
FORMAT_VERSION = 1
NAME = "load.jsonl"
"""The name of the file in the folder of its run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was asked for: of which target, by which workload, with how many stations; times in seconds.

    ``rate`` is the messages per second that the workload was asked for, None where it has its own. ``gates`` are as
    they are written; ``width`` is how many seconds are kept as one.
    """

    plugfest: str
    target: str
    endpoint: str
    started: str
    workload: str
    stations: int
    duration: float
    ramp: float | None = None
    rate: float | None = None
    seed: int = 0
    workers: int = 1
    width: int = 1
    mutant: str | None = None
    gates: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """How the run ended: how long it took, and whether it was interrupted."""

    seconds: float
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class LoadRun:
    """A whole record; ``floor`` are the figures of the calibration, None where there was none.

    ``footer`` is None when the run was cut short.
    """

    path: Path
    header: Header
    figures: Figures = field(default_factory=Figures)
    floor: Figures | None = None
    footer: Footer | None = None

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates that the run was held to."""
        return tuple(gate(text) for text in self.header.gates)

    @property
    def judged(self) -> list[Judged]:
        """What became of its gates."""
        return judge(self.gates, MeasuredLoad(self.figures))

    @property
    def outages(self) -> list[Outage]:
        """When the stations lost the central system."""
        return outages(self.figures)

    @property
    def complaints(self) -> list[Complaint]:
        """Why the run is no measurement of the target, nothing where it is one."""
        return complaints(self.figures, self.floor, self.gates)

    @property
    def reached(self) -> bool:
        """Whether any station was ever connected."""
        return self.figures.connected > 0

    @property
    def truncated(self) -> bool:
        """Whether the run ended before its time."""
        return self.footer is None or self.footer.interrupted


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run came out: the exit code, and why in one sentence."""

    code: int
    text: str


def ending(run: LoadRun) -> Ending:
    """Return 0 for a run as expected, 1 for a gate that was missed or an outage, 3 for what is no measurement."""
    missed = sum(not one.met for one in run.judged)
    if not run.reached:
        return Ending(3, f"no station could connect: {_tally(run.figures)}")
    gates = f"{missed} of {len(run.judged)} gates missed" if missed else f"all {len(run.judged)} gates met"
    if run.outages:
        return Ending(1, f"the central system was lost {len(run.outages)} time{'s'[: len(run.outages) > 1]}; {gates}")
    if run.complaints:
        return Ending(3, "not a measurement of the target")
    if run.truncated:
        return Ending(3, "the run ended before its time")
    return Ending(1 if missed else 0, gates if run.judged else "no gate was asked for")


def _tally(figures: Figures) -> str:
    errors = ", ".join(f"{count} × {kind}" for kind, count in figures.errors.most_common(3))
    return errors or ("no attempt came to an end" if figures.expected else "nothing was tried")


class LoadRecorder:
    """Writes a record line by line; a context manager."""

    def __init__(self, path: Path, header: Header) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._width = header.width
        self._pending = Figures(width=header.width)
        self._write({"kind": "header", "format": FORMAT, "format_version": FORMAT_VERSION, **asdict(header)})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._file.close()

    def add(self, figures: Figures) -> None:
        """Append what came in since the last time, once the seconds that are kept as one are over."""
        if max(figures.seconds, default=0) > max(self._pending.seconds, default=0):
            self._flush()
        self._pending.merge(figures)

    def _flush(self) -> None:
        """Write what was held back."""
        if self._pending.seconds or self._pending.incidents:
            self._write({"kind": "figures", **self._pending.to_json()})
        self._pending = Figures(width=self._width)

    def calibrated(self, floor: Figures) -> None:
        """Append the figures of the calibration."""
        self._write({"kind": "floor", **floor.to_json()})

    def finish(self, footer: Footer) -> None:
        """Append the footer."""
        self._flush()
        self._write({"kind": "footer", **asdict(footer)})

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()


def is_load(path: Path) -> bool:
    """Whether a file begins as the record of a load run does."""
    try:
        with path.open(encoding="utf-8") as file:
            return f'"{FORMAT}"' in file.readline(200)
    except (OSError, UnicodeDecodeError):
        return False


def read(path: Path) -> LoadRun:
    """Read a record; a truncated one is returned as far as it goes.

    Raises RecordError for a file that is no record of a load run, or holds a line that is not of its form.
    """
    try:
        lines = _lines(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: cannot be read: {getattr(error, 'strerror', error)}") from None
    number, first = next(lines, (1, {"kind": ""}))
    if (first.pop("kind"), first.pop("format", None)) != ("header", FORMAT):
        raise RecordError(f"{path}: line 1 is not the header of the record of a load run")
    if (found := first.pop("format_version")) != FORMAT_VERSION:
        raise RecordError(f"{path}: a record of format {found}, this plugfest reads {FORMAT_VERSION}; run again")
    try:
        header = Header(**{**first, "gates": tuple(first["gates"])})
        run = LoadRun(path, header, Figures(width=header.width))
        for number, line in lines:  # noqa: B007 - the error below names it
            run = _with(run, line)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"{path}:{number}: not a line of the record of a load run: {error!r}") from None
    return run


def _with(run: LoadRun, line: dict[str, Any]) -> LoadRun:
    """Return a run with what one more line tells."""
    match line.pop("kind"):
        case "figures":
            run.figures.merge(Figures.from_json(line))
            return run
        case "floor":
            return replace(run, floor=Figures.from_json(line))
        case "footer":
            return replace(run, footer=Footer(**line))
        case kind:
            raise ValueError(f"there are no lines of the kind {kind!r}")


def _lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the lines with their numbers; what stands after the last end of a line was not finished."""
    for number, line in enumerate(text.split("\n")[:-1], 1):
        try:
            members = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RecordError(f"{path}:{number}: not JSON: {error}") from None
        if not isinstance(members, dict) or "kind" not in members:
            raise RecordError(f"{path}:{number}: not a line of the record of a load run")
        yield number, members
