"""Tests of what the validation scenarios of every version stand on."""
