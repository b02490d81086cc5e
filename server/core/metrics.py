"""What the central system measures of itself, for Prometheus.

Counting happens for every message, so figures are plain numbers that become Prometheus families when they are read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Upper bounds in seconds of the latency histogram."""


class Metrics(Collector):
    """Counts messages and refusals, and times answers, in a registry of its own."""

    def __init__(self) -> None:
        self.messages: Counter[tuple[str, str, str, str]] = Counter()
        self.refusals: Counter[tuple[str, str]] = Counter()
        self.turned_away: Counter[str] = Counter()
        self.ignored = 0
        self.failures = 0
        self._latencies: dict[tuple[str, str], list[int]] = {}
        self._seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def message(self, version: str, direction: str, kind: str, action: str) -> None:
        """Count a message of a version of OCPP; ``direction`` is received or sent."""
        self.messages[version, direction, kind, action] += 1

    def refusal(self, direction: str, code: str) -> None:
        """Count a CALLERROR."""
        self.refusals[direction, code] += 1

    def answered(self, version: str, action: str, seconds: float) -> None:
        """Note how long a CALL waited for its answer."""
        key = version, action
        buckets = self._latencies.get(key)
        if buckets is None:
            buckets = self._latencies[key] = [0] * (len(BUCKETS) + 1)
        buckets[bisect_left(BUCKETS, seconds)] += 1
        self._seconds[key] += seconds

    def watch(self, name: str, help: str, measure: Callable[[], float]) -> None:
        """Add a gauge whose value is measured when it is read."""
        Gauge(name, help, registry=self._registry).set_function(measure)

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the figures as Prometheus families."""
        messages = CounterMetricFamily(
            "plugfest_messages", "OCPP messages.", labels=("version", "direction", "kind", "action")
        )
        for message, count in self.messages.items():
            messages.add_metric(message, count)
        yield messages
        refusals = CounterMetricFamily("plugfest_call_errors", "CALLERRORs by code.", labels=("direction", "code"))
        for refusal, count in self.refusals.items():
            refusals.add_metric(refusal, count)
        yield refusals
        refused = CounterMetricFamily("plugfest_refused_handshakes", "Peers not let in.", labels=("answer",))
        for answer, count in self.turned_away.items():
            refused.add_metric((answer,), count)
        yield refused
        yield CounterMetricFamily("plugfest_ignored_messages", "Messages that were ignored.", value=self.ignored)
        yield CounterMetricFamily(
            "plugfest_handler_failures", "CALLs that a defect left unserved.", value=self.failures
        )
        latency = HistogramMetricFamily(
            "plugfest_answer_seconds", "Time until a CALL was answered.", labels=("version", "action")
        )
        bounds = [*map(str, BUCKETS), "+Inf"]
        for key, buckets in self._latencies.items():
            sums = zip(bounds, map(float, accumulate(buckets)), strict=True)
            latency.add_metric(key, list(sums), self._seconds[key])
        yield latency
