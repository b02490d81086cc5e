"""Block E of OCPP 2.0.1: transactions."""
