"""What the scenarios of message validation take of OCPP 2.0.1."""
