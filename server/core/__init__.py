"""What serves stations of any OCPP version: connection, session, queue, store, TLS."""
