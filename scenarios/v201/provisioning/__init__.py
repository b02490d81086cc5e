"""Provisioning: block B of OCPP 2.0.1."""
