"""OCPP 2.0.1: what its messages mean to the central system."""

VERSION = "2.0.1"
