"""Tests of sessions that are drawn."""
