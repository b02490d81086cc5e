"""The figures of a load run for Prometheus, as long as it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from harness.load.latencies import Latencies
from harness.load.totals import Totals

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of the buckets of latency, in seconds."""


class LoadCollector(Collector):
    """Tells what came in so far."""

    def __init__(self, totals: Totals) -> None:
        self._totals = totals

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        whole, now = self._totals.whole, self._totals.now
        calls = CounterMetricFamily(
            "plugfest_load_calls", "CALLs by what became of them.", labels=("action", "direction", "outcome")
        )
        latency = HistogramMetricFamily(
            "plugfest_load_latency_seconds", "Time until the answer.", labels=("action", "direction", "since")
        )
        for (direction, action), cell in sorted(whole.cells.items()):
            for outcome, count in cell.outcomes.items():
                calls.add_metric((action, direction.value, outcome), count)
            for since, one in (("due", cell.scheduled), ("sent", cell.sent)):
                latency.add_metric((action, direction.value, since), _buckets(one), one.sum)
        yield calls
        yield latency
        stations = GaugeMetricFamily("plugfest_load_stations", "Stations, connected and expected.", labels=("state",))
        stations.add_metric(("connected",), now.connected / self._totals.width)
        stations.add_metric(("expected",), now.expected / self._totals.width)
        yield stations
        changes = CounterMetricFamily("plugfest_load_connection_changes", "Why connections changed.", labels=("cause",))
        for cause, count in whole.causes.items():
            changes.add_metric((cause,), count)
        yield changes
        yield from self._generator()

    def _generator(self) -> Iterator[Metric]:
        cpu = GaugeMetricFamily(
            "plugfest_load_generator_cpu", "Share of a core that a worker takes.", labels=("worker",)
        )
        lag = GaugeMetricFamily(
            "plugfest_load_generator_lag_seconds", "How late the loop of a worker was at worst.", labels=("worker",)
        )
        for name, health in sorted(self._totals.health.items()):
            cpu.add_metric((name,), health.cpu)
            lag.add_metric((name,), health.lag)
        yield cpu
        yield lag


@contextmanager
def exposed(totals: Totals, port: int) -> Iterator[int]:
    """Serve the metrics on a port of the loopback, 0 for any, and yield it; raises OSError for one that is taken."""
    registry = CollectorRegistry()
    registry.register(LoadCollector(totals))
    server, thread = start_http_server(port, addr="127.0.0.1", registry=registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _buckets(latencies: Latencies) -> list[tuple[str, float]]:
    """Return how many took no longer than the end of each bucket, as far as the histogram tells them apart."""
    micros = {end: end * 1_000_000 for end in BUCKETS}
    counts = latencies.counts
    within = [(f"{end:g}", float(sum(n for low, n in counts.items() if low <= most))) for end, most in micros.items()]
    return [*within, ("+Inf", float(len(latencies)))]
