"""Mutants of OCPP 2.0.1: what is wrong with the messages of that version, or with what they do."""

from functools import partial

from server.mutants import rows

request = partial(rows.request, version="2.0.1")
response = partial(rows.response, version="2.0.1")
