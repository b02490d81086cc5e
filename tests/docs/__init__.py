"""Tests of what users read: every command, file and link of it."""
