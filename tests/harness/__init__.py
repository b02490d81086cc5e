"""Tests of what a conformance run stands on."""
