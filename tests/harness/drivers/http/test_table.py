"""Tests of the tables of the HTTP driver."""

from __future__ import annotations

from typing import Any

import pytest

from harness.csms import v201
from harness.csms.v16 import OPERATIONS
from harness.drivers.http.reading import read_table
from harness.drivers.http.table import HttpTable
from harness.settings import SettingsError

URL = {"base_url": "http://localhost"}
PATH = {"path": "/x"}
STATION = {"path": "/{station}"}


def table(members: dict[str, Any], environment: dict[str, str] | None = None) -> HttpTable:
    """Read a table of 1.6 and 2.0.1."""
    known = OPERATIONS | {f"2.0.1.{action}": kind for action, kind in v201.OPERATIONS.items()}
    return read_table(members, "acme.toml: driver.http", known, environment)


def test_minimal_table() -> None:
    """An address is enough; its trailing slash is dropped."""
    read = table({"base_url": "https://acme.test/api/"})
    assert read.base_url == "https://acme.test/api"
    assert read.request_of("Reset") is None
    assert read.abilities.entries() == {}


def test_faults_of_the_fallback_are_told_once() -> None:
    """What is wrong with the entry for every operation is not repeated for each that takes from it."""
    with pytest.raises(SettingsError) as caught:
        table({**URL, "operations": {"*": {"recipt": "/id", **PATH}, "Reset": {}, "ClearCache": {}}})
    assert str(caught.value).count("recipt") == 1


def test_entry_takes_over_what_it_has_no_use_for() -> None:
    """Defaults and values of the fallback may name members that an operation does not have."""
    fallback = {**PATH, "defaults": {"retries": 1}, "values": {"type": {"Hard": "HARD"}}}
    read = table({**URL, "operations": {"*": fallback, "ClearCache": {"method": "PUT"}}})
    entry = read.request_of("ClearCache")
    assert entry is not None
    assert (entry.method, entry.defaults) == ("PUT", {"retries": 1})


def test_operation_that_the_product_does_not_offer() -> None:
    """An operation can be taken out of those that the fallback performs."""
    read = table({**URL, "operations": {"*": PATH}, "without": ["Reset"]})
    assert read.request_of("Reset") is None
    assert read.request_of("ClearCache") is not None


def test_operation_of_another_version_has_an_entry_of_its_own() -> None:
    """One action of two versions is two operations; what names no version is of 1.6."""
    newer = {"Reset": {"path": "/new"}, "*": {**PATH, "method": "PUT"}}
    read = table({**URL, "operations": {"Reset": {"path": "/old"}, "2.0.1": newer}, "without": ["2.0.1.ClearCache"]})
    found = {name: read.request_of(name) for name in ("Reset", "2.0.1.Reset", "2.0.1.GetReport")}
    assert {name: (one.path, one.method) for name, one in found.items() if one} == {
        "Reset": ("/old", "POST"),
        "2.0.1.Reset": ("/new", "PUT"),
        "2.0.1.GetReport": ("/x", "PUT"),
    }
    assert read.request_of("ClearCache") is None
    assert read.request_of("2.0.1.ClearCache") is None


def test_first_version_may_be_named_too() -> None:
    """An operation of 1.6 may stand in a table of its version like those of others."""
    assert table({**URL, "operations": {"1.6": {"Reset": PATH}}}).request_of("Reset") is not None


