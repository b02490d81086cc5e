"""Tests of the reference central system."""
