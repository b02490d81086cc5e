"""``plugfest watch``: a relay between any stations and a central system that judges both sides."""

from __future__ import annotations

import asyncio
import gc
import signal
import ssl
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from socket import socket
from typing import Any

import click
from rich.console import Console

import reports
from harness.csms import Driver, DriverError
from harness.gates import Gate, Measurement, binding
from harness.measured import judged
from harness.plugin import expectations_of
from harness.record import Run
from harness.settings import BUNDLED, Settings, load
from harness.versions import VERSIONS
from plugfest import shared_options
from plugfest.command import NOT_CARRIED_OUT
from plugfest.gate import GateType, tell
from plugfest.output import PLAIN_WIDTH, cleared, new_folder
from plugfest.progress import ending
from plugfest.quantities import Duration
from plugfest.run import exit_code
from plugfest.targets import REFERENCE, target_of
from plugfest.watching.address import Address, listen, shown
from plugfest.watching.logbook import Logbook
from plugfest.watching.page import Page
from plugfest.watching.screen import Screen
from scenarios.stage.access import endpoint_of
from scenarios.stage.driver import driver_of
from simulators.connection import Endpoint, unreachable
from simulators.network.faults import FORM, Fault
from simulators.watched.relay import Relay

REFRESH = 0.5
"""Seconds between two looks at what has come."""

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


class NotReached(click.ClickException):
    """The central system is not there."""

    exit_code = NOT_CARRIED_OUT


@click.command()
@click.option("--target", type=click.Path(path_type=Path), help="Target file of the central system.")
@shared_options.endpoint
@shared_options.mutant
@click.option(
    "--listen",
    "address",
    type=Address(),
    default="127.0.0.1:9220",
    show_default=True,
    metavar="ADDRESS:PORT",
    help="Where stations connect to the relay; loopback unless an address is given.",
)
@click.option(
    "--page",
    type=Address(),
    default="127.0.0.1:0",
    metavar="ADDRESS:PORT",
    help="Where the live page is served; a free port of the loopback unless given.",
)
@click.option("--certificate", type=_FILE, help="Chain of the relay, PEM: stations connect with TLS.")
@click.option("--key", type=_FILE, help="Its private key, PEM, if it is not in the same file.")
@click.option("--client-authority", type=_FILE, help="CA of the certificates that stations must show, PEM.")
@click.option("--for", "seconds", type=Duration(), metavar="TIME", help="End after this time, such as 60s or 8h.")
@click.option("--fault", "faults", metavar="FAULT", multiple=True, help=f"Have this happen to messages: {FORM}.")
@click.option("--seed", type=int, default=0, help="What chance of the faults follows from.")
@click.option("--strict", is_flag=True, help="What only remarks fails too.")
@click.option("--gate", "gates", type=GateType(), multiple=True, metavar="NAME=LIMIT", help="Such as p95=100ms.")
@click.option("--frames", is_flag=True, help="Show every message, not only connections, faults and problems.")
@shared_options.out
def watch(
    target: Path | None,
    endpoint: str | None,
    mutant: str | None,
    address: tuple[str, int],
    page: tuple[str, int],
    certificate: Path | None,
    key: Path | None,
    client_authority: Path | None,
    seconds: float | None,
    faults: tuple[str, ...],
    seed: int,
    strict: bool,
    gates: tuple[Gate, ...],
    frames: bool,
    out: Path | None,
) -> None:
    """Pass stations on to a central system, and judge what both sides say.

    Point a station at the address of the relay. No byte of a message is changed. Ends with Ctrl-C, and then writes the
    documents of a run.
    """
    settings = load(target_of(target, endpoint), endpoint=endpoint)
    driver = driver_of(_hospitable(settings), mutant)
    expectations = expectations_of(settings)
    security = _security(certificate, key, client_authority)
    struck = [Fault.parse(text) for text in faults]
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    with listen(address, "--listen") as listener, listen(page, "--page") as page_listener:
        folder = cleared(out) if out else new_folder()
        with Logbook(folder, settings, strict=strict) as logbook:
            options = {"security": security, "faults": struck, "seed": seed}
            watched = Watched(settings, driver, logbook, Screen(console, logbook.conversations, frames=frames))
            gc.freeze()  # or looking at all that was imported keeps stations waiting for a tenth of a second
            try:
                asyncio.run(watched.until(seconds, listener, page_listener, **options))
            except (DriverError, NotReached) as error:
                raise NotReached(str(error)) from None
            finally:
                gc.unfreeze()
            done = logbook.finish(
                expectations,
                mutant=mutant,
                faults=[one.text for one in struck],
                seed=seed,
                endpoint=watched.endpoint,
                gates=[str(one) for one in binding(settings.gates, gates, Measurement.WATCH)],
            )
    sys.exit(_told(done, console))


