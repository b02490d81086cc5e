"""Tests of the documents of a load run."""
