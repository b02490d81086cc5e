"""Charge points for ``locust -f`` that do as ``--workload`` says; users of one's own subclass ``ChargePointUser``."""

from simulators.load.user import ChargePoint

__all__ = ["ChargePoint"]