class Watched:
    """What a watch consists of, put together; ``endpoint`` is where the central system is, once that is known."""

    def __init__(self, settings: Settings, driver: Driver, logbook: Logbook, screen: Screen) -> None:
        self.endpoint = settings.csms.endpoint
        self._settings = settings
        self._driver = driver
        self._logbook = logbook
        self._screen = screen

    async def until(self, seconds: float | None, listener: socket, page_listener: socket, **options: Any) -> None:
        """Pass stations on until a signal comes, or the time is up; raises NotReached."""
        async with AsyncExitStack() as life:
            endpoint = await self._reached(life)
            self.endpoint = endpoint.url
            page = Page(self._logbook.conversations, f"Watching {self._settings.csms.name}", page_listener)
            self._logbook.listeners += [self._screen.heard, page.heard]
            relay = Relay(
                endpoint,
                self._logbook.conversation,
                self._screen.told,
                usual=VERSIONS[self._settings.csms.versions[0]],
                patience=self._settings.csms.patience,
                **options,
            )
            life.enter_context(self._screen)
            await life.enter_async_context(page.served())
            await life.enter_async_context(relay.listening(listener))
            scheme = "wss" if options["security"] else "ws"
            self._screen.told(f"stations connect to {scheme}://{shown(listener)}/IDENTITY, and reach {endpoint.url}")
            self._screen.told(f"live page: http://{shown(page_listener)}/")
            await self._wait(seconds)

    async def _reached(self, life: AsyncExitStack) -> Endpoint:
        """Return the endpoint, once somebody is seen to be there; raises NotReached."""
        if self._settings.csms.endpoint is None:
            await life.enter_async_context(self._driver)
        try:
            endpoint = await endpoint_of(self._settings, self._driver)
        except (ssl.SSLError, ValueError) as error:
            raise click.UsageError(f"{self._settings.path}: the files of [security] cannot be used: {error}") from None
        patience = self._settings.csms.patience
        try:
            async with asyncio.timeout(patience):
                _, writer = await asyncio.open_connection(*endpoint.entrance)
        except OSError as error:
            raise NotReached(str(unreachable(endpoint, endpoint.url, error, patience))) from None
        writer.close()
        return endpoint

    async def _wait(self, seconds: float | None) -> None:
        """Show what comes, until a signal does, or the time is up."""
        stopped, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        end = None if seconds is None else loop.time() + seconds
        try:
            while not stopped.is_set() and (end is None or loop.time() < end):
                self._screen.refresh()
                with suppress(TimeoutError):
                    async with asyncio.timeout(REFRESH if end is None else min(REFRESH, end - loop.time())):
                        await stopped.wait()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def _hospitable(settings: Settings) -> Settings:
    """Return settings with which the bundled reference lets in stations that nobody has provisioned.

    The hurry that it is in for the scenarios would not be good for a real station.
    """
    if settings.csms.driver not in BUNDLED:
        return settings
    given = {} if settings.path == REFERENCE else settings.driver.get("reference", {})
    served = {"accept_unknown": True, "accept_unknown_tags": True, **given}
    return settings.model_copy(update={"driver": {**settings.driver, "reference": served}})


def _security(certificate: Path | None, key: Path | None, authority: Path | None) -> ssl.SSLContext | None:
    """Return the TLS context of the relay, None where stations connect without; raises UsageError."""
    if certificate is None:
        if key or authority:
            raise click.UsageError("--key and --client-authority go with --certificate")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--certificate {certificate}: no chain and key in PEM that fit: {error}") from None
    if authority is not None:
        try:
            context.load_verify_locations(authority)
        except (OSError, ValueError) as error:
            raise click.UsageError(f"--client-authority {authority}: no certificate in PEM: {error}") from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _told(done: Run, console: Console) -> int:
    """Write the documents, tell how it ended, and return the exit code."""
    documents = reports.write_all(done.path)
    for line in ending(done):
        console.print(line, soft_wrap=isinstance(line, str))
    missed = tell(gates, console) if (gates := judged(done)) else 0
    console.print(f"report: {next(path for path in documents if path.suffix == '.html')}", soft_wrap=True)
    return exit_code(done) or missed
