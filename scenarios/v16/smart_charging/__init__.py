"""Scenarios of the Smart Charging profile of OCPP 1.6."""
