"""OCPP 1.6: what its messages mean to the central system."""

VERSION = "1.6"
