"""Tests of what the scenarios of the transport stand on."""
