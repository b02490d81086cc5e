"""How long it takes to validate one MeterValues payload: plugfest beside ``jsonschema`` and ``ocpp``.

Run with ``python -m benchmarks.validation``. All three judge the same payload in one process, in turn, and the best of
several rounds counts; the ratios are what carries over to other machines.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema
from ocpp.messages import Call, _validate_payload

from harness.judgement import judge_request
from harness.rules import Ruling
from harness.schemas import Kind, schemas
from harness.versions import V16

ROUNDS = 7
PHASES = ("L1", "L2", "L3")

PAYLOAD: dict[str, Any] = {
    "connectorId": 1,
    "transactionId": 4711,
    "meterValue": [
        {
            "timestamp": "2026-01-02T03:04:05.678Z",
            "sampledValue": [
                {
                    "value": "15320",
                    "context": "Sample.Periodic",
                    "measurand": "Energy.Active.Import.Register",
                    "unit": "Wh",
                },
                *({"value": "16.1", "measurand": "Current.Import", "phase": phase, "unit": "A"} for phase in PHASES),
                *({"value": "230.4", "measurand": "Voltage", "phase": phase, "unit": "V"} for phase in PHASES),
                {"value": "11085", "measurand": "Power.Active.Import", "unit": "W"},
            ],
        }
    ],
}


def contenders() -> Mapping[str, Callable[[], object]]:
    """Return what is compared: each validates the payload once."""
    ours = schemas("1.6")
    python = jsonschema.Draft4Validator(dict(ours.schema("MeterValues", Kind.REQUEST)))
    call = Call("1", "MeterValues", PAYLOAD)
    return {
        "plugfest, schema": lambda: ours.violations("MeterValues", Kind.REQUEST, PAYLOAD),
        "plugfest, schema and timestamps": lambda: judge_request(Ruling(V16), V16, "MeterValues", PAYLOAD),
        "jsonschema": lambda: python.validate(PAYLOAD),
        "ocpp": lambda: _validate_payload(call, "1.6"),
    }


def microseconds(run: Callable[[], object]) -> float:
    """Return the time of one validation in microseconds, the best of several rounds."""
    timer = timeit.Timer(run)
    count, _ = timer.autorange()
    return min(timer.repeat(ROUNDS, count)) / count * 1e6


def main() -> None:
    """Print a table."""
    figures = {name: microseconds(run) for name, run in contenders().items()}
    first = next(iter(figures.values()))
    print(f"{'validator':<34} {'µs per message':>14} {'ratio':>8}")
    for name, figure in figures.items():
        print(f"{name:<34} {figure:>14.2f} {figure / first:>8.1f}")


if __name__ == "__main__":
    main()
