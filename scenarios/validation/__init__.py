"""Message validation in every OCPP version, one scenario per constraint of the published schemas."""
