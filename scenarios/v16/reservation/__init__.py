"""Scenarios of the Reservation profile of OCPP 1.6."""
