"""One run's settings: a target file and ``PLUGFEST_*`` variables become one frozen value."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from harness.gates import Gate, gates
from harness.versions import VERSIONS

ENVIRONMENT_PREFIX = "PLUGFEST_"

_HEX = re.compile("([0-9a-fA-F]{2})+")


class SettingsError(Exception):
    """A target file or variable that cannot be used; the text names the place and the remedy."""


def hint(name: str, choices: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: what was probably meant, and all that is valid."""
    valid = sorted(choices)
    near = difflib.get_close_matches(name, valid, n=1)
    return f"{f'; did you mean {near[0]!r}?' if near else '.'} Valid here: {', '.join(valid)}"


def _one_of(kind: str, choices: Iterable[str]) -> AfterValidator:
    """Return what refuses a name that is not one of some."""
    valid = frozenset(choices)

    def known(name: str) -> str:
        if name not in valid:
            raise ValueError(f"unknown {kind} {name!r}{hint(name, valid)}")
        return name

    return AfterValidator(known)


_Version = Annotated[str, _one_of("version", VERSIONS)]
_Profile = Annotated[str, _one_of("profile", (name for one in VERSIONS.values() for name in one.messages))]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


BUNDLED = ("reference", "reference-over-http")
"""The drivers of the reference central system, which plugfest runs itself."""


