"""A watch in a terminal, and where there is none."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.conversation import Conversation
from harness.trace import Direction
from harness.versions import V16
from plugfest.watching import screen
from plugfest.watching.screen import Screen


class Watched:
    """A screen that shows one conversation, and what it has shown."""

    def __init__(self, *, terminal: bool = False, frames: bool = False) -> None:
        self.output = io.StringIO()
        console = Console(file=self.output, force_terminal=terminal, width=200, highlight=False)
        self.conversations: dict[tuple[str, str], Conversation] = {}
        self.screen = Screen(console, self.conversations, frames=frames)
        self.conversation = self.station("CP1")

    def station(self, name: str) -> Conversation:
        """Return a new conversation that is shown."""
        made = Conversation(name, V16, patience=5, heard=self.screen.heard)
        self.conversations[name, "1.6"] = made
        return made

    def shown(self) -> str:
        """Return what has been shown."""
        self.screen.refresh()
        return self.output.getvalue()


def test_faults_and_connections_are_shown() -> None:
    """A message that breaks nothing is left to the trace; whose a fault is, is said."""
    watched = Watched()
    wire = watched.conversation.begin("101")
    wire.sent('[2,"1","Heartbeat",{}]')
    wire.received("[]")
    wire.sent("{}")
    shown = watched.shown()
    assert "(opened) 101" in shown
    assert "Heartbeat" not in shown
    assert "fault of the central system: OCPP-J 1.6 4.1.3" in shown
    assert "fault of the station: OCPP-J 1.6 4.2" in shown


def test_all_messages_are_shown_if_wanted() -> None:
    """Then every frame has its line."""
    watched = Watched(frames=True)
    watched.conversation.begin("101").sent('[2,"1","Heartbeat",{}]')
    assert "CP1 → [2," in watched.shown()


def test_remarks_are_told_from_faults() -> None:
    """What only remarks is called that."""
    watched = Watched()
    watched.conversation.begin("101").sent('[2,"1","StatusNotification",null]')
    assert "remark of the station" in watched.shown()


def test_missing_answers_are_told_once() -> None:
    """A CALL that waits longer than patience lasts is a fault of whoever owes the answer."""
    watched = Watched()
    watched.conversation.patience = 0
    wire = watched.conversation.begin("101")
    wire.sent('[2,"1","Heartbeat",{}]')
    wire.received('[2,"r","Reset",{"type":"Soft"}]')
    assert "fault of the central system: no answer to Heartbeat within 0 s" in watched.shown()
    assert watched.shown().count("fault of the station: no answer to Reset") == 1


def test_flood_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more lines than anybody reads at a time the newest are shown, and the others counted."""
    monkeypatch.setattr(screen, "MOST_LINES", 2)
    watched = Watched()
    for name in ("one", "two", "three"):
        watched.screen.told(name)
    shown = watched.shown()
    assert "… 1 lines are left out" in shown
    assert ("one" in shown, "three" in shown) == (False, True)


def test_terminal_has_a_table_of_stations(monkeypatch: pytest.MonkeyPatch) -> None:
    """State, counts and what is waited for are there; of many stations those that spoke last."""
    monkeypatch.setattr(screen, "MOST_ROWS", 1)
    watched = Watched(terminal=True)
    with watched.screen:
        watched.station("CP2")
        wire = watched.conversation.begin("101")
        wire.sent('[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Charging"}]')
        shown = watched.shown()
    for word in ("connected", "1:Charging", "StatusNotification 0 s", "and 1 more"):
        assert word in shown
    wire.ended(Direction.SENT, "close")


def test_without_a_terminal_there_is_no_table() -> None:
    """Plain lines are enough for a log."""
    watched = Watched()
    with watched.screen:
        watched.conversation.begin("101")
        assert "station" not in watched.shown().replace("101", "")
