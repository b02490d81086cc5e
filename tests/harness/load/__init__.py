"""Tests of what a load run yields."""
