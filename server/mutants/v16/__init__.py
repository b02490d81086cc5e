"""Mutants of OCPP 1.6: what is wrong with the messages of that version, or with what they do."""

from functools import partial

from server.mutants import rows

request = partial(rows.request, version="1.6")
response = partial(rows.response, version="1.6")
