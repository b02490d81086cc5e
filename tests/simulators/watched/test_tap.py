"""Bytes that pass are understood, and come out as they went in."""

from __future__ import annotations

import pytest
from websockets.protocol import Side

from simulators.rawsocket import Opcode, frame
from simulators.watched import tap
from simulators.watched.tap import Closing, Message, Piece, Ping, Tap, Violation


def cut(data: bytes, *, portion: int | None = None, side: Side = Side.SERVER) -> list[Piece]:
    """Return the pieces of bytes that come in portions of one size."""
    size = portion or len(data)
    one = Tap(side)
    return [piece for start in range(0, len(data), size) for piece in one.cut(data[start : start + size])]


def meanings(pieces: list[Piece]) -> list[object]:
    """Return what pieces mean, as far as they mean something."""
    return [piece.means for piece in pieces if piece.means is not None]


TEXT = '[3,"1",{"é":null}]'
TALK = b"".join(
    [
        frame(TEXT.encode()),
        frame(b"one", fin=False),
        frame(b"p", Opcode.PING),
        frame(b" two", Opcode.CONTINUATION),
        frame(b"x" * 200, Opcode.BINARY),
        frame(b"p", Opcode.PONG),
        frame(b"y" * 70_000),
        frame(b"\x03\xe9bye", Opcode.CLOSE),
        b"what comes after the end",
    ]
)


@pytest.mark.parametrize("portion", [1, 7, 4096, None])
def test_every_byte_comes_out_as_it_went_in(portion: int | None) -> None:
    """However the bytes arrive, the same ones leave, in order, and mean the same."""
    pieces = cut(TALK, portion=portion)
    assert b"".join(piece.raw for piece in pieces) == TALK
    assert meanings(pieces) == [
        Message(TEXT),
        Ping(b"p", pong=False),
        Message("one two"),
        Message(b"x" * 200),
        Ping(b"p", pong=True),
        Message("y" * 70_000),
        Closing(1001, "bye"),
    ]


def test_frames_of_a_central_system_are_not_masked() -> None:
    """Each side is held to its own kind of frames."""
    assert meanings(cut(frame(b"[]", masked=False), side=Side.CLIENT)) == [Message("[]")]
    (violation,) = meanings(cut(frame(b"[]", masked=False)))
    assert isinstance(violation, Violation)
    (violation,) = meanings(cut(frame(b"[]"), side=Side.CLIENT))
    assert isinstance(violation, Violation)


def test_what_follows_a_violation_is_passed_on_blindly() -> None:
    """Nobody can tell any more what the bytes mean, but they belong to the other side."""
    data = frame(b"", 0x3) + frame(b"[]")
    pieces = cut(data)
    assert b"".join(piece.raw for piece in pieces) == data
    (violation,) = meanings(pieces)
    assert isinstance(violation, Violation)


def test_text_that_is_no_utf8_is_a_violation() -> None:
    """A text message must be UTF-8 (RFC 6455 8.1); the connection may go on."""
    assert meanings(cut(frame(b"\xff") + frame(b"[]"))) == [
        Violation("a text message that is not UTF-8: invalid start byte at byte 0"),
        Message("[]"),
    ]


def test_what_is_too_long_is_passed_on_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message of any size gets through, and its bytes are not held back."""
    monkeypatch.setattr(tap, "LONGEST_MESSAGE", 100)
    data = frame(b"z" * 200)
    pieces = cut(data, portion=50)
    assert b"".join(piece.raw for piece in pieces) == data
    assert meanings(pieces) == [Violation("a frame of 208 bytes, at which this side looks no more")]
    assert len(pieces) > 2
