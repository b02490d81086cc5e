"""Remote control: block F of OCPP 2.0.1."""
