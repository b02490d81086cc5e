"""The judged wire between one station and its central system, without input or output.

Whoever moves the frames, a simulated station as well as a relay, a log reader or a load generator, tells what was sent
and received; everything is recorded in a trace, and what the central system sends is held to the rules of its version.
Where the station is somebody else's too, what it sends is held to the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness import rules
from harness.correspondence import Correspondence
from harness.ocppj import Frame, encode, parse
from harness.rules import Ruling
from harness.trace import Direction, Entry, Event, Trace
from harness.versions import Version, held_of_stations

SHOWN_BYTES = 1000
"""Bytes of a binary message that are recorded."""


class Wire:
    """All connections of one ``station``, one after the other, recorded in ``trace`` (which may be replaced).

    ``connection`` numbers the present one.
    """

    def __init__(self, station: str, version: Version, trace: Trace) -> None:
        self.station = station
        self.version = version
        self.trace = trace
        self.connection = 1
        self._correspondence = Correspondence(version)

    @property
    def settled(self) -> bool:
        """Whether everything sent was a proper frame, and no answer is owed on either side."""
        return self._correspondence.settled

    def opened(self, connection: int, text: str) -> Entry:
        """Record that a connection is open; ids of the central system begin anew (OCPP-J 4.1.4)."""
        self.connection = connection
        self._correspondence.reconnected()
        return self.note(Direction.RECEIVED, Event.OPENED, text)

    def sent(self, message: Frame | Sequence[Any] | str | bytes) -> tuple[str | bytes, Entry]:
        """Record what a station sends: a frame, a list that passes for one, a text, or bytes as a binary message.

        Return the text or bytes to be sent.
        """
        frame = self._correspondence.note_sent(message)
        if isinstance(message, bytes):
            return message, self.note(Direction.SENT, Event.BINARY, message.hex(), frame=frame)
        text = message if isinstance(message, str) else encode(message)
        return text, self.note(Direction.SENT, Event.TEXT, text, frame=frame)

    def received(self, message: str | bytes) -> Entry:
        """Record what the central system sends, with what the rules say of it; its frame is in the entry."""
        return self._judged(Direction.RECEIVED, message, self._correspondence)

    def ended(self, direction: Direction, text: str, *, flood: bool = False, violation: str | None = None) -> Entry:
        """Record the end of a connection, by whom, and whether ``flood`` or a ``violation`` of RFC 6455 caused it."""
        ruling = Ruling(self._version_for(direction))
        ruling.that(not flood, rules.FLOOD, "one CALL at a time", text)
        ruling.that(violation is None, rules.FRAMES, "frames that RFC 6455 allows", str(violation))
        return self.note(direction, Event.CLOSED, text, ruling=ruling)

    def note(self, direction: Direction, event: Event, text: str, **more: Any) -> Entry:
        """Record anything else that happens on the wire."""
        return self.trace.add(self.station, direction, event, text, connection=self.connection, **more)

    def write_off(self, unique_id: str) -> None:
        """Count a CALL of the central system as timed out; the next one may follow (OCPP-J 4.1.1)."""
        self._correspondence.write_off(unique_id)

    def _version_for(self, direction: Direction) -> Version:
        """Return the version by whose rules what goes one way is judged."""
        return self.version

    def _judged(self, direction: Direction, message: str | bytes, correspondence: Correspondence) -> Entry:
        version = correspondence.version
        if isinstance(message, bytes):
            ruling = Ruling(version)
            ruling.that(False, rules.TEXT, "a text message", f"a binary message of {len(message)} bytes")
            return self.note(direction, Event.BINARY, message[:SHOWN_BYTES].hex(), ruling=ruling)
        parsed = parse(message, version)
        ruling = correspondence.judge(parsed)
        return self.note(direction, Event.TEXT, message, frame=parsed.frame, ruling=ruling)


class WatchedWire(Wire):
    """A wire between two others: what the station sends is held to the rules as well."""

    def __init__(self, station: str, version: Version, trace: Trace) -> None:
        super().__init__(station, version, trace)
        self._of_station = Correspondence(held_of_stations(version))

    def opened(self, connection: int, text: str) -> Entry:
        """Record that a connection is open; ids of either side begin anew."""
        self._of_station.reconnected()
        return super().opened(connection, text)

    def sent(self, message: Frame | Sequence[Any] | str | bytes) -> tuple[str | bytes, Entry]:
        """Record what the station sends, with what the rules say of it."""
        text = message if isinstance(message, str | bytes) else encode(message)
        entry = self._judged(Direction.SENT, text, self._of_station)
        self._correspondence.note_sent(_as_read(entry, text))
        return text, entry

    def received(self, message: str | bytes) -> Entry:
        """Record what the central system sends, with what the rules say of it."""
        entry = super().received(message)
        self._of_station.note_sent(_as_read(entry, message))
        return entry

    def repeated(self, direction: Direction, frame: Frame) -> None:
        """Take notice that a message that was recorded once reaches the other side another time."""
        (self._correspondence if direction is Direction.SENT else self._of_station).note_sent(frame)

    def write_off(self, unique_id: str) -> None:
        """Count a CALL of either side as timed out; the next one may follow."""
        super().write_off(unique_id)
        self._of_station.write_off(unique_id)

    def _version_for(self, direction: Direction) -> Version:
        return self.version if direction is Direction.RECEIVED else self._of_station.version


def _as_read(entry: Entry, message: str | bytes) -> Frame | str | bytes:
    """Return what reached the other side: a proper frame need not be read again."""
    return entry.frame if entry.frame is not None and not entry.problems else message
