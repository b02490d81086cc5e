"""What a CSMS says of idTokens, in answers to Authorize and TransactionEvent alike."""

from __future__ import annotations

from collections.abc import Iterable

from harness.verdict import Checks
from simulators.observation import Answer
from simulators.v201 import token_status


def accepted(check: Checks, *answers: Answer, clause: str) -> None:
    """Check that each answer says of its token that it is accepted."""
    for answer in answers:
        check.equal(token_status(answer), "Accepted", clause=clause, at=answer.entry.index)


def of_one_group(check: Checks, answers: Iterable[Answer], *, clause: str) -> None:
    """Check that all answers name a group for their token, the same one."""
    groups = [answer.member("idTokenInfo", "groupIdToken", "idToken") for answer in answers]
    same = None not in groups and len({str(group).casefold() for group in groups}) == 1
    check.that(same, "one groupIdToken in all answers", observed=groups, clause=clause)
