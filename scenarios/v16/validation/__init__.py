"""Message validation of OCPP 1.6, one scenario per constraint of the published schemas."""
