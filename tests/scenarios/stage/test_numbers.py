"""Numbers that the suite gives where the central system chooses none."""

from __future__ import annotations

import time

from harness.settings import FeaturesSection
from scenarios.stage.numbers import numbers_of


def test_nothing_is_given_where_the_product_chooses() -> None:
    """Unless the target file says otherwise, the central system chooses its numbers."""
    assert numbers_of(FeaturesSection()) == {}


def test_numbers_for_what_the_product_leaves_open() -> None:
    """Numbers go up by one; a list version is newer than those of earlier runs."""
    open_to_us = FeaturesSection(chooses_reservation_id=False, chooses_request_id=False, chooses_list_version=False)
    numbers = numbers_of(open_to_us)
    assert set(numbers) == {"reservation_id", "request_id", "list_version"}
    for source in numbers.values():
        first = next(source)
        assert (0 < first < 2**31 - 1, next(source)) == (True, first + 1)
    assert next(numbers_of(open_to_us)["list_version"]) >= int(time.time()) - 1
