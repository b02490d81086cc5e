"""Scenarios of the Core profile of OCPP 1.6."""
