"""What is made of the log of MicroOCPP."""

from __future__ import annotations

from simulators.microocpp.log import Log


def test_line_is_told_once_it_is_complete() -> None:
    """Pieces end anywhere; the last one is told when its process has ended."""
    heard: list[str] = []
    log = Log(heard.append)
    for piece in ("[Sim] hel", "lo\r", "\n\n[MO] war", "", "ning"):
        log.add(piece)
    assert heard == ["[Sim] hello"]
    log.end()
    log.end()
    assert heard == ["[Sim] hello", "[MO] warning"]


def test_messages_are_left_out() -> None:
    """The wire has them; as last words they count."""
    heard: list[str] = []
    log = Log(heard.append)
    log.add('[MO] info: x\n[MO] Send: [2,"1","Heartbeat",{}]\n')
    assert heard == ["[MO] info: x"]
    assert log.last.startswith("[MO] Send:")
