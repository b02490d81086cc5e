"""Block C of OCPP 2.0.1: authorization."""
