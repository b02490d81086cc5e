"""``python -m server``: serve the reference central system."""

from __future__ import annotations

from typing import Any

import click

from server.command import options, run


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@options
def main(**flags: Any) -> None:
    """Serve the reference central system until it is told to stop.

    Prints one JSON line with the URLs of the endpoint and of the operator API when it listens.
    """
    run(flags)


if __name__ == "__main__":
    main(prog_name="python -m server")
