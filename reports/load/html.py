"""The report of a load run as one HTML file that needs neither a network nor a script."""

from __future__ import annotations

from collections.abc import Callable

from harness.gates import KINDS, Unit
from harness.load.figures import ANSWERED, Health
from reports import model
from reports.html import environment, style
from reports.load import charts
from reports.load.charts import Chart, Line, chart
from reports.load.model import PARTS, LoadReport, Slice, milliseconds, trend_in_words


def render(report: LoadReport) -> str:
    """Return the HTML text."""
    template = environment().get_template("load.html.j2")
    return template.render(
        report=report,
        header=report.run.header,
        parts=list(PARTS),
        charts=_charts(report),
        size=(charts.WIDTH, charts.HEIGHT),
        milliseconds=milliseconds,
        trend_in_words=trend_in_words,
        style=style(),
        model=model,
    )


def _charts(report: LoadReport) -> list[Chart]:
    slices = report.slices
    times = [float(one.first) for one in slices]
    width = float(slices[0].width) if slices else 1.0

    def drawn(title: str, unit: str, lines: list[Line], *, log: bool = False) -> Chart:
        return chart(title, unit, times, width, lines, log=log)

    def line(name: str, style: str, value: Callable[[Slice], float | None]) -> Line:
        return Line(name, style, [value(one) for one in slices])

    def rate(count: Callable[[Slice], float]) -> Callable[[Slice], float]:
        return lambda one: count(one) / one.width

    def worst(value: Callable[[Health], float]) -> Callable[[Slice], float | None]:
        return lambda one: max(map(value, one.second.health.values()), default=None)

    return [
        drawn("Latency from when messages were due", "ms", [*_latencies(report, line), *_limits(report)], log=True),
        drawn("Stations", "", [
            line("expected", "quiet", rate(lambda one: one.second.expected)),
            line("connected", "good", rate(lambda one: one.second.connected)),
        ]),
        drawn("CALLs per second", "/s", [
            line("answered", "good", rate(lambda one: one.cell.outcomes[ANSWERED])),
            line("wrong or not answered", "bad", rate(lambda one: one.cell.errors)),
            line("connections failed", "warn", rate(lambda one: one.second.failures)),
        ]),
        drawn("Generator: CPU of the busiest worker", "%", [line("CPU", "first", worst(lambda one: 100 * one.cpu))]),
        drawn("Generator: how late its loop was", "ms", [line("lag", "second", worst(lambda one: 1000 * one.lag))]),
    ]  # fmt: skip


def _latencies(report: LoadReport, line: Callable[[str, str, Callable[[Slice], float | None]], Line]) -> list[Line]:
    styles = {"p50": "good", "p95": "first", "p99": "second", "max": "bad"}

    def percentile(part: float) -> Callable[[Slice], float | None]:
        return lambda one: 1000 * cell.percentile(part) if len(cell := one.cell.scheduled) else None

    return [line(name, style, percentile(PARTS[name])) for name, style in styles.items()]


def _limits(report: LoadReport) -> list[Line]:
    """Return a line for each gate on the latency of all actions."""
    timed = [gate for gate in report.run.gates if KINDS[gate.kind].unit is Unit.TIME and gate.action is None]
    return [Line(str(gate), "limit", [1000 * gate.limit] * len(report.slices)) for gate in timed]
