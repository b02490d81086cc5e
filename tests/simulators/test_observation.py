"""Tests of what a station may see for a CALL."""

from __future__ import annotations

import pytest

from harness.trace import Direction, Event, Trace
from simulators.connection import Closed
from simulators.observation import Answer, Observation, Refusal, Silence, gist

ENTRY = Trace().add("CP1", Direction.RECEIVED, Event.TEXT)


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Answer({}, ENTRY), "CALLRESULT"),
        (Refusal("NotSupported", "", ENTRY), "NotSupported"),
        (Silence(1.0), "silence"),
        (Closed(1000, ""), "close"),
    ],
    ids=["answer", "refusal", "silence", "close"],
)
def test_observation_in_one_word(outcome: Observation, word: str) -> None:
    """The four kinds of observation are told apart by one word, refusals by their code."""
    assert gist(outcome) == word
