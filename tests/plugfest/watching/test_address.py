"""Addresses as a person writes them."""

from __future__ import annotations

import socket

import click
import pytest

from plugfest.watching.address import Address, listen, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9220", ("127.0.0.1", 9220)),
        (":0", ("127.0.0.1", 0)),
        ("0.0.0.0:9220", ("0.0.0.0", 9220)),
        ("[::1]:9220", ("::1", 9220)),
    ],
)
def test_address_is_the_loopback_unless_said(text: str, expected: tuple[str, int]) -> None:
    """A port alone listens where nobody else can come."""
    assert Address().convert(text, None, None) == expected
    assert Address().convert(expected, None, None) == expected


@pytest.mark.parametrize("text", ["", "localhost", "127.0.0.1:70000", "127.0.0.1:x"])
def test_address_without_a_port_is_refused(text: str) -> None:
    """The error says how one is written."""
    with pytest.raises(click.BadParameter, match="write ADDRESS:PORT"):
        Address().convert(text, None, None)


def test_address_in_use_names_the_option() -> None:
    """What cannot be had is told with the remedy."""
    with listen(("127.0.0.1", 0), "--listen") as listener:
        port = listener.getsockname()[1]
        assert shown(listener) == f"127.0.0.1:{port}"
        with pytest.raises(click.UsageError, match=f"--listen 127.0.0.1:{port}: .*; choose another address"):
            listen(("127.0.0.1", port), "--listen")


def test_address_of_version_6() -> None:
    """It stands in brackets in a URL."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        listener = listen(("::1", 0), "--listen")
    except click.UsageError:
        pytest.skip("this machine has no loopback of IPv6")
    with listener:
        assert shown(listener).startswith("[::1]:")
