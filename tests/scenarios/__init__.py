"""Tests of the conformance suite's data."""
