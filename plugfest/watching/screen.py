"""What is seen of a watch in a terminal: a table of stations that stays, and lines that pass above it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from harness.conversation import Conversation
from harness.trace import Direction, Entry, Event, entry_line
from harness.verdict import SHALL

MOST_ROWS = 20
"""Stations that the table shows: those that spoke last."""

MOST_LINES = 500
"""Lines that wait to be shown; of more at once the oldest are left out, and counted."""

_TOLD = frozenset({Event.OPENED, Event.REFUSED, Event.CLOSED, Event.LOST, Event.FAULT})


class Screen:
    """Shows lines as they come, and on a terminal the state of each station; a context manager.

    It is told of entries at once and shows them when ``refresh`` is called, so that no message waits for a terminal.
    ``frames`` shows every message, and not only connections, faults and problems.
    """

    def __init__(
        self, console: Console, conversations: Mapping[tuple[str, str], Conversation], *, frames: bool
    ) -> None:
        self._console = console
        self._conversations = conversations
        self._frames = frames
        self._lines: deque[Text] = deque(maxlen=MOST_LINES)
        self._left_out = 0
        self._overdue: set[tuple[Conversation, Direction, int, str]] = set()
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refresh()
        if self._live:
            self._live.stop()

    def heard(self, conversation: Conversation, entry: Entry) -> None:
        """Have an entry shown, if it is to be, and what is wrong with it."""
        if self._frames or entry.event in _TOLD or entry.problems:
            self._add(Text(entry_line(entry.to_json())))
        culprit = "the station" if entry.direction is Direction.SENT else "the central system"
        for problem in entry.problems:
            style, word = ("red", "fault") if problem.level is SHALL else ("yellow", "remark")
            told = f"{problem.clause}: expected {problem.expected}, observed {problem.observed}"
            self._add(Text(f"          {word} of {culprit}: {told[:400]}", style=style))

    def told(self, text: str) -> None:
        """Have a line shown that belongs to no conversation."""
        self._add(Text(text, style="magenta"))

    def refresh(self) -> None:
        """Show what has come."""
        self._tell_overdue()
        lines, self._lines = self._lines, deque(maxlen=MOST_LINES)
        if self._left_out:
            self._console.print(f"… {self._left_out} lines are left out here; the traces have them all")
            self._left_out = 0
        if lines:
            self._console.print(Text("\n").join(lines), soft_wrap=True)
        if self._live:
            self._live.update(_table(self._conversations.values()), refresh=True)

    def _tell_overdue(self) -> None:
        """Have a line shown for each CALL that has begun to wait longer than patience lasts."""
        overdue = {
            (one, *key): call.action
            for one in self._conversations.values()
            for key, call in one.owed.items()
            if one.now - call.at >= one.patience
        }
        for (one, asker, *_), action in ((key, overdue[key]) for key in overdue.keys() - self._overdue):
            culprit = "the central system" if asker is Direction.SENT else "the station"
            told = f"no answer to {action} within {one.patience:g} s"
            self._add(Text(f"{one.now:8.3f}  {one.station}: fault of {culprit}: {told}", style="red"))
        self._overdue = set(overdue)

    def _add(self, line: Text) -> None:
        self._left_out += len(self._lines) == MOST_LINES
        self._lines.append(line)


def _table(conversations: Iterable[Conversation]) -> Table:
    """Return the table of the stations that spoke last."""
    latest = sorted(conversations, key=lambda one: one.now - one.latest)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in (
        "station",
        "OCPP",
        "state",
        "sent",
        "received",
        "faults of it",
        "of the system",
        "remarks",
        "waits for",
    ):
        table.add_column(name)
    for one in latest[:MOST_ROWS]:
        table.add_row(*_row(one))
    if len(latest) > MOST_ROWS:
        table.add_row(f"and {len(latest) - MOST_ROWS} more")
    return table


def _row(one: Conversation) -> tuple[str | Text, ...]:
    station, central = one.sides[Direction.SENT], one.sides[Direction.RECEIVED]
    connectors = " ".join(f"{name}:{status}" for name, status in sorted(one.connectors.items()))
    state = Text("connected" if one.connected else "away", style="green" if one.connected else "dim")
    owed = ", ".join(f"{call.action} {one.now - call.at:.0f} s" for call in list(one.owed.values())[:3])
    return (
        one.station,
        one.version.name,
        Text.assemble(state, f" {one.registration} {connectors}".rstrip()),
        str(station.messages),
        str(central.messages),
        Text(str(station.problems), style="red" if station.problems else "dim"),
        Text(str(central.problems), style="red" if central.problems else "dim"),
        str(station.remarks + central.remarks),
        owed,
    )
