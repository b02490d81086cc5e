"""Tests of the station that speaks OCPP 2.0.1."""
