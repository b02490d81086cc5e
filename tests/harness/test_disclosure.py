"""What is told of a target's settings lets nobody in."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.disclosure import SECRET, disclosed, user_information
from harness.settings import load

TARGET = """
[csms]
name = "ACME"
endpoint = "ws://op:geheim-1@csms.example/ocpp"
driver = "http"
[security]
profile = 1
password = "geheim-2"
[gates]
p95 = "100ms"
[driver.http]
base_url = "https://csms.example/api"
headers = { Authorization = "Bearer geheim-3", "X-Key" = "geheim-4" }
basic_auth = { username = "geheim-5", password = "${ACME_PASSWORD}" }
timeout = 10
[driver.http.operations."*"]
path = "/c/{station}"
body = { api_key = "geheim-6", idToken = "{idTag}", pin_token = 4711, items = ["http://u:geheim-7@x"] }
"""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A target file with a secret wherever one can be."""
    path = tmp_path / "acme.toml"
    path.write_text(TARGET, encoding="utf-8")
    return path


def test_no_secret_is_told(target: Path) -> None:
    """Passwords, tokens, keys, headers and what stands in addresses are replaced, whatever their type."""
    told = str(disclosed(load(target, {})))
    assert ("geheim" in told, "4711" in told) == (False, False)
    assert str(target.parent) not in told


def test_what_is_no_secret_is_told(target: Path) -> None:
    """The rest is there as a target file has it, gates and placeholders too."""
    told = disclosed(load(target, {}))
    assert told["csms"]["endpoint"] == f"ws://{SECRET}@csms.example/ocpp"
    assert (told["security"]["profile"], told["gates"]) == (1, {"p95": "100.0 ms"})
    http = told["driver"]["http"]
    assert (http["timeout"], http["basic_auth"]["password"]) == (10, "${ACME_PASSWORD}")
    assert http["operations"]["*"]["body"]["idToken"] == "{idTag}"


def test_password_as_bytes_is_not_told() -> None:
    """The other form of a password is one too."""
    told = disclosed(load(None, {"PLUGFEST_SECURITY_PASSWORD_HEX": "00ff00ff"}))
    assert told["security"]["password_hex"] == SECRET


@pytest.mark.parametrize(
    ("address", "found"), [("wss://a:b@c/d", "a:b"), ("wss://c/d@e", ""), ("ws://c", ""), ("", "")]
)
def test_user_information_of_an_address(address: str, found: str) -> None:
    """An at sign in the path is none."""
    assert user_information(address) == found
