"""Central systems that mistreat text on its way between operator and station (OCPP-J 1.6 4.1.2)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence

from ocpp.exceptions import InternalError

from server.core.framing import Framing, Message
from server.core.operator import Operator
from server.core.session import Session
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Change, Row, alters, request, turn

_BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")


@mutant("text-beyond-bmp-refused", "Characters that take four bytes in UTF-8 are answered InternalError.")
class _BeyondBmpRefused(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if _BEYOND_BMP.search(str(payload)):
            raise InternalError(description="the text could not be stored")


@mutant("text-beyond-bmp-garbled", "Characters that take four bytes in UTF-8 are read as question marks.")
class _BeyondBmpGarbled(Framing):
    def decode(self, data: bytes) -> Message:
        return super().decode(_BEYOND_BMP.sub("?", data.decode()).encode())


# What an operator is shown


class _Shown(Operator):
    """Shows what stations have written in a way of its own."""

    def show(self, text: str) -> str:
        """Return a text as it is shown."""
        raise NotImplementedError

    async def connector(self, id: str, connector_id: int, evse_id: int | None = None) -> Payload | None:
        found = await super().connector(id, connector_id, evse_id)
        return found | {"info": self.show(found["info"])} if found and found["info"] else found

    def station(self, id: str) -> Payload:
        found = super().station(id)
        return found | {"vendor": self.show(found["vendor"])} if found["vendor"] else found

    async def variables(self, id: str) -> Sequence[Payload]:
        found = await super().variables(id)
        return [one | {"value": self.show(one["value"])} if one["value"] else one for one in found]

    async def configuration(self, id: str) -> Mapping[str, str | None]:
        found = await super().configuration(id)
        return {key: self.show(value) if value else value for key, value in found.items()}


@mutant("shown-text-escaped", "The operator is shown what stations write with escapes of HTML.", remarks=True)
class _ShownTextEscaped(_Shown):
    def show(self, text: str) -> str:
        return html.escape(text)


@mutant("shown-text-cut", "The operator is shown 40 characters of what stations write.", remarks=True)
class _ShownTextCut(_Shown):
    def show(self, text: str) -> str:
        return text[:40]


# What a station is sent


def _texts(how: Callable[[str], str]) -> Change:
    return turn(value=how, data=how)


alters(request("ChangeConfiguration", "DataTransfer"),
    Row("order-text-escaped", "The texts of orders are sent with escapes of HTML.", _texts(html.escape)),
    Row("order-text-cut", "The texts of orders are sent up to their 255th character.",
        _texts(lambda text: text[:255])),
    Row("order-text-garbled", "The texts of orders are encoded twice.",
        _texts(lambda text: text.encode().decode("latin-1"))),
)  # fmt: skip
