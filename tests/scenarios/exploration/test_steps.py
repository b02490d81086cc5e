"""Steps as they are written down."""

from __future__ import annotations

import pytest

from harness.settings import SettingsError
from scenarios.exploration.steps import FORMS, Place, Step, Verb, parse, written


@pytest.mark.parametrize("verb", Verb)
def test_written_steps_are_read_again(verb: Verb) -> None:
    """A step of any verb, with any of its words, is read as it was written."""
    form = FORMS[verb]
    station = "" if form.place is Place.SYSTEM else "B"
    connector = 2 if form.place in (Place.CONNECTOR, Place.ANY) else 0
    for number in range(max(map(len, form.choices), default=1)):
        step = Step(verb, station, connector, tuple(among[number % len(among)] for among in form.choices))
        assert parse(str(step)) == (step,)


def test_plain_words_are_left_out() -> None:
    """What is usual need not be said; semicolons, lines and remarks separate steps."""
    steps = parse("start A.1\n# a remark\nlose A; restart")
    assert steps[0].words == ("accepted", "told", "reservation-named", "")
    assert written(steps) == "start A.1 accepted; lose A lost; restart"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("begin A.1", "unknown 'begin'"),
        ("start A", "'A' is not a connector, such as A.1"),
        ("lose A.1", "'A.1' is not a station, such as A"),
        ("start", "'' is not a connector"),
        ("start A.1 acepted", "unknown 'acepted'; did you mean 'accepted'?"),
    ],
)
def test_wrong_steps(text: str, said: str) -> None:
    """A step that cannot be read is told with what is wrong in it."""
    with pytest.raises(SettingsError, match=said.replace("?", r"\?").replace(".", r"\.")):
        parse(text)
