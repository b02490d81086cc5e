"""Tests of what the scenarios of OCPP 1.6 stand on."""
