"""Settings: flags, variables and what is wrong with them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from server.core.settings import ABOUT, ServerSettings, SettingsError


def test_every_setting_is_described() -> None:
    """The table of settings and the fields are the same."""
    assert list(ABOUT) == [field.name for field in fields(ServerSettings)]


def test_variables_are_read() -> None:
    """A variable of the environment becomes a value of the right type."""
    settings = ServerSettings.load({"PLUGFEST_SERVER_PORT": "0", "PLUGFEST_SERVER_ACCEPT_UNKNOWN": "yes"})
    assert (settings.port, settings.accept_unknown) == (0, True)


def test_flags_override_variables() -> None:
    """A flag is stronger than a variable, and None is no flag."""
    settings = ServerSettings.load(
        {"PLUGFEST_SERVER_INTERVAL": "7", "PLUGFEST_SERVER_CALL_TIMEOUT": "2.5"}, interval="9", call_timeout=None
    )
    assert (settings.interval, settings.call_timeout) == (9, 2.5)


def test_versions_are_listed_with_commas() -> None:
    """Several versions are one text."""
    assert ServerSettings.load({}, versions="1.6, 2.0.1").versions == ("1.6", "2.0.1")


def test_values_need_no_text() -> None:
    """Values that are not texts are taken as they are."""
    assert ServerSettings.load({}, database=Path("x")).database == Path("x")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("port", "65536"),
        ("versions", " , "),
        ("port", "http"),
        ("interval", "0"),
        ("call_timeout", "0"),
        ("call_timeout", "nan"),
        ("call_timeout", "inf"),
        ("accept_unknown", "perhaps"),
    ],
)
def test_unusable_value_is_named(name: str, text: str) -> None:
    """A value that cannot be used is an error that names the variable and the value."""
    with pytest.raises(SettingsError, match=f"PLUGFEST_SERVER_{name.upper()} = '{text}'"):
        ServerSettings.load({f"PLUGFEST_SERVER_{name.upper()}": text})


def test_unknown_setting_has_a_hint() -> None:
    """An unknown setting is an error that names one like it."""
    with pytest.raises(SettingsError, match="did you mean 'interval'"):
        ServerSettings.load({}, intervall="5")


def test_unlike_setting_lists_all() -> None:
    """A setting unlike any other is an error that lists them."""
    with pytest.raises(SettingsError, match="There are: host, port"):
        ServerSettings.load({}, zzz="5")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])
def test_open_operator_api_demands_a_token(host: str) -> None:
    """Beyond loopback the operator API is not served without a token."""
    with pytest.raises(SettingsError, match="set a token"):
        ServerSettings(operator_host=host).demand_token()
    ServerSettings(operator_host=host, token="t").demand_token()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_needs_no_token(host: str) -> None:
    """On the loopback the operator API is open."""
    ServerSettings(operator_host=host).demand_token()


def test_ports_follow_the_first_one() -> None:
    """A port that is not set is the usual one, or a free one where the first is left to the system."""
    names = ("operator_port", "tls_port", "mutual_tls_port")
    assert [ServerSettings().port_of(name) for name in names] == [9001, 9443, 9444]
    assert [ServerSettings(port=0).port_of(name) for name in names] == [0, 0, 0]
    assert ServerSettings(port=0, tls_port=9555).port_of("tls_port") == 9555
