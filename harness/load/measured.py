"""A load run as gates see it, and where it missed them: actions, times, stations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harness.gates import KINDS, Gate, Unit, told
from harness.load.figures import ANSWERED, UNANSWERED, Cell, Figures, Second
from harness.load.latencies import Latencies
from harness.load.trend import full, growth, medians

MOST_NAMED = 3
"""How many actions, spans of time or stations are named."""

FEW = 0.1
"""The share of stations up to which those that were slow are told as a few."""


class MeasuredLoad:
    """The figures of a load run."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    @property
    def actions(self) -> Sequence[str]:
        """The actions that there were."""
        return list(dict.fromkeys(action for _, action in self._figures.keys))

    def latencies(self, action: str | None) -> Latencies:
        """Return how long answers took, from when each message was due."""
        return self._figures.cell(action).scheduled

    def calls(self, action: str | None) -> int:
        """Return how many CALLs there were."""
        return self._figures.cell(action).count

    def figure(self, kind: str, action: str | None) -> float | None:
        """Return a count, a rate per second or a share, by the name of its gate."""
        match kind:
            case "stability":
                return self._figures.stability if self._figures.expected else None
            case "errors":
                return sum(_errors(second, action) for second in self._figures.seconds.values())
            case "unanswered":
                return self._figures.cell(action).outcomes[UNANSWERED]
            case "throughput":
                return throughput(self._figures, action)
            case "growth":
                return growth(self._figures, action)
        return None

    def place(self, gate: Gate, action: str | None) -> str:
        """Return where a gate was missed in a few words: actions, times, stations."""
        if KINDS[gate.kind].unit is Unit.TIME:
            return "; ".join(self._slow(gate, action))
        if gate.kind == "stability":
            numbers = [
                n for n, second in self._figures.seconds.items() if second.connected < gate.limit * second.expected
            ]
            return f"in {spans(numbers, self._figures.width)}"
        if gate.kind in ("errors", "unanswered"):
            return "; ".join(self._wrong(gate, action))
        if gate.kind == "growth":
            return "; ".join(self._grown(gate, action))
        return ""

    def _slow(self, gate: Gate, action: str | None) -> Iterator[str]:
        """Yield the slowest actions, when they were slow, and the stations if they are few."""
        found = {one: self.latencies(one) for one in ([action] if action else self.actions)}
        slow = {one: lat.percentile(gate.part) for one, lat in found.items() if len(lat)}
        late = sorted(((value, one) for one, value in slow.items() if value > gate.limit), reverse=True)
        if late and action is None:
            yield _some(f"{one} {told(value, Unit.TIME)}" for value, one in late)
        numbers = [n for n, second in self._figures.seconds.items() if _late(second, gate, action)]
        if numbers:
            everywhere = len(numbers) > 0.8 * len(self._figures.seconds)
            yield "throughout" if everywhere else f"in {spans(numbers, self._figures.width)}"
        yield from self._stations(gate.limit, action)

    def _stations(self, limit: float, action: str | None) -> Iterator[str]:
        """Yield how many stations waited longer, as far as their longest wait tells, and some names if they are few."""
        worst = self._figures.worst
        late = [(one, name) for name, one in worst.items() if one.latency > limit and action in (None, one.action)]
        if late:
            names = (
                f", such as {_some(name for _, name in sorted(late, reverse=True))}"
                if len(late) <= FEW * len(worst)
                else ""
            )
            yield f"{'at least ' if action else ''}{len(late)} of {len(worst)} stations{names}"

    def _grown(self, gate: Gate, action: str | None) -> Iterator[str]:
        """Yield which actions became slower, and from when to when."""
        growths = {one: growth(self._figures, one) or 0.0 for one in self.actions} if action is None else {}
        if late := sorted(((value, one) for one, value in growths.items() if value > gate.limit), reverse=True):
            yield _some(one for _, one in late)
        (began, first), *_, (ended, last) = medians(self._figures, action)
        yield f"median {told(first, Unit.TIME)} in second {began:.0f}, {told(last, Unit.TIME)} in second {ended:.0f}"

    def _wrong(self, gate: Gate, action: str | None) -> Iterator[str]:
        """Yield what went wrong, most frequent first, and when."""
        kinds = self._figures.errors if action is None else self._figures.cell(action).outcomes
        wanted = {UNANSWERED} if gate.kind == "unanswered" else set(kinds) - {ANSWERED}
        yield _some(f"{kinds[kind]} {kind}" for kind in sorted(wanted, key=lambda kind: -kinds[kind]))
        numbers = [n for n, second in self._figures.seconds.items() if _errors(second, action)]
        yield f"in {spans(numbers, self._figures.width)}"


def throughput(figures: Figures, action: str | None = None) -> float | None:
    """Return the answers per second over the seconds in which the whole fleet wanted to be connected."""
    seconds = full(figures)
    answered = sum(_cell(second, action).outcomes[ANSWERED] for _, second in seconds)
    return answered / (len(seconds) * figures.width) if seconds else None


def spans(numbers: Iterable[int], width: int = 1) -> str:
    """Return seconds of a run in words, such as "seconds 12 to 14, 20"; neighbours, ``width`` apart, make a span."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number - found[-1][1] <= 1:
            found[-1] = found[-1][0], number + width - 1
        else:
            found.append((number, number + width - 1))
    word = "second" if len(found) == 1 and found[0][0] == found[0][1] else "seconds"
    return f"{word} {_some(f'{first}' if first == last else f'{first} to {last}' for first, last in found)}"


def _late(second: Second, gate: Gate, action: str | None) -> bool:
    """Whether a second by itself missed a gate about latency, in one of the actions that it is about."""
    cells = [cell.scheduled for (_, name), cell in second.cells.items() if action in (None, name)]
    return any(len(one) and not one.within(gate.part, gate.limit) for one in cells)


def _cell(second: Second, action: str | None) -> Cell:
    return Cell.of(cell for (_, name), cell in second.cells.items() if action in (None, name))


def _errors(second: Second, action: str | None) -> int:
    """Return how many CALLs and, where no action is asked for, connections went wrong in a second."""
    return _cell(second, action).errors + (second.failures if action is None else 0)


def _some(texts: Iterable[str]) -> str:
    """Return the first few texts, and how many there are beside."""
    each = list(texts)
    more = f" and {len(each) - MOST_NAMED} more" if len(each) > MOST_NAMED else ""
    return ", ".join(each[:MOST_NAMED]) + more
