"""Tests of scenarios.stage."""
