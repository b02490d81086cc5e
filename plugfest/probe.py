"""``plugfest probe``: what a central system is like, without any verdict."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click

from harness.verdict import Inconclusive
from simulators.connection import Endpoint
from simulators.credentials import Trust
from simulators.description import Description
from simulators.manners import Manners
from simulators.observer import Observer

STATION = "PLUGFEST-PROBE"
"""The identity that is used unless another is given; no central system knows it."""

_SOME, _MORE = click.FloatRange(0), click.FloatRange(0, min_open=True)

LABEL = 22
"""Columns of the labels in the text."""


def _endpoint(context: click.Context, parameter: click.Parameter, url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("ws", "wss") and parts.hostname and parts.port != 0
    except ValueError as error:
        raise click.BadParameter(f"{url!r} is no URL: {error}") from None
    if not good:
        raise click.BadParameter(f"write ws://HOST[:PORT]/PATH or wss://HOST[:PORT]/PATH, not {url!r}")
    return url


@click.command()
@click.argument("url", callback=_endpoint)
@click.option("--station", metavar="ID", help=f"A station that the system knows; {STATION} unless given.")
@click.option("--password", envvar="PLUGFEST_SECURITY_PASSWORD", help="Its password for Basic authentication.")
@click.option("--authority", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CA to trust, PEM.")
@click.option("--settle", type=_SOME, default=0.0, help="Seconds between handshake and first message.")
@click.option("--pace", type=_MORE, help="Messages per second at most.")
@click.option("--reconnect-gap", type=_SOME, default=0.0, help="Seconds between two connections.")
@click.option("--patience", type=_MORE, default=5.0, show_default=True, help="Seconds for each wait.")
@click.option("--listen", type=_SOME, default=15.0, show_default=True, help="Seconds to listen for pings.")
@click.option("--limit", type=_MORE, default=120.0, show_default=True, help="Seconds for everything.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, with the target-file settings that follow.")
def probe(
    url: str,
    station: str | None,
    password: str | None,
    authority: Path | None,
    settle: float,
    pace: float | None,
    reconnect_gap: float,
    patience: float,
    listen: float,
    limit: float,
    as_json: bool,
) -> None:
    """Say what the central system at a URL is like, without any verdict.

    One station connects, boots and looks around, for two minutes at most: versions, TLS, compression, authentication,
    response times, message limit, pings, reactions to improper messages. Exit code 3 if nobody answers.
    """
    manners = Manners(settle=settle, pace=pace, reconnect_gap=reconnect_gap)
    observer = Observer(
        trusting(url, authority),
        station or STATION,
        known=station is not None,
        manners=manners,
        password=password.encode() if password else None,
        patience=patience,
        listen=listen,
        limit=limit,
    )
    try:
        seen = asyncio.run(observer.describe())
    except Inconclusive as error:
        click.echo(f"plugfest: {error}", err=True)
        sys.exit(3)
    click.echo(json.dumps(seen.to_json(), ensure_ascii=False, indent=2) if as_json else "\n".join(told(seen)))


def trusting(url: str, authority: Path | None) -> Endpoint:
    """Return the endpoint at a URL, which trusts a CA where it uses TLS; raises BadParameter."""
    if not url.startswith("wss://"):
        return Endpoint(url)
    try:
        pem = authority.read_text("ascii") if authority else None
        return Endpoint(url, Trust(authority=pem).context(), pem)
    except (ssl.SSLError, ValueError) as error:
        raise click.BadParameter(f"{authority} holds no certificate in PEM: {error}") from None


def told(seen: Description) -> Iterator[str]:
    """Yield what was seen, line by line; what was not learned is left out."""
    yield _line("endpoint", f"{seen.endpoint}, as station {seen.station}")
    yield _line("handshake", f"{seen.entry}{f', asks for {seen.challenge}' if seen.challenge else ''}")
    if seen.encryption:
        yield from _encryption(seen)
    if seen.subprotocols is not None:
        yield _line("versions", ", ".join(seen.subprotocols) or "none")
        yield _line("no subprotocol", str(seen.without_subprotocol))
    if seen.compression is not None:
        yield _line("compression", "permessage-deflate" if seen.compression else "none")
    if seen.stranger is not None:
        yield _line("unknown stations", seen.stranger)
    yield from _session(seen)
    for what, reaction in (seen.reactions or {}).items():
        yield _line("answer", f"to {what}: {reaction}")
    if seen.unfinished:
        yield _line("not looked at", f"{', '.join(seen.unfinished)}: the time was up")


def _encryption(seen: Description) -> Iterator[str]:
    encryption = seen.encryption
    assert encryption is not None
    yield _line("TLS", ", ".join(encryption.versions) + (", with compression" if encryption.compression else ""))
    for suite in encryption.suites:
        yield _line("", suite)
    if encryption.certificate is not None:
        one = encryption.certificate
        yield _line("certificate", f"{one.subject}, {one.key}, by {one.issuer}, until {one.expires}")
    yield _line("client certificate", "asked for" if encryption.client_certificate_wanted else "not asked for")


def _session(seen: Description) -> Iterator[str]:
    if seen.registration is not None:
        yield _line("BootNotification", f"{seen.registration}, interval {seen.heartbeat_interval}")
    for action, seconds in sorted(seen.response_times.items()):
        yield _line("response time", f"{seconds * 1000:.0f} ms at most for {action}")
    if seen.calls is not None and seen.registration is not None:
        asked = ", ".join(f"{count} × {action}" for action, count in seen.calls.items())
        yield _line("asks of its own", asked or "nothing")
    if seen.pings is not None:
        pong = {None: "", True: "; answers those of the station", False: "; does not answer those of the station"}
        ended = f"; dropped the idle station: {seen.dropped}" if seen.dropped else ""
        yield _line("pings", f"{seen.pings} within {seen.listened:g} s{pong[seen.pong]}{ended}")
    if seen.longest_message is not None:
        limit = seen.longest_message.limit or "no limit found"
        yield _line("messages", f"{seen.longest_message.answered} bytes of text answered; {limit}")


def _line(label: str, text: str) -> str:
    return f"{label:<{LABEL}} {text}"
