"""Tests of what the messages of OCPP 2.0.1 mean to the central system."""
