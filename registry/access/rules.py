"""When one person may approve what another proposed: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from registry.core.errors import Unmet
from schemas.vocabulary import ProposalState
from schemas.words import said


@dataclass(frozen=True)
class Holder:
    """Who is behind an account. stands: whether it is open and its role still allows what its holder did."""

    account_id: int
    full_name: str
    stands: bool = True


def unmet_for_two(others: Iterable[Holder], approver: Holder) -> list[Unmet]:
    """Whether the approver is another person than those who proposed it and approved it before.

    Two accounts of one name count as one person: a namesake leaves the decision to a third.
    """
    if approver.account_id == 0:
        return [Unmet(said("The operator of the machine approves nothing: a second person signs in."))]
    for place, other in enumerate(others):
        if other.account_id == approver.account_id:
            own = "You proposed this yourself: somebody else decides."
            before = "You approved this already: it waits for somebody else."
            return [Unmet(said(before if place else own))]
        if _name(other) == _name(approver):
            return [Unmet(said("Both accounts belong to one person: somebody else decides."))]
    return []


def _name(holder: Holder) -> str:
    return " ".join(holder.full_name.casefold().split())


def unmet_for_standing(proposer: Holder, approvers: Iterable[Holder]) -> list[Unmet]:
    """Whether everybody who took part may still do so: a role that was lost gives no consent."""
    unmet = []
    if not proposer.stands:
        unmet.append(
            Unmet(said("%(name)s may not propose this any more: propose it anew.", name=proposer.full_name))
        )
    for one in approvers:
        if not one.stands:
            unmet.append(
                Unmet(said("%(name)s may not approve this any more: propose it anew.", name=one.full_name))
            )
    return unmet


def state_at(state: str, expires_at: datetime, now: datetime) -> ProposalState:
    """Where a proposal stands at a moment."""
    overdue = state == ProposalState.OPEN and now >= expires_at
    return ProposalState.EXPIRED if overdue else ProposalState(state)


def unmet_to_decide(state: ProposalState) -> list[Unmet]:
    """A proposal is decided once, and in time."""
    if state is ProposalState.OPEN:
        return []
    if state is ProposalState.EXPIRED:
        return [Unmet(said("The time to decide this is over: propose it anew."))]
    return [Unmet(said("This is decided already."))]


def unmet_for_content(kept: bool, seen: bool) -> list[Unmet]:
    """Whether what would be done is what the approver saw.

    kept: the stored content has its digest; seen: so does what the approver saw.
    """
    if not kept:
        return [Unmet(said("The proposal's content was changed in the database: tell the auditor."))]
    if not seen:
        return [Unmet(said("What you saw is not what is proposed: read it again."), "digest")]
    return []


OVERTAKEN = "The records were changed since this was proposed: propose it anew."


def may_bootstrap(approvers: int) -> bool:
    """Whether the operator may still open accounts alone.

    approvers: open accounts of people who may approve new ones. From two on one proposes and another
    approves, and the operator only proposes.
    """
    return approvers < 2
