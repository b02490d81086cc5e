"""Tests of the documents that are derived from a run record."""
