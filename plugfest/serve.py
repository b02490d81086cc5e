"""``plugfest serve``: the reference central system."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click
import tomli_w

from plugfest.targets import merged, render
from server.command import options, run
from server.core.settings import ENVIRONMENT_PREFIX
from server.serving import Ready
from server.variants import VARIANTS


@click.command()
@click.option("--write-target", type=click.Path(path_type=Path), help="Write the target file that drives this server.")
@options
def serve(write_target: Path | None, **flags: Any) -> None:
    """Serve the reference central system until it is told to stop.

    Prints one JSON line with the URLs of the endpoint and of the operator API when it listens.
    """

    def write(ready: Ready) -> None:
        settings = ready.settings
        if write_target is not None:
            text = render(
                ready.endpoint,
                ready.operator,
                f"${{{ENVIRONMENT_PREFIX}TOKEN}}" if settings.token else "",
                unknown_stations="accepted" if settings.accept_unknown else "refused",
                parallel_tag_use=settings.parallel_tag_use,
                call_timeout=settings.call_timeout,
                silence_limit=2 * settings.ping_interval,
                data_transfer_vendor=settings.data_transfer_vendor,
                security_profile=settings.security_profile,
                authority=ready.authority,
                organisation=settings.organisation,
            )
            if settings.variant is not None:
                text = tomli_w.dumps(merged(tomllib.loads(text), VARIANTS[settings.variant].target))
            write_target.write_text(text, encoding="utf-8")

    run(flags, also=write)
