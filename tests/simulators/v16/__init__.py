"""Tests of the station that speaks OCPP 1.6."""
