"""Tests of what scenarios of OCPP 2.0.1 stand on."""
