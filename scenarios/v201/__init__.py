"""The functional blocks of OCPP 2.0.1."""
