"""A real network to lose messages in."""

from tests.simulators.network.conftest import network, source, toxiproxy

__all__ = ["network", "source", "toxiproxy"]
