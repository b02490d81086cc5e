"""Metrics: figures as Prometheus reads them."""

from __future__ import annotations

from server.core.metrics import Metrics


def test_messages_are_counted_by_action() -> None:
    """Version, direction, kind and action are labels."""
    metrics = Metrics()
    metrics.message("1.6", "received", "call", "Heartbeat")
    metrics.message("1.6", "received", "call", "Heartbeat")
    line = 'plugfest_messages_total{action="Heartbeat",direction="received",kind="call",version="1.6"} 2.0'
    assert line in metrics.text().decode()


def test_refusals_are_counted_by_code() -> None:
    """Direction and code are labels."""
    metrics = Metrics()
    metrics.refusal("sent", "NotImplemented")
    assert 'plugfest_call_errors_total{code="NotImplemented",direction="sent"} 1.0' in metrics.text().decode()


def test_latencies_fill_buckets() -> None:
    """A bucket counts everything up to its bound."""
    metrics = Metrics()
    for seconds in (0.0001, 0.003, 60.0):
        metrics.answered("1.6", "Heartbeat", seconds)
    text = metrics.text().decode()
    assert 'plugfest_answer_seconds_bucket{action="Heartbeat",le="0.0005",version="1.6"} 1.0' in text
    assert 'plugfest_answer_seconds_bucket{action="Heartbeat",le="0.005",version="1.6"} 2.0' in text
    assert 'plugfest_answer_seconds_bucket{action="Heartbeat",le="+Inf",version="1.6"} 3.0' in text
    assert 'plugfest_answer_seconds_count{action="Heartbeat",version="1.6"} 3.0' in text


def test_gauges_are_measured_when_read() -> None:
    """A gauge shows the present value."""
    metrics, values = Metrics(), [1.0]
    metrics.watch("plugfest_things", "Things.", lambda: values[0])
    values[0] = 7.0
    assert "plugfest_things 7.0" in metrics.text().decode()
