"""Variants of the form in which times are sent (OCPP 1.6 3.15: ISO 8601, in UTC by preference)."""

from __future__ import annotations

import re
from typing import ClassVar

from server.core.framing import Framing, Outgoing
from server.variants.registry import variant

_INSTANT = re.compile(rb'(?<=:")(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d)(\d\d)Z(?=")')
_GROUNDS = "OCPP 1.6 3.15, ISO 8601: any fraction of a second, any offset from UTC"


class _Instants(Framing):
    """Writes every instant in a form of its own, ``form`` being a template of ``re``."""

    form: ClassVar[bytes]

    def encode(self, message: Outgoing) -> bytes:
        return _INSTANT.sub(self.form, super().encode(message))


@variant("times-in-seconds", "Times are sent without a fraction of a second.", grounds=_GROUNDS)
class _Seconds(_Instants):
    form = rb"\1Z"


@variant("times-with-six-digits", "Times are sent with six digits after the second.", grounds=f"{_GROUNDS}; Python")
class _Microseconds(_Instants):
    form = rb"\1.\2\g<3>456Z"


@variant("times-with-seven-digits", "Times are sent with seven digits after the second.", grounds=f"{_GROUNDS}; .NET")
class _Ticks(_Instants):
    form = rb"\1.\2\g<3>4567Z"


@variant("times-with-offset", "Times are sent with the offset +00:00 in place of Z.", grounds=f"{_GROUNDS}; Python")
class _Offset(_Instants):
    form = rb"\1.\2\3+00:00"


@variant("times-with-one-digit", "Times are sent with one digit after the second.", grounds=f"{_GROUNDS}; Go")
class _Tenths(_Instants):
    form = rb"\1.\2Z"