def test_variables_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Address and headers may refer to the environment of the process."""
    monkeypatch.setenv("ACME_HOST", "acme.test")
    monkeypatch.setenv("ACME_TOKEN", "secret")
    login = {"username": "me", "password": "${ACME_TOKEN}"}
    read = table({"base_url": "https://${ACME_HOST}", "headers": {"X-Token": "t ${ACME_TOKEN}"}, "basic_auth": login})
    assert read.base_url == "https://acme.test"
    assert read.headers == {"X-Token": "t secret"}
    assert read.basic_auth is not None
    assert (read.basic_auth.password, "secret" in repr(read.basic_auth)) == ("secret", False)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "driver.http: base_url: Field required"),
        ({**URL, "header": {}}, "header: unknown key; did you mean 'headers'? Valid here: abilities, base_url,"),
        ({**URL, "operations": {"Reset": {}}}, "operations.Reset.path: Field required"),
        (
            {**URL, "operations": {"Reset": {**PATH, "recipt": "/id"}}},
            "operations.Reset.recipt: unknown key; did you mean 'receipt'? Valid here: before, body, defaults,",
        ),
        (
            {**URL, "abilities": {"station": {**PATH, "fond": {}}}},
            "abilities.station.fond: unknown key; did you mean 'found'? Valid here: at, before, body, defaults, found,",
        ),
        ({**URL, "abilities": {"stations": PATH}}, "abilities.stations: unknown key; did you mean 'station'?"),
        ({**URL, "operations": {"reset": PATH}}, "operations.reset: unknown operation; did you mean 'Reset'?"),
        ({**URL, "operations": {"zzz": PATH}}, "operations.zzz: unknown operation. Valid here: *, CancelReservation,"),
        (
            {**URL, "operations": {"Reset": {**PATH, "body": ["{typ}"]}}},
            "operations.Reset.body: unknown placeholder {typ}; did you mean 'type'? Valid here: action, counter,",
        ),
        ({**URL, "operations": {"*": {"path": "/{type}"}}}, "operations.*.path: unknown placeholder {type}"),
        ({**URL, "operations": {"2.0.1": {"Reset": {}}}}, "operations.2.0.1.Reset.path: Field required"),
        (
            {**URL, "operations": {"2.0.1": {"GetConfiguration": PATH}}},
            "operations.2.0.1.GetConfiguration: unknown operation; did you mean",
        ),
        (
            {**URL, "operations": {"2.0.1": {"Reset": {**PATH, "body": "{typ}"}}}},
            "operations.2.0.1.Reset.body: unknown placeholder {typ}; did you mean 'type'? Valid here: action,",
        ),
        ({**URL, "operations": {"Reset": {**PATH, "query": {"a": "{b}"}}}}, "Reset.query: unknown placeholder {b}"),
        ({**URL, "abilities": {"outcome": {"path": "/{id}"}}}, "abilities.outcome.path: unknown placeholder {id}"),
        (
            {**URL, "abilities": {"station": {**STATION, "found": {"firmware": "/f"}}}},
            "abilities.station.found.firmware: unknown field; did you mean 'firmware_version'?",
        ),
        (
            {**URL, "abilities": {"station": {**PATH, "found": {"vendor": "v"}}}},
            "found.vendor.0.at: String should match",
        ),
        (
            {**URL, "abilities": {"provision_station": STATION}},
            "provision_station, remove_station belong together; remove_station is missing",
        ),
        ({**URL, "abilities": {"station": PATH}}, "abilities.station: nothing in it refers to {station}"),
        (
            {**URL, "operations": {"GetLog": {**PATH, "body": "{log.remotelocation}"}}},
            "GetLog.body: unknown placeholder {log.remotelocation}; did you mean 'remoteLocation'? Valid here: latest",
        ),
        (
            {**URL, "operations": {"SendLocalList": {**PATH, "body": "{localAuthorizationList.*.idtag}"}}},
            "unknown placeholder {localAuthorizationList.*.idtag}; did you mean 'idTag'? Valid here: idTag, idTagInfo",
        ),
        (
            {**URL, "operations": {"Reset": {**PATH, "values": {"typ": {}}}}},
            "operations.Reset.values: unknown placeholder {typ}; did you mean 'type'?",
        ),
        (
            {**URL, "operations": {"Reset": {**PATH, "defaults": {"key": 1}}}},
            "Reset.defaults: unknown placeholder {key}",
        ),
        (
            {**URL, "operations": {"Reset": {**PATH, "defaults": {"type": "{of}"}}}},
            "Reset.defaults: unknown placeholder {of}",
        ),
        (
            {**URL, "operations": {"Reset": {**PATH, "before": [{**PATH, "when": "later"}]}}},
            "operations.Reset.before.0.when: unknown placeholder {later}",
        ),
        (
            {**URL, "operations": {"Reset": {**PATH, "before": [{"path": "/{key}", "keep": {"key": "/id"}}]}}},
            "operations.Reset.before.0.path: unknown placeholder {key}",
        ),
        (
            {**URL, "operations": {"Reset": {**PATH, "outcome": {"found": {"stat": "/s"}}}}},
            "operations.Reset.outcome.found.stat: unknown field; did you mean 'state'? Valid here: payload, reason,",
        ),
        (
            {**URL, "operations": {"*": {"recipt": "/id", **PATH}, "Reset": {}}},
            "driver.http: operations.*.recipt: unknown key; did you mean 'receipt'?",
        ),
        ({**URL, "without": ["reset"]}, "without: unknown operation 'reset'; did you mean 'Reset'?"),
        ({**URL, "naming": {"members": "snake"}}, "naming.members: Input should be 'camelCase', 'PascalCase',"),
        (
            {**URL, "abilities": {"station": {**STATION, "found": {"model": {"map": {}}}}}},
            "found.model.0: give either at or value",
        ),
        (
            {**URL, "abilities": {"station": {**STATION, "found": {"model": {"map": {}, "value": 1}}}}},
            "found.model.0: map needs at",
        ),
        (
            {**URL, "basic_auth": {"username": "me", "password": "${ACME}"}},
            "basic_auth.password: the environment variable",
        ),
        ({**URL, "operations": {"Reset": {**PATH, "method": "post"}}}, "method: Input should be 'GET', 'PUT'"),
        ({**URL, "operations": {"Reset": {"path": "x"}}}, "path: String should match"),
        ({**URL, "operations": {"Reset": {**PATH, "taken": [99]}}}, "taken.0: Input should be greater"),
        ({**URL, "timeout": 0}, "timeout: Input should be greater than 0"),
        ({"base_url": "ftp://localhost"}, "base_url: write http://HOST or https://HOST, not 'ftp://localhost'"),
        ({"base_url": "http://"}, "base_url: write http://HOST"),
        ({"base_url": "http://h:port"}, "base_url: Invalid port"),
        ({"base_url": "http://me:secret@h"}, "credentials belong into basic_auth or headers"),
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
