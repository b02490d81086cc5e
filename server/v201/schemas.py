"""The schemas of OCPP 2.0.1."""

from __future__ import annotations

from ocpp.exceptions import FormatViolationError, OccurrenceConstraintViolationError

from server.core.validation import SchemaErrors, Schemas

ERRORS = SchemaErrors(form=FormatViolationError, occurrence=OccurrenceConstraintViolationError)

SCHEMAS = Schemas("ocpp.v201", ERRORS, request="{action}Request")
