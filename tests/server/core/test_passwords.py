"""Passwords of stations."""

from __future__ import annotations

import pytest

from server.core.passwords import fits, hashed

PASSWORD = b"Correct-Horse-Batter"


def test_password_fits_its_hash() -> None:
    """A password fits its own hash, of which there is another one each time."""
    first, second = hashed(PASSWORD), hashed(PASSWORD)
    assert first != second
    assert fits(PASSWORD, first)
    assert fits(PASSWORD, second)


@pytest.mark.parametrize("other", [b"", PASSWORD[:-1], PASSWORD + b"x", PASSWORD + b"\0", PASSWORD.swapcase()])
def test_other_password_does_not_fit(other: bytes) -> None:
    """A password that differs only by its end, be that NUL, or by its case, does not fit."""
    assert not fits(other, hashed(PASSWORD))


def test_nothing_fits_where_there_is_no_hash() -> None:
    """A station without a password is let in by none."""
    assert not fits(b"", None)
