"""The target file: settings, or an error that says what is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from harness.csms.v16 import OPERATIONS
from harness.drivers.http.reading import read_table
from harness.drivers.http.table import HttpTable
from harness.settings import Settings, SettingsError, load
from tests.fuzz.values import TOML, WORDS, named, toml

SECTIONS = {
    name: tuple(section.model_fields)
    for name, field in Settings.model_fields.items()
    if isinstance(section := field.annotation, type) and issubclass(section, BaseModel)
}
LIKELY = st.sampled_from(["1.6", "ws://h", "wss://h/{station}", "http", "reference", "x.py:Driver", "refused", "00"])
VALUES = LIKELY | TOML
TABLES = st.fixed_dictionaries({}, optional={name: named(keys, VALUES, max_size=4) for name, keys in SECTIONS.items()})
VARIABLES = [f"PLUGFEST_{section}_{key}".upper() for section, keys in SECTIONS.items() for key in keys]


def judged(path: Path | None, environment: Mapping[str, str] | None = None, endpoint: str | None = None) -> None:
    """Read a target; any exception but the one that is documented is a defect."""
    with suppress(SettingsError):
        assert isinstance(load(path, environment or {}, endpoint=endpoint), Settings)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass")))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    """A file of any content is a target or no TOML file."""
    path = tmp_path / "target.toml"
    path.write_bytes(content)
    judged(path)


@given(TABLES | named(list(SECTIONS), VALUES, max_size=4))
def test_any_values(tmp_path: Path, members: dict[str, Any]) -> None:
    """Well-formed TOML with values of any kind, in sections known and unknown."""
    path = tmp_path / "target.toml"
    path.write_text("".join(f"{toml(str(name))} = {toml(value)}\n" for name, value in members.items()), "utf-8")
    judged(path)


@given(st.lists(st.sampled_from("[]{}=\"'.#,\n\\ abcsms1u-_ëª\x00"), max_size=60).map("".join))
def test_any_punctuation(tmp_path: Path, text: str) -> None:
    """Text that looks like TOML at a glance."""
    path = tmp_path / "target.toml"
    path.write_text(text, "utf-8")
    judged(path)


@given(st.dictionaries(st.sampled_from(VARIABLES) | WORDS, WORDS | LIKELY, max_size=4), st.none() | WORDS | LIKELY)
def test_any_environment(environment: dict[str, str], endpoint: str | None) -> None:
    """Variables and an endpoint of any text."""
    judged(None, environment, endpoint)


@given(TOML)
def test_values_are_written_as_toml(value: Any) -> None:
    """The values of these tests arrive as what they are."""
    assert repr(tomllib.loads(f"a = {toml(value)}")["a"]) == repr(value)


def test_deep_nesting(tmp_path: Path) -> None:
    """Tables and lists in thousands of each other are an error like any other."""
    path = tmp_path / "target.toml"
    for text in ("a = " + "[" * 5000, "a = " + "{a = " * 5000, "[" + ".".join(["a"] * 5000) + "]"):
        path.write_text(text, "utf-8")
        judged(path)


REQUEST = named(("method", "path", "query", "body", "taken", "receipt", "at", "found", "unknown", "poll"), VALUES)
ENTRIES = st.dictionaries(st.sampled_from([*OPERATIONS, "*"]) | WORDS, REQUEST | VALUES, max_size=3)
TABLE = st.fixed_dictionaries(
    {"base_url": WORDS | st.sampled_from(["http://h", "https://[::1", "http://${HOME}", "http://u:p@h/?q"])},
    optional={
        "headers": st.dictionaries(WORDS, WORDS | st.sampled_from(["${HOME}", "${", "a\nb"]), max_size=2),
        "operations": ENTRIES,
        "abilities": named(("station", "outcome", "provision_tag"), REQUEST | VALUES, max_size=3),
        "timeout": VALUES,
    },
)


@given(TABLE)
def test_any_table_of_the_http_driver(members: dict[str, Any]) -> None:
    """The table of the declarative driver, with values of any kind."""
    with suppress(SettingsError):
        assert isinstance(read_table(members, "t", OPERATIONS, {"HOME": "h"}), HttpTable)
