"""Scenarios of the LocalAuthListManagement profile of OCPP 1.6."""
