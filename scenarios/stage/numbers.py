"""Numbers that the suite gives as the operator of a central system that does not choose them itself."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from itertools import count

from harness.settings import FeaturesSection


def numbers_of(features: FeaturesSection) -> Mapping[str, Iterator[int]]:
    """Return the numbers for each field of an operation that the central system leaves to its operator.

    A version of the local list is greater than those of earlier runs, so that a list that a station may still hold is
    older; other numbers begin where hardly another process does.
    """
    first = {
        "reservation_id": None if features.chooses_reservation_id else secrets.randbelow(2**30) + 1,
        "request_id": None if features.chooses_request_id else secrets.randbelow(2**30) + 1,
        "list_version": None if features.chooses_list_version else int(time.time()),
    }
    return {name: count(number) for name, number in first.items() if number is not None}
