"""Tests of the tables of the HTTP driver."""

from __future__ import annotations

from typing import Any

import pytest

from harness.csms.v16 import OPERATIONS
from harness.drivers.http.table import HttpTable, read_table
from harness.settings import SettingsError

URL = {"base_url": "http://localhost"}
PATH = {"path": "/x"}


def table(members: dict[str, Any], environment: dict[str, str] | None = None) -> HttpTable:
    """Read a table of 1.6."""
    return read_table(members, "acme.toml: driver.http", OPERATIONS, environment)


def test_minimal_table() -> None:
    """An address is enough; its trailing slash is dropped."""
    read = table({"base_url": "https://acme.test/api/"})
    assert read.base_url == "https://acme.test/api"
    assert read.request_of("Reset") is None
    assert list(read.abilities.entries()) == []


def test_variables_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Address and headers may refer to the environment of the process."""
    monkeypatch.setenv("ACME_HOST", "acme.test")
    monkeypatch.setenv("ACME_TOKEN", "secret")
    read = table({"base_url": "https://${ACME_HOST}", "headers": {"X-Token": "t ${ACME_TOKEN}"}})
    assert read.base_url == "https://acme.test"
    assert read.headers == {"X-Token": "t secret"}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "driver.http: base_url: Field required"),
        ({**URL, "header": {}}, "header: unknown key; did you mean 'headers'? Valid here: abilities, base_url,"),
        ({**URL, "operations": {"Reset": {}}}, "operations.Reset.path: Field required"),
        (
            {**URL, "operations": {"Reset": {**PATH, "recipt": "/id"}}},
            "operations.Reset.recipt: unknown key; did you mean 'receipt'? Valid here: body, method, path,",
        ),
        (
            {**URL, "abilities": {"station": {**PATH, "fond": {}}}},
            "abilities.station.fond: unknown key; did you mean 'found'? Valid here: at, body, found, method, path,",
        ),
        ({**URL, "abilities": {"stations": PATH}}, "abilities.stations: unknown key; did you mean 'station'?"),
        ({**URL, "operations": {"reset": PATH}}, "operations.reset: unknown operation; did you mean 'Reset'?"),
        ({**URL, "operations": {"zzz": PATH}}, "operations.zzz: unknown operation. Valid here: *, CancelReservation,"),
        (
            {**URL, "operations": {"Reset": {**PATH, "body": ["{typ}"]}}},
            "operations.Reset.body: unknown placeholder {typ}; did you mean 'type'? Valid here: action, payload,",
        ),
        ({**URL, "operations": {"*": {"path": "/{type}"}}}, "operations.*.path: unknown placeholder {type}"),
        ({**URL, "operations": {"Reset": {**PATH, "query": {"a": "{b}"}}}}, "Reset.query: unknown placeholder {b}"),
        ({**URL, "abilities": {"outcome": {"path": "/{id}"}}}, "abilities.outcome.path: unknown placeholder {id}"),
        (
            {**URL, "abilities": {"station": {**PATH, "found": {"firmware": "/f"}}}},
            "abilities.station.found.firmware: unknown field; did you mean 'firmware_version'?",
        ),
        ({**URL, "abilities": {"station": {**PATH, "found": {"vendor": "v"}}}}, "found.vendor: String should match"),
        ({**URL, "abilities": {"provision_station": PATH}}, "provision_station and remove_station belong together"),
        ({**URL, "operations": {"Reset": {**PATH, "method": "post"}}}, "method: Input should be 'GET', 'PUT'"),
        ({**URL, "operations": {"Reset": {"path": "x"}}}, "path: String should match"),
        ({**URL, "operations": {"Reset": {**PATH, "taken": [99]}}}, "taken.0: Input should be greater"),
        ({**URL, "timeout": 0}, "timeout: Input should be greater than 0"),
        ({"base_url": "ftp://localhost"}, "base_url: write http://HOST or https://HOST, not 'ftp://localhost'"),
        ({"base_url": "http://"}, "base_url: write http://HOST"),
        ({"base_url": "http://h:port"}, "base_url: Invalid port"),
        ({"base_url": "http://me:secret@h"}, "credentials belong into headers"),
        ({"base_url": "http://h/?a=1"}, "only scheme, host, port and path"),
        ({**URL, "headers": {"X": "${ACME}"}}, "headers.X: the environment variable ACME is not set"),
    ],
)
def test_table_that_cannot_be_used(members: dict[str, Any], message: str) -> None:
    """A mistake is named with file, key and the valid choices."""
    with pytest.raises(SettingsError) as caught:
        table(members, {})
    assert str(caught.value).startswith("acme.toml: driver.http")
    assert message in str(caught.value)


@pytest.mark.parametrize("value", ["secret\n", "sécret"])
def test_header_that_cannot_be_sent(value: str) -> None:
    """A secret that no header can carry is refused, and not shown."""
    with pytest.raises(SettingsError, match=r"headers\.X: holds a line break") as caught:
        table({**URL, "headers": {"X": "${ACME}"}}, {"ACME": value})
    assert "cret" not in str(caught.value)
