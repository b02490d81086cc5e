"""Times and rates as a person writes them."""

from __future__ import annotations

import click
import pytest

from plugfest.quantities import Duration, Rate


@pytest.mark.parametrize(("text", "seconds"), [("60s", 60), ("1.5m", 90), ("8h", 28_800), ("2", 2), ("250ms", 0.25)])
def test_duration(text: str, seconds: float) -> None:
    """Seconds, minutes and hours; a bare number is in seconds."""
    assert Duration().convert(text, None, None) == seconds
    assert Duration().convert(seconds, None, None) == seconds


@pytest.mark.parametrize("text", ["", "0s", "soon", "5d"])
def test_no_duration(text: str) -> None:
    """The error says how one is written."""
    with pytest.raises(click.BadParameter, match="such as 90s"):
        Duration().convert(text, None, None)


@pytest.mark.parametrize(("text", "rate"), [("200/s", 200), ("600/min", 10), ("2.5", 2.5)])
def test_rate(text: str, rate: float) -> None:
    """Per second, or per minute; a bare number is per second."""
    assert Rate().convert(text, None, None) == rate
    assert Rate().convert(rate, None, None) == rate


@pytest.mark.parametrize("text", ["", "0", "1/h", "fast"])
def test_no_rate(text: str) -> None:
    """The error says how one is written."""
    with pytest.raises(click.BadParameter, match="such as 200/s"):
        Rate().convert(text, None, None)
