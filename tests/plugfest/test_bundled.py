"""The reference as a process of its own: it is served, tells its memory, and nothing of it remains."""

from __future__ import annotations

import socket

import pytest

from plugfest import bundled as module
from plugfest.bundled import NotServed, bundled


def test_memory_of_a_process_that_has_ended() -> None:
    """As long as it runs its memory is known, afterwards not."""
    with bundled() as system:
        found = system.memory()
        assert found is not None
        assert found > 10_000_000
    assert system.memory() is None
    assert not system.process.is_running()


def test_process_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does not heed its end is killed."""
    monkeypatch.setattr(module, "STOP_LIMIT", 0.2)
    with bundled() as system:
        system.process.suspend()
    assert not system.process.is_running()


@pytest.mark.parametrize(
    ("mutant", "limit", "said"), [("nosuch", 30.0, "there is no mutant"), (None, 0.0, "nothing within 0 s")]
)
def test_reference_that_does_not_start(
    monkeypatch: pytest.MonkeyPatch, mutant: str | None, limit: float, said: str
) -> None:
    """Why it does not start is told, and how long was waited."""
    monkeypatch.setattr(module, "START_LIMIT", limit)
    with pytest.raises(NotServed, match=said), bundled(mutant):
        pass


def test_port_that_is_taken() -> None:
    """A port of somebody else is told as such."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = bundled(port=server.getsockname()[1])
        with pytest.raises(NotServed, match="does not start"):
            taken.__enter__()
