"""One connection of a fleet, over a pair of sockets: what it hears, whatever its bytes come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from gevent import socket
from gevent.event import Event
from gevent.server import StreamServer
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from simulators.connection import Endpoint
from simulators.load.agenda import Agenda
from simulators.load.transport import Access, Link, open_link, resolved

LIMIT = 5.0


class Counting(Agenda):
    """An agenda that tells when bytes were taken in."""

    def __init__(self, broken: Callable[[Exception], None]) -> None:
        super().__init__(broken)
        self.taken = Event()

    def arrived(self, take: Callable[[bytes, float], None], data: bytes) -> None:
        """Tell when they were taken in."""

        def taken(data: bytes, at: float) -> None:
            take(data, at)
            self.taken.set()

        super().arrived(taken, data)


class Heard:
    """A listener that keeps what it is told, and answers to "speak"."""

    def __init__(self) -> None:
        self.link: Link | None = None
        self.messages: list[str | bytes] = []

    def heard(self, message: str | bytes, at: float) -> None:
        """Keep a message."""
        self.messages.append(message)
        if message == "speak":
            assert self.link is not None
            self.link.send(b"said")

    def lost(self, cause: str, at: float) -> None:
        """Keep the end."""
        self.messages.append(cause)


@dataclass(frozen=True, slots=True)
class Line:
    """A connection, whoever listens to it, and the socket of the other side."""

    link: Link
    heard: Heard
    other: Any
    agenda: Counting

    def says(self, *portions: bytes) -> list[str | bytes]:
        """Send bytes from the other side, portion by portion, and return all that was told."""
        for data in portions:
            self.agenda.taken.clear()
            self.other.sendall(data)
            assert self.agenda.taken.wait(LIMIT)
        return self.heard.messages


@pytest.fixture
def line() -> Iterator[Line]:
    """A connection that is open, and whose agenda must not break."""
    broken: list[Exception] = []
    agenda = Counting(broken.append)
    mine, other = socket.socketpair()
    protocol = ClientProtocol(parse_uri("ws://127.0.0.1/"))
    protocol.state = State.OPEN
    protocol.parser = protocol.parse()
    next(protocol.parser)
    heard = Heard()
    link = heard.link = Link(mine, protocol, heard, agenda)
    yield Line(link, heard, other, agenda)
    link.abort()
    other.close()
    agenda.end()
    assert broken == []


def frame(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    """Return a frame of the other side."""
    return Frame(opcode, data, fin).serialize(mask=False)


ONE, TWO = frame(Opcode.TEXT, b"one"), frame(Opcode.TEXT, b"two")
BEGUN, ENDED = frame(Opcode.TEXT, b"be", fin=False), frame(Opcode.CONT, b"gun")
PING, CLOSE = frame(Opcode.PING, b""), frame(Opcode.CLOSE, b"\x03\xe8")


@pytest.mark.parametrize(
    ("portions", "messages"),
    [
        ([ONE, TWO], ["one", "two"]),
        ([ONE + TWO, ONE], ["one", "two", "one"]),
        ([ONE[:1], ONE[1:], TWO], ["one", "two"]),
        ([ONE[:3], ONE[3:] + TWO[:2], TWO[2:], ONE], ["one", "two", "one"]),
        ([PING, ONE, PING + TWO, ONE], ["one", "two", "one"]),
        ([BEGUN, ENDED, ONE], ["begun", "one"]),
        ([BEGUN, PING, ENDED + ONE, TWO], ["begun", "one", "two"]),
        ([b"\x81\x7e\x00\x03one", TWO], ["one", "two"]),
        ([frame(Opcode.TEXT, b"x" * 60_000), ONE], ["x" * 60_000, "one"]),
        ([frame(Opcode.TEXT, b"x" * 70_000), ONE], ["x" * 70_000, "one"]),
        ([frame(Opcode.BINARY, ONE), TWO], [ONE, "two"]),
        ([frame(Opcode.TEXT, b"\xff"), ONE], ["\ufffd", "one"]),
        ([ONE, BEGUN, ONE], ["one", "lost"]),
        ([frame(Opcode.TEXT, b"x" * 9)[:4], ONE, b"x" * 2], ["xx\ufffd\x03onexx"]),
        ([ONE, CLOSE], ["one", "closed 1000"]),
    ],
)
def test_messages_are_heard_however_they_come(line: Line, portions: list[bytes], messages: list[str | bytes]) -> None:
    """What is whole and what is in parts, several at once and with control frames between: each message, in order."""
    assert line.says(*portions) == messages


@pytest.mark.parametrize("portions", [(ONE,), (PING, ONE + TWO), (BEGUN, ENDED), (ONE[:1], ONE[1:])])
def test_state_machine_is_asked_no_more_than_needed(
    line: Line, monkeypatch: pytest.MonkeyPatch, portions: tuple[bytes, ...]
) -> None:
    """Once whatever it had to see is complete, whole texts go past it again."""
    line.says(*portions)
    monkeypatch.delattr(Protocol, "receive_data")
    assert line.says(TWO)[-1] == "two"


def test_message_is_sent_as_one_masked_frame(line: Line) -> None:
    """The other side reads it, also what was made ready before."""
    line.link.hold(b"one")
    line.link.send(b"two")
    sent = line.other.recv(100)
    assert len(sent) == 2 * (2 + 4 + 3)
    assert (sent[0], sent[1], sent[9], sent[10]) == (0x81, 0x83, 0x81, 0x83)


def test_nothing_is_said_to_a_side_that_is_closing(line: Line) -> None:
    """It has closed together with its last message: the answer to that is dropped, and the end told."""
    assert line.says(frame(Opcode.TEXT, b"speak") + CLOSE) == ["speak", "closed 1000"]
    assert line.other.recv(100)[0] == CLOSE[0]


@pytest.mark.parametrize(
    ("portions", "messages"),
    [
        ((ONE, TWO), ["one", "two"]),
        ((ONE + TWO[:1], TWO[1:]), ["one", "two"]),
        ((TWO[:3], TWO[3:]), ["two"]),
        ((b"\x81\x07xx", ONE), ["xx\ufffd\x03one"]),
    ],
)
def test_what_comes_with_the_answer_to_the_handshake(portions: tuple[bytes, bytes], messages: list[str]) -> None:
    """A message that comes, or begins, together with it is heard as any other."""
    heard, agenda, goes_on = Heard(), Counting(lambda error: pytest.fail(str(error))), Event()

    def serve(other: Any, address: object) -> None:
        server = ServerProtocol(subprotocols=[Subprotocol("ocpp1.6")])
        while not (requests := server.events_received()):
            server.receive_data(other.recv(4096))
        server.send_response(server.accept(requests[0]))  # type: ignore[arg-type]
        other.sendall(b"".join(server.data_to_send()) + portions[0])
        goes_on.wait(LIMIT)
        other.sendall(portions[1])

    with closing(StreamServer(("127.0.0.1", 0), serve)) as system:
        system.start()
        endpoint = Endpoint(f"ws://127.0.0.1:{system.server_port}/")
        access = Access(endpoint, resolved(endpoint), str, lambda name: {}, lambda name: None, [], patience=LIMIT)
        link = open_link(access, "CP1", "ocpp1.6", heard, agenda)
        goes_on.set()
        while len(heard.messages) < len(messages):
            agenda.taken.clear()
            assert agenda.taken.wait(LIMIT)
        link.abort()
    assert heard.messages == messages
