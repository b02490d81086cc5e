"""Availability: block G of OCPP 2.0.1."""
