"""Scenarios of the Remote Trigger profile of OCPP 1.6."""
