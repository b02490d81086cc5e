"""Tests of the driver that has a person act."""
