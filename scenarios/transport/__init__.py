"""Conformance scenarios of the transport: WebSocket and OCPP-J, whatever the OCPP version."""