class CsmsSection(_Section):
    """``[csms]``: the central system under test.

    ``versions`` are the OCPP versions that it speaks, for the bundled reference all. Without ``driver``, the system at
    ``endpoint`` is operated by nobody ("none"); where there is no endpoint either, it is the bundled reference.
    ``at_once`` bounds how many scenarios are under way with it.
    """

    name: str = "reference central system"
    endpoint: str | None = None
    versions: tuple[_Version, ...] = ("1.6",)
    driver: str = "reference"
    expected: Path | None = None
    patience: float = Field(5.0, gt=0, le=3600)
    at_once: int = Field(128, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _driver_follows_from_the_endpoint(cls, members: Any) -> Any:
        if not isinstance(members, dict):
            return members
        foreign = members.get("endpoint") is not None
        if not foreign and members.get("driver", "reference") in BUNDLED:
            members = {"versions": tuple(VERSIONS)} | members
        return {"driver": "none"} | members if foreign else members

    @model_validator(mode="after")
    def _endpoint_makes_sense(self) -> Self:
        if self.endpoint is None:
            return self
        if not self.endpoint.startswith(("ws://", "wss://")):
            raise ValueError(f"endpoint must begin with ws:// or wss://, not {self.endpoint!r}")
        if self.driver in BUNDLED:
            raise ValueError(
                f'driver = "{self.driver}" operates the bundled reference, not the system at endpoint; '
                "leave out endpoint, or name the driver of that system (none: nobody operates it)"
            )
        return self


class StationsSection(_Section):
    """``[stations]``: the identities that stations may use, and how gently each of them must behave (seconds).

    The identities are those of stations that the central system knows and keeps: nobody creates or deletes them.
    """

    identities: tuple[str, ...] = ()
    prefix: str = "PLUGFEST"
    pace: float | None = Field(None, gt=0)
    settle: float = Field(0.0, ge=0)
    reconnect_gap: float = Field(0.0, ge=0)

    def identity(self, number: int) -> str:
        """Return the identity of a station of a fleet by its number, from 0: one that is listed, or one of our own."""
        listed = self.identities
        return listed[number % len(listed)] if listed else f"{self.prefix}{number:06}"


class IdTagsSection(_Section):
    """``[id_tags]``: tags that exist in the central system, for a driver that cannot provision any.

    ``invalid`` is one that it always calls Invalid, for a central system that accepts tags it has never heard of.
    """

    accepted: str | None = None
    second: str | None = None
    same_parent: str | None = None
    invalid: str | None = None
    expired: str | None = None
    blocked: str | None = None


class PoliciesSection(_Section):
    """``[policies]``: what the central system does where the text is open; undeclared means either is fine.

    ``call_timeout`` is the time in seconds after which it gives up on a CALL of its own, ``silence_limit`` that after
    which a station without any sign of life counts as gone, ``heartbeat_interval`` the period that it tells stations,
    to be declared only where that is short enough for a scenario to keep to it.
    """

    unknown_stations: Literal["refused", "rejected", "accepted"] | None = None
    parallel_tag_use: Literal["allowed", "refused"] | None = None
    call_timeout: float | None = Field(None, gt=0)
    silence_limit: float | None = Field(None, gt=0)
    heartbeat_interval: float | None = Field(None, gt=0)
    data_transfer_vendor: str | None = None


class SecuritySection(_Section):
    """``[security]``: the security profile of all stations, and what they prove themselves with.

    ``password`` is a text, ``password_hex`` the same as raw bytes in hexadecimal. ``authority`` is the PEM file of the
    CA that the stations trust; ``client_certificate`` (a chain, leaf first) and ``client_key`` are PEM files too.
    ``organisation`` is the name of the operator of the stations, as it stands in their certificates.
    """

    profile: int = Field(0, ge=0, le=3)
    password: str | None = Field(None, repr=False)
    password_hex: str | None = Field(None, repr=False)
    authority: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    organisation: str = "plugfest"

    @property
    def password_bytes(self) -> bytes | None:
        """The password as it goes over the wire, None where none is given."""
        if self.password_hex is not None:
            return bytes.fromhex(self.password_hex)
        return None if self.password is None else self.password.encode()

    @model_validator(mode="after")
    def _credentials_make_sense(self) -> Self:
        if self.password is not None and self.password_hex is not None:
            raise ValueError("give either password or password_hex")
        if self.password_hex is not None and not _HEX.fullmatch(self.password_hex):
            raise ValueError("password_hex must be pairs of hexadecimal digits")
        if (self.client_certificate is None) is not (self.client_key is None):
            raise ValueError("client_certificate and client_key belong together; give both or neither")
        return self


class FeaturesSection(_Section):
    """``[features]``: what the central system claims, all of it unless said otherwise, and what its limits are.

    ``certificate_authority`` is whether stations get certificates that they ask for, ``data_transfer`` whether a
    DataTransfer of any vendor is answered but by NotImplemented, ``chooses_...`` whether it chooses these numbers
    itself; where it does not, the suite gives them as its operator. ``longest_message`` is in bytes, ``firmware_lead``
    the seconds between an order and the earliest time at which firmware may be fetched, ``first_contact`` the seconds
    that a station made known has to wait before it may connect.
    """

    profiles: tuple[_Profile, ...] | None = None
    certificate_authority: bool = True
    data_transfer: bool = True
    chooses_reservation_id: bool = True
    chooses_list_version: bool = True
    chooses_request_id: bool = True
    longest_message: int | None = Field(None, ge=125)
    firmware_lead: float = Field(3600.0, ge=0)
    first_contact: float = Field(0.0, ge=0)


def _gates(table: Any) -> Any:
    """Return the gates of ``[gates]``, such as ``p95 = "100ms"``; raises ValueError for one that is none."""
    return gates(table) if isinstance(table, dict) else table


class Settings(_Section):
    """Everything a run needs to know of its target."""

    csms: CsmsSection = CsmsSection()
    stations: StationsSection = StationsSection()
    id_tags: IdTagsSection = IdTagsSection()
    policies: PoliciesSection = PoliciesSection()
    security: SecuritySection = SecuritySection()
    features: FeaturesSection = FeaturesSection()
    gates: Annotated[tuple[Gate, ...], BeforeValidator(_gates)] = ()
    driver: dict[str, dict[str, Any]] = Field(default_factory=dict)
    path: Path | None = None

    def resolve(self, name: str | Path) -> Path:
        """Return a path of the target file, relative to the folder that the file lies in."""
        return (self.path.parent if self.path else Path()) / name

    @model_validator(mode="after")
    def _profile_fits_the_endpoint(self) -> Self:
        endpoint, profile = self.csms.endpoint, self.security.profile
        if endpoint is not None and profile and endpoint.startswith("wss://") is not (profile > 1):
            scheme = "wss" if profile > 1 else "ws"
            raise ValueError(f"security.profile {profile} needs an endpoint that begins with {scheme}://")
        return self

    @model_validator(mode="after")
    def _credential_files_exist(self) -> Self:
        for key in ("authority", "client_certificate", "client_key"):
            name = getattr(self.security, key)
            if name is not None and not self.resolve(name).is_file():
                raise ValueError(f"security.{key}: there is no file {self.resolve(name)}")
        return self


def load(
    path: Path | None = None, environment: Mapping[str, str] | None = None, *, endpoint: str | None = None
) -> Settings:
    """Return the settings of a target file (none: the reference in process), overridden by the environment.

    ``endpoint`` overrides both. Raises SettingsError that names file, key and the valid choices.
    """
    place = str(path) if path else "built-in target"
    members = _read(path) if path else {}
    for variable, value in sorted((os.environ if environment is None else environment).items()):
        _override(members, variable, value)
    if endpoint is not None:
        _override(members, f"{ENVIRONMENT_PREFIX}CSMS_ENDPOINT", endpoint)
    try:
        return Settings(**members, path=path)
    except ValidationError as error:
        raise explain(place, Settings, error) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a TOML file: {error}") from None
    except RecursionError:
        raise SettingsError(f"{path}: nested too deeply") from None


def _variables() -> dict[str, tuple[str, str]]:
    sections = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {
        f"{ENVIRONMENT_PREFIX}{section}_{key}".upper(): (section, key)
        for section, model in sections.items()
        if isinstance(model, type) and issubclass(model, _Section)
        for key in model.model_fields
    }


def _override(members: dict[str, Any], variable: str, value: str) -> None:
    place = _variables().get(variable)
    if place is None:
        return
    section, key = place
    annotation = str(Settings.model_fields[section].annotation.model_fields[key].annotation)  # type: ignore[union-attr]
    listed = annotation.startswith("tuple")
    table = members.setdefault(section, {})
    if isinstance(table, dict):
        table[key] = [part.strip() for part in value.split(",")] if listed else value


def explain(place: str, model: type[BaseModel], error: ValidationError) -> SettingsError:
    """Return what is wrong with a table, one line per problem, with the keys that are valid in its place."""
    return SettingsError("\n".join(_line(place, model, problem) for problem in error.errors()))


def said(problem: Any) -> str:
    """Return what pydantic says is wrong with a value, without its preamble to what we say."""
    text: str = problem["msg"]
    return text.removeprefix("Value error, ")


def _line(place: str, model: type[BaseModel], problem: Any) -> str:
    location = [str(part) for part in problem["loc"]]
    where = f"{place}: {'.'.join(location)}"
    if problem["type"] != "extra_forbidden":
        return f"{where}: {said(problem)}"
    return f"{where}: unknown key{hint(location[-1], _keys(model, location[:-1]))}"


def _keys(model: type[BaseModel], path: Sequence[str]) -> list[str]:
    for part in path:
        field = model.model_fields.get(part)  # a part that is no field is the key of a table of tables
        model = _model_within(field.annotation) or model if field else model
    return [name for name in model.model_fields if name != "path" or model is not Settings]


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_within(part))), None)
