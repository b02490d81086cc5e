"""Addresses as the command line names them, and sockets that listen there."""

from __future__ import annotations

import socket

import click

LOOPBACK = "127.0.0.1"


class Address(click.ParamType[tuple[str, int]]):
    """Where to listen: ADDRESS:PORT, or a port of the loopback; port 0 lets the system choose."""

    name = "address"

    def convert(
        self, value: str | tuple[str, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Return host and port; anything else is wrong usage."""
        if isinstance(value, tuple):
            return value
        host, _, port = value.rpartition(":")
        if not port.isdecimal() or int(port) > 65_535:
            self.fail(f"{value!r}: write ADDRESS:PORT, such as 0.0.0.0:9220, or a port of the loopback", param, ctx)
        return host.strip("[]") or LOOPBACK, int(port)


def listen(address: tuple[str, int], option: str) -> socket.socket:
    """Return a socket that listens at an address; raises click.UsageError that names the option."""
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        why = error.strerror or str(error)
        raise click.UsageError(f"{option} {host}:{port}: {why}; choose another address, or port 0") from None


def shown(listener: socket.socket) -> str:
    """Return where a socket listens, as it stands in a URL."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
