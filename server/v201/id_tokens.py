"""What the central system says of idTokens: they are the idTags that it knows (OCPP 2.0.1 C01, C09)."""

from __future__ import annotations

from ocpp.v201.enums import AuthorizationStatusEnumType, IdTokenEnumType

from server.core import instants
from server.core.tags import Tag, Tags
from server.core.validation import Payload

ACCEPTED = AuthorizationStatusEnumType.accepted.value


class IdTokens:
    """Tells what idTokens are worth; the parent of a tag is the group of its token."""

    def __init__(self, tags: Tags) -> None:
        self.tags = tags

    def info(self, id_token: Payload) -> Payload:
        """Return the idTokenInfo of a token (OCPP 2.0.1 part 2, 2.29).

        One of the type NoAuthorization stands for nobody and is accepted (C02.FR.02).
        """
        if id_token["type"] == IdTokenEnumType.no_authorization:
            return {"status": ACCEPTED}
        tag = self.tags.find(id_token["idToken"])
        info: Payload = {"status": self.status(tag)}
        if tag is not None and tag.parent is not None:
            info["groupIdToken"] = self.group(tag.parent)
        if tag is not None and tag.expires is not None and tag.expires > instants.now():
            info["cacheExpiryDateTime"] = instants.to_wire(tag.expires)
        return info

    def status(self, tag: Tag | None) -> str:
        """Return what the central system thinks of a tag; of one that it does not know, that it is Unknown."""
        status = self.tags.status(tag)
        if tag is None and status != ACCEPTED:
            return str(AuthorizationStatusEnumType.unknown.value)
        return status

    def group(self, parent: str) -> Payload:
        """Return the groupIdToken of a group, which the central system has made up (C09.FR.02)."""
        return {"idToken": parent, "type": IdTokenEnumType.central.value}

    def fold(self, id_token: Payload) -> str | None:
        """Return the form in which tokens are compared, None for one that stands for nobody."""
        nobody = id_token["type"] == IdTokenEnumType.no_authorization
        return None if nobody else self.tags.fold(id_token["idToken"])
