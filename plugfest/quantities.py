"""Times and rates as the command line names them."""

from __future__ import annotations

import re

import click

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|)")
_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0}
_RATE = re.compile(r"(\d+(?:\.\d+)?)(?:/(s|min))?")


class Duration(click.ParamType[float]):
    """A time such as 90s, 5m or 8h, in seconds."""

    name = "time"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        if not isinstance(value, str):
            return value
        if not (found := _DURATION.fullmatch(value)) or float(found[1]) <= 0:
            self.fail(f"write a time such as 90s, 5m or 8h, not {value!r}", param, ctx)
        return float(found[1]) * _SECONDS[found[2]]


class Rate(click.ParamType[float]):
    """A rate such as 200/s or 600/min, per second."""

    name = "rate"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the rate per second."""
        if not isinstance(value, str):
            return value
        if not (found := _RATE.fullmatch(value)) or float(found[1]) <= 0:
            self.fail(f"write a rate such as 200/s, not {value!r}", param, ctx)
        return float(found[1]) / (60 if found[2] == "min" else 1)
