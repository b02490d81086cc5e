"""The registry of altered central systems: found by name, or told which names are near."""

from __future__ import annotations

import pytest

from server.core.tags import Tags
from server.parts import Parts
from server.registry import Altered, Registry, UnknownName


class LenientTags(Tags):
    """A part that takes the place of the tags."""


@pytest.fixture
def registry() -> Registry[Altered]:
    """A registry of two."""
    made: Registry[Altered] = Registry("mutant")
    made.add(Altered("tags-lenient", "Every tag is good.", (LenientTags,)))
    made.add(Altered("boot-slow", "A boot takes long.", ()))
    return made


def test_part_takes_the_place_of_the_class_it_derives_from(registry: Registry[Altered]) -> None:
    """What is altered has its own part, and all others of the reference."""
    assert registry["tags-lenient"].parts == Parts(tags=LenientTags)
    assert registry["boot-slow"].parts == Parts()


def test_unknown_name_lists_those_that_are_near(registry: Registry[Altered]) -> None:
    """A name that is nearly right is an error with a hint."""
    assert registry.find("boot-slow").name == "boot-slow"
    with pytest.raises(UnknownName, match=r"there is no mutant 'boot-slwo'; near are: boot-slow$"):
        registry.find("boot-slwo")


def test_name_like_no_other(registry: Registry[Altered]) -> None:
    """A name like no other is an error that says where all of them are listed."""
    with pytest.raises(UnknownName, match="plugfest serve --mutant=list names all"):
        registry.find("zzzz")


def test_listing_has_a_line_for_each(registry: Registry[Altered]) -> None:
    """Names and sentences, in the order of the names."""
    assert registry.listing() == "boot-slow: A boot takes long.\ntags-lenient: Every tag is good."


def test_name_cannot_be_used_twice(registry: Registry[Altered]) -> None:
    """Two of one name are a mistake."""
    with pytest.raises(ValueError, match="two mutants named boot-slow"):
        registry.add(Altered("boot-slow", "Another.", ()))
    assert len(registry) == 2


def test_class_must_be_a_part(registry: Registry[Altered]) -> None:
    """A class that derives from no part cannot take the place of any."""
    with pytest.raises(TypeError, match="subclass of no part"):
        registry.add(Altered("nothing", "Nothing.", (Registry,)))
