"""Tests of what serves stations of any OCPP version."""
