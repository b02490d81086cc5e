"""Logs from the field: frames of OCPP-J in whatever a product has written around them."""
