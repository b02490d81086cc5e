"""Tests of the declarative HTTP driver."""
