"""Tests of simulators/microocpp."""
