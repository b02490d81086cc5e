"""Test configurations of MicroOCPP: TOML files, of which some come along, overridden by the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from harness.settings import SettingsError, hint

BUILT_IN = Path(__file__).with_name("profiles")
OVERRIDES = "PLUGFEST_MICROOCPP_SET"

LONGEST = 127
"""Characters of a value: with a longer one MicroOCPP falls back to a public central system of its makers."""

Text = Annotated[StrictStr, Field(max_length=LONGEST, pattern="^[^%]*$")]
Value = StrictBool | StrictInt | Text
"""What MicroOCPP keeps; a percent sign makes its simulator crash."""


class Profile(BaseModel):
    """How MicroOCPP is configured before its start.

    ``connection`` are its keys about the connection, such as ``Cst_ReconnectInterval`` in seconds, ``configuration``
    those of OCPP 1.6 and its own others; ``password`` says whether it gives Basic credentials.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    version: Literal["1.6", "2.0.1"] = "1.6"
    password: bool = False
    connection: Mapping[str, Value] = {}
    configuration: Mapping[str, Value] = {}


def profile(name: str, environment: Mapping[str, str] = os.environ) -> Profile:
    """Return the profile of a name, or of a TOML file, with what the environment sets; raises SettingsError."""
    path = Path(name) if name.endswith(".toml") else BUILT_IN / f"{name}.toml"
    if not path.exists():
        known = sorted(one.stem for one in BUILT_IN.glob("*.toml"))
        raise SettingsError(f"there is no MicroOCPP profile {name!r}{hint(name, known)}, or the path of a .toml file")
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        found = Profile.model_validate(told)
        return Profile.model_validate(
            {**told, "configuration": {**found.configuration, **_overrides(environment.get(OVERRIDES, ""))}}
        )
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SettingsError(f"{path}: {place}: {first['msg']}") from None


def _overrides(text: str) -> dict[str, bool | int | str]:
    """Return the keys of ``Key=value;Key=value``."""
    found: dict[str, bool | int | str] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        key, sign, value = part.partition("=")
        if not sign:
            raise SettingsError(f"{OVERRIDES}: {part!r} is not Key=value")
        found[key.strip()] = _typed(value.strip())
    return found


def _typed(value: str) -> bool | int | str:
    if value in ("true", "false"):
        return value == "true"
    return int(value) if value.lstrip("-").isdecimal() else value
