"""Tests of what the scenarios of resilience share."""
