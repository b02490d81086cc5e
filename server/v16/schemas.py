"""The schemas of OCPP 1.6."""

from __future__ import annotations

from typing import Any

from ocpp.exceptions import FormationViolationError, OccurenceConstraintViolationError

from server.core.validation import SchemaErrors, Schemas

ERRORS = SchemaErrors(form=FormationViolationError, occurrence=OccurenceConstraintViolationError)


def _amend(name: str, schema: dict[str, Any]) -> None:
    """Ask for one sampled value or more where the text does (OCPP 1.6 7.33), as the schema of MeterValues does."""
    if name == "StopTransaction":
        schema["properties"]["transactionData"]["items"]["properties"]["sampledValue"]["minItems"] = 1


SCHEMAS = Schemas("ocpp.v16", ERRORS, request="{action}", amend=_amend)
