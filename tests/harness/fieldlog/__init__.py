"""Tests of reading, judging and redacting logs from the field."""
