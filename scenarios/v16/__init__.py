"""Scenarios of OCPP 1.6J."""
