"""Text frames that are written and read without a state machine, held against those of ``websockets``."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from simulators.load.frames import size_of, text_frame, whole_text

SIZES = [0, 1, 125, 126, 127, 65_535, 65_536]


def of_server(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    """Return a frame as ``websockets`` writes it."""
    return Frame(opcode, data, fin).serialize(mask=False)


@pytest.mark.parametrize("size", SIZES)
def test_server_reads_what_is_written(size: int) -> None:
    """A frame of any size is one that ``websockets`` reads on the side of a server, which demands a mask."""
    text = b"\xc3\xa4" * (size // 2) + b"x" * (size % 2)
    server = ServerProtocol()
    server.state = State.OPEN
    server.parser = server.parse()
    next(server.parser)
    server.receive_data(text_frame(text))
    (frame,) = server.events_received()
    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.TEXT, True, text)  # type: ignore[union-attr]


def test_masks_differ() -> None:
    """Each frame has a mask of its own (RFC 6455 5.3)."""
    assert len({text_frame(b"")[2:] for _ in range(3000)}) > 2990


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535])
def test_whole_text_is_read(size: int) -> None:
    """What is one text frame is read as it is."""
    assert whole_text(of_server(Opcode.TEXT, b"x" * size)) == b"x" * size


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81",
        b"\x81\x7e",
        b"\x81\x7e\x00",
        of_server(Opcode.TEXT, b"x" * 65_536),
        of_server(Opcode.TEXT, b"x")[:-1],
        of_server(Opcode.TEXT, b"x" * 200)[:-1],
        of_server(Opcode.TEXT, b"x") * 2,
        of_server(Opcode.TEXT, b"x", fin=False),
        b"\x81\x81abcdx",
        of_server(Opcode.CONT, b"x"),
        of_server(Opcode.BINARY, b"x"),
        of_server(Opcode.PING, b"x"),
        of_server(Opcode.CLOSE, b""),
        b"\xc1\x01x",
    ],
)
def test_anything_else_is_left_alone(data: bytes) -> None:
    """Parts, several, fragments, masks, other opcodes, extensions and the longest texts are for the state machine."""
    assert whole_text(data) is None


@pytest.mark.parametrize("size", SIZES)
def test_size_of_a_frame(size: int) -> None:
    """A frame of a server takes as many bytes as ``websockets`` writes."""
    assert size_of(b"x" * size) == len(of_server(Opcode.TEXT, b"x" * size))
