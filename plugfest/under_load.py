"""The central system that load is put on: the bundled reference as a process of its own, or that of a target file."""

from __future__ import annotations

import socket
import ssl
import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import click

from harness.csms import Driver, MemoryReader
from harness.load.plan import Fleet, Plan
from harness.settings import BUNDLED, Settings
from plugfest.operating import Operator, operated

_PORTS = {"ws": 80, "wss": 443}

REACH_LIMIT = 5.0
"""Seconds within which the endpoint must take a connection, and then answer."""


class Unreachable(Exception):
    """A central system that does not start, or that nobody can connect to; the text says why."""


@dataclass(frozen=True, slots=True)
class System:
    """Where stations connect, what tells the memory, and who operates it; None where nothing or nobody does.

    ``credentials`` is the folder of what stations were given to prove themselves with.
    """

    endpoint: str
    memory: Callable[[], int | None] | None = None
    operator: Operator | None = None
    credentials: Path | None = None


def system_under_load(settings: Settings, plan: Plan, fleet: Fleet, mutant: str | None, life: ExitStack) -> System:
    """Return the central system of a target for as long as ``life`` lasts; the endpoint of the plan does not matter.

    Its driver is entered where it has something to do, and makes stations known where it can. Raises Unreachable,
    FleetError where the plan has orders that the driver cannot give, DriverError or Inconclusive where stations cannot
    be made known, UsageError for a target file without an endpoint.
    """
    if settings.csms.driver in BUNDLED:
        return _reference(settings, plan, fleet, mutant, life)
    endpoint = settings.csms.endpoint
    if endpoint is None:
        raise click.UsageError("the target file names no endpoint")
    _reach(endpoint)
    from scenarios.stage.driver import driver_of  # drivers take a while to import: first see who is there

    return _operated(System(endpoint), driver_of(settings), settings, plan, fleet, life)


def _reach(endpoint: str) -> None:
    """Raise Unreachable where nobody takes a connection, or has anything to say to a request of HTTP or of TLS.

    With TLS any answer will do, an alert too: whom it trusts, and whether it is to be trusted, is between the stations
    and the central system.
    """
    parts = urlsplit(endpoint)
    place = parts.hostname, parts.port or _PORTS[parts.scheme]
    try:
        with socket.create_connection(place, REACH_LIMIT) as line:
            if parts.scheme == "wss":
                _shake_hands(line, parts.hostname)
            else:
                line.sendall(f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
                line.recv(1)
    except TimeoutError:
        why = f"it takes connections, if at all, and answers nothing within {REACH_LIMIT:g} s"
        raise Unreachable(f"{endpoint} cannot be reached: {why}") from None
    except OSError as error:
        raise Unreachable(f"{endpoint} cannot be reached: {error}") from None


def _shake_hands(line: socket.socket, host: str | None) -> None:
    """Begin TLS; raises TimeoutError where that is not answered, and OSError where the connection ends instead."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        context.wrap_socket(line, server_hostname=host).close()
    except ssl.SSLEOFError:
        raise ConnectionResetError("it closes the connection instead of an answer to TLS") from None
    except ssl.SSLError:
        return


def _reference(settings: Settings, plan: Plan, fleet: Fleet, mutant: str | None, life: ExitStack) -> System:
    from harness.drivers.http import from_settings
    from plugfest.bundled import NotServed, bundled  # the server takes a while to import
    from plugfest.targets import render

    try:
        served = life.enter_context(bundled(mutant))
    except NotServed as error:
        raise Unreachable(str(error)) from None
    system = System(served.endpoint, served.memory)
    tables = tomllib.loads(render(served.endpoint, served.operator, ""))["driver"]
    driver = from_settings(settings.model_copy(update={"driver": tables}))
    return _operated(system, driver, settings, plan, fleet, life, strangers=not settings.security.profile)


def _operated(
    system: System,
    driver: Driver,
    settings: Settings,
    plan: Plan,
    fleet: Fleet,
    life: ExitStack,
    *,
    strangers: bool = False,
) -> System:
    """Enter the driver of a system if it has something to do; unless that takes ``strangers``, make stations known."""
    from plugfest.provisioning import provision, provisions

    ordered = next(fleet.orders(plan, driver.operations), None) is not None
    tells, prepares = isinstance(driver, MemoryReader), not strangers and provisions(driver, settings)
    if not (ordered or tells or prepares):
        return system
    operator = life.enter_context(operated(driver))
    endpoint, memory, folder = system.endpoint, system.memory or (operator.memory if tells else None), None
    if prepares:
        folder = Path(life.enter_context(TemporaryDirectory(prefix="plugfest-")))
        secured = operator.do(provision(driver, settings, plan, folder))
        endpoint = secured.url if secured and settings.csms.endpoint is None else endpoint
    return System(endpoint, memory, operator if ordered else None, folder)
