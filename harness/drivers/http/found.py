"""Where an answer tells something, and what it means: pointers, value maps, derived values and constants."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from harness.drivers.http.template import ABSENT, point

Pointer = Annotated[str, Field(pattern=r"^(/.*)?$")]

NULL = "null"
"""The key of a map for what is null or not there."""

ANY = "*"
"""The key of a map for whatever has no key of its own."""


class Unmapped(Exception):
    """A value that no map has a key for; the text names it."""


class Source(BaseModel):
    """One place where a value may stand, or a constant.

    ``at`` points to the value; ``map`` says what it means, by its text, "null" or "*" for any other; a value that the
    map does not have is not found there, and an object or a list is no value. ``value`` is a constant, and stands
    without ``at``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Pointer | None = None
    map: dict[str, JsonValue] | None = None
    value: JsonValue = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.at is None) is not ("value" in self.model_fields_set):
            raise ValueError("give either at or value")
        if self.map is not None and self.at is None:
            raise ValueError("map needs at")
        return self

    def read(self, record: Any) -> Any:
        """Return the value that a record has here, ABSENT where it has none; raises Unmapped."""
        if self.at is None:
            return self.value
        found = point(record, self.at)
        if self.map is None:
            return found
        key = NULL if found is ABSENT or found is None else found if isinstance(found, str) else json.dumps(found)
        if key in self.map:
            return self.map[key]
        if key != NULL and ANY in self.map:
            return self.map[ANY]
        if key == NULL or isinstance(found, dict | list):
            return ABSENT
        raise Unmapped(f"the map of {self.at!r} has no key {key!r}")


def _listed(given: Any) -> Any:
    sources = given if isinstance(given, list | tuple) else [given]
    return tuple({"at": one} if isinstance(one, str) else one for one in sources)


Sources = Annotated[tuple[Source, ...], BeforeValidator(_listed)]
"""A pointer, a source, or a list of them of which the first that has a value counts."""


def first(record: Any, sources: Iterable[Source]) -> Any:
    """Return what the first source finds that finds anything, else ABSENT; raises Unmapped where a map lacks it."""
    unmapped: Unmapped | None = None
    for source in sources:
        try:
            found = source.read(record)
        except Unmapped as error:
            unmapped = unmapped or error
            continue
        if found is not ABSENT:
            return found
    if unmapped:
        raise unmapped
    return ABSENT
