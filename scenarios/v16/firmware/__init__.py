"""Scenarios of the FirmwareManagement profile of OCPP 1.6."""
