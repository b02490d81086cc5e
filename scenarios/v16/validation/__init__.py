"""What the scenarios of message validation take of OCPP 1.6."""
