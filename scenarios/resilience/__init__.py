"""Faults of the network at a chosen moment, and the state in which both sides are afterwards."""
