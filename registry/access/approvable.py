"""What a subject says of an act that takes two people; `registry.access.approvals` does the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from registry.access.policy import RECENT
from registry.core.errors import Invalid
from registry.core.work import Work
from schemas.vocabulary import ApprovalKind, May

Content = Mapping[str, Any]
"""What is proposed, as JSON: the executor gets it back exactly."""


class Change(NamedTuple):
    """One field with its value before and after, as people read it; "" where there is none.

    coded: whether the values are of closed lists, which pages show in the reader's language. of: which of
    several records, by its number or name; "" where it is the only one.
    """

    field: str
    before: str
    after: str
    coded: bool = False
    of: str = ""

    def kept(self) -> list[str | bool]:
        """As it stands in the text that is approved."""
        return [*self] if self.of else [*self[:4]]


class Place(NamedTuple):
    """A page of a record: its endpoint, the parameter that names the record, who may open it."""

    endpoint: str
    parameter: str
    may: May


@dataclass(frozen=True)
class Effect:
    """What a proposal would do to the records as they are now.

    version: of all that it changes or rests on, any text that differs once they do; changes: every field.
    """

    version: str
    changes: Sequence[Change]


@dataclass(frozen=True)
class Order:
    """What the executor carries out: exactly what was proposed and approved.

    approved_by: accounts, the one that acts now last; role: in which capacity it was proposed.
    """

    id: int
    kind: ApprovalKind
    subject: str
    content: Content
    reason: str
    version: str
    proposed_by: int
    role: str
    approved_by: tuple[int, ...] = ()


def one_other(_content: Content) -> int:
    """One person beside the proposer approves."""
    return 1


@dataclass(frozen=True)
class Approvable:
    """An act that takes two.

    propose, approve: who may (proposers also need May.APPROVAL_PROPOSE, approvers May.APPROVAL_DECIDE).
    effect: asked when it is proposed and again before each approval, from subject and content; it only
    reads, and refuses (NotFound, Invalid, Refused, Conflict) what cannot be done. carry_out: does it, in
    the unit of work of the last approver; locks what it changes; answers what came of it, such as the
    number of a new record, or "". approvers: how many people beside the proposer approve, by content.
    page, result: where subject and result are shown. life: how long it may be approved.
    confirmed_within: how lately the approver must have shown who they are.
    """

    propose: May
    approve: May
    effect: Callable[[Work, str, Content], Effect]
    carry_out: Callable[[Work, Order], str]
    approvers: Callable[[Content], int] = one_other
    page: Place | None = None
    result: Place | None = None
    life: timedelta = timedelta(hours=24)
    confirmed_within: timedelta = RECENT


def offered(work: Work) -> Mapping[ApprovalKind, Approvable]:
    """Every act that takes two, as the subjects offer them."""
    return work.offers.get("approvals", {})


def kind_of(work: Work, kind: ApprovalKind) -> Approvable:
    """One of them; raises Invalid for a kind that no subject carries out."""
    found = offered(work).get(kind)
    if found is None:
        raise Invalid.at("kind", "Nothing in this registry carries this out.")
    return found
