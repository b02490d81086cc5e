"""Tests of what the validation scenarios of OCPP 1.6 stand on."""
