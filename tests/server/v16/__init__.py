"""Tests of what the messages of OCPP 1.6 mean to the central system."""
