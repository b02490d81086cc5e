"""Tests of the driver contract."""
