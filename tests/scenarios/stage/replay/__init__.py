"""Tests of playing a log again."""
