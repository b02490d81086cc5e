"""Block C, authorization: what idTokens and contract certificates are worth (OCPP 2.0.1 C01 to C16)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import ClassVar

from ocpp.v201.enums import Action, AuthorizationStatusEnumType, AuthorizeCertificateStatusEnumType

from server.core.authority import Authority
from server.core.profile import Profile
from server.core.stations import Station
from server.core.validation import Payload
from server.v201.id_tokens import ACCEPTED, IdTokens

INVALID = AuthorizationStatusEnumType.invalid.value


class Authorization(Profile):
    """Tells stations whom they may charge, and has them clear what they remember of that (C11)."""

    actions: ClassVar[frozenset[str]] = frozenset({Action.clear_cache.value})

    def __init__(self, authority: Authority, id_tokens: IdTokens) -> None:
        self.authority = authority
        self.id_tokens = id_tokens

    def authorize(self, station: Station, payload: Payload) -> Payload | Awaitable[Payload]:
        """Tell what an idToken is worth, and the contract certificate that comes with it (C01.FR.07, C07.FR.04)."""
        if "certificate" in payload or "iso15118CertificateHashData" in payload:
            return self.authorize_contract(payload)
        return {"idTokenInfo": self.id_tokens.info(payload["idToken"])}

    async def authorize_contract(self, payload: Payload) -> Payload:
        """Tell what a contract is worth: no token is, whose certificate is not (C07.FR.16)."""
        from server.v201.contracts import Contracts

        await self.authority.open()
        status = await asyncio.to_thread(Contracts(self.authority).status, payload)
        info = self.id_tokens.info(payload["idToken"])
        if status != AuthorizeCertificateStatusEnumType.accepted and info["status"] == ACCEPTED:
            info = {"status": INVALID}
        return {"idTokenInfo": info, "certificateStatus": status}
