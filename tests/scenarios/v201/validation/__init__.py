"""Tests of what the validation scenarios of OCPP 2.0.1 stand on."""
