"""What OCPP 1.6 says of idTags."""

from __future__ import annotations

from server.core import instants
from server.core.tags import Tags
from server.core.validation import Payload


class IdTags:
    """Tells stations what idTags are worth."""

    def __init__(self, tags: Tags) -> None:
        self.tags = tags

    def info(self, id_tag: str) -> Payload:
        """Return the idTagInfo of a tag (OCPP 1.6 7.27): an expiry only where it lies ahead."""
        tag = self.tags.find(id_tag)
        info: Payload = {"status": self.tags.status(tag)}
        if tag is not None and tag.parent is not None:
            info["parentIdTag"] = tag.parent
        if tag is not None and tag.expires is not None and tag.expires > instants.now():
            info["expiryDate"] = instants.to_wire(tag.expires)
        return info
