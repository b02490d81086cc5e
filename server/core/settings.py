"""The settings of the central system: flags and ``PLUGFEST_SERVER_*`` variables become one frozen value."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

ENVIRONMENT_PREFIX = "PLUGFEST_SERVER_"


class SettingsError(Exception):
    """A setting that cannot be used; the text names the setting and the remedy."""


def another(name: str) -> str:
    """Return how a user chooses another value for a setting, as the end of an error."""
    return f"choose another with --{name.replace('_', '-')} or {ENVIRONMENT_PREFIX}{name.upper()}"


def _flag(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in known:
        raise ValueError("write true or false")
    return known[text.lower()]


def _positive(text: str) -> float:
    if not 0 < (number := float(text)) < float("inf"):
        raise ValueError("write a number greater than 0")
    return number


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError("write a whole number of at least 1")
    return number


def _port(text: str) -> int:
    if not 0 <= (number := int(text)) <= 65_535:
        raise ValueError("write a port, 0 to 65535; 0 lets the system choose")
    return number


def _names(text: str) -> tuple[str, ...]:
    if not (names := tuple(part.strip() for part in text.split(",") if part.strip())):
        raise ValueError("write versions with commas between them")
    return names


def _profile(text: str) -> int:
    if text not in ("0", "1", "2", "3"):
        raise ValueError("write a security profile, 0 to 3")
    return int(text)


ABOUT: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "host": ("Address of the endpoint for stations.", str),
    "port": ("Port of the endpoint for stations; 0 lets the system choose.", _port),
    "versions": ("Versions of OCPP that are served, with commas between them; all that there are.", _names),
    "security_profile": ("Security profile of stations without one of their own, 0 to 3.", _profile),
    "organisation": ("Operator of the stations, as their certificates name it.", str),
    "tls_dir": ("Folder of the certificates; they are made where they are missing.", Path),
    "tls_host": ("Host name in the certificate of the central system.", str),
    "tls_port": ("Port of the endpoint for security profile 2; 9443, or a free one where --port is 0.", _port),
    "mutual_tls_port": ("Port of the endpoint for security profile 3; 9444, or a free one where --port is 0.", _port),
    "operator_host": ("Address of the operator API.", str),
    "operator_port": ("Port of the operator API; 9001, or a free one where --port is 0.", _port),
    "token": ("Bearer token that the operator API demands; a must beyond loopback.", str),
    "database": ("SQLite file that holds everything.", Path),
    "mutant": ("Name of the one deliberate defect to serve with.", str),
    "variant": ("Name of the one lawful habit of real products to serve with.", str),
    "accept_unknown": ("Register a station at its first contact instead of answering 404.", _flag),
    "accept_unknown_tags": ("Accept an idTag that nobody has provisioned instead of answering Invalid.", _flag),
    "interval": ("Heartbeat interval told to an accepted station.", _count),
    "retry_interval": ("Time told to a station that is not accepted, until its next boot.", _count),
    "call_timeout": ("Time after which an unanswered CALL to a station has failed.", _positive),
    "ping_interval": ("Time between two pings; a peer that is silent for two is dropped.", _positive),
    "open_timeout": ("Time that a peer has for its handshake.", _positive),
    "close_timeout": ("Time that a peer has to end a connection that is being closed.", _positive),
    "store_timeout": ("Time to wait for a database that somebody else has locked.", _positive),
    "store_sync": ("Whether what is confirmed outlives a power cut, and not a crash only.", _flag),
    "max_message_size": ("Size of the largest message that is read.", _count),
    "parallel_tag_use": ("Whether one idTag may run several transactions at once.", _flag),
    "data_transfer_vendor": ("The vendorId whose DataTransfer is understood.", str),
    "log": ('Where frames are logged: "-" for stderr, "off", or a file.', str),
}
"""Setting → what it is, and how its text is read."""

_USUAL_PORTS = {"operator_port": 9001, "tls_port": 9443, "mutual_tls_port": 9444}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Everything that can be chosen about a central system; times are in seconds, sizes in bytes."""

    host: str = "127.0.0.1"
    port: int = 9000
    versions: tuple[str, ...] | None = None
    security_profile: int = 0
    organisation: str = "plugfest"
    tls_dir: Path | None = None
    tls_host: str = "localhost"
    tls_port: int | None = None
    mutual_tls_port: int | None = None
    operator_host: str = "127.0.0.1"
    operator_port: int | None = None
    token: str | None = None
    database: Path = Path("plugfest.sqlite3")
    mutant: str | None = None
    variant: str | None = None
    accept_unknown: bool = False
    accept_unknown_tags: bool = False
    interval: int = 300
    retry_interval: int = 30
    call_timeout: float = 30.0
    ping_interval: float = 10.0
    open_timeout: float = 10.0
    close_timeout: float = 5.0
    store_timeout: float = 5.0
    store_sync: bool = True
    max_message_size: int = 4 * 1024 * 1024
    parallel_tag_use: bool = True
    data_transfer_vendor: str = "org.plugfest"
    log: str = "-"

    @property
    def certificates(self) -> Path:
        """The folder of the certificates, beside the database unless it is set."""
        return self.tls_dir or self.database.with_name(f"{self.database.name}-tls")

    def port_of(self, name: str) -> int:
        """Return the port that a setting chooses; one that is not set follows ``port`` where that is 0."""
        chosen: int | None = getattr(self, name)
        if chosen is not None:
            return chosen
        return _USUAL_PORTS[name] if self.port else 0

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **flags: Any) -> Self:
        """Return the settings of the environment, overridden by the flags that are not None; raises SettingsError."""
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for name in ABOUT:
            variable = ENVIRONMENT_PREFIX + name.upper()
            if (text := environment.get(variable)) is not None:
                values[name] = _convert(variable, name, text)
        for name, value in flags.items():
            if name not in ABOUT:
                near = difflib.get_close_matches(name, ABOUT, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else "."
                raise SettingsError(f"unknown setting {name!r}{hint} There are: {', '.join(ABOUT)}")
            if value is not None:
                values[name] = _convert(name, name, value) if isinstance(value, str) else value
        return cls(**values)

    def demand_token(self) -> None:
        """Raise SettingsError where the operator API would be open to other machines without a token."""
        if self.token or _is_loopback(self.operator_host):
            return
        raise SettingsError(
            f"operator_host {self.operator_host} can be reached from other machines: set a token "
            f"(--token or {ENVIRONMENT_PREFIX}TOKEN), or use 127.0.0.1"
        )


def _convert(place: str, name: str, text: str) -> Any:
    try:
        return ABOUT[name][1](text)
    except ValueError as error:
        raise SettingsError(f"{place} = {text!r}: {error}") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
