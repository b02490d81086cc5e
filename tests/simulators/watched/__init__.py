"""Tests of the relay before stations that are not ours."""
