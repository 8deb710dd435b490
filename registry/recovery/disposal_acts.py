"""Disposal: proposed by one, approved by another, done before witnesses, each item once (FP art. 6(2))."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import delete

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import waiting_on
from registry.core.days import day_in
from registry.core.errors import Conflict, Refused, Stale, Unmet, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.directory.queries import party_by_number
from registry.directory.tables import Party
from registry.firearms import chain as firearm_chain
from registry.firearms.tables import Firearm
from registry.recovery import chain, disposal_queries, evidence_queries, queries, recording
from registry.recovery import disposal_rules as rules
from registry.recovery.disposal_tables import Disposal, DisposalItem, Witness
from registry.recovery.disposal_views import DisposalView
from registry.recovery.tables import Item
from schemas.disposal import CompletionNew, DisposalNew
from schemas.firearms import CustodyNew
from schemas.recovery_vocabulary import DisposalKind, DisposalState, EvidencePurpose, ItemState
from schemas.vocabulary import ApprovalKind, CustodyKind, DocumentKind, May, PartyKind
from schemas.words import said


@act(May.DISPOSAL_PROPOSE)
def propose(work: Work, new: DisposalNew) -> DisposalView:
    """Propose to dispose of items together; somebody else approves it.

    Raises Invalid, NotFound, Refused with what the law asks, Conflict when an item is in another batch.
    """
    recipient = party_by_number(work, new.recipient, "recipient") if new.recipient else None
    items = evidence_queries.named_items(work, new.items)
    facts = disposal_queries.facts_of(work, items)
    refuse_if(rules.unmet_to_dispose(_facts(new, recipient), facts, work.today))
    row = Disposal(
        kind=new.kind.value,
        method=new.method.value if new.method else "",
        method_note=new.method_note,
        place=new.place,
        reason=new.reason,
        authorization_number=new.authorization,
        authorized_by=new.authorized_by,
        authorized_on=new.authorized_on,
        recipient_id=recipient.id if recipient else None,
        items=len(items),
        state=DisposalState.PROPOSED.value,
        proposed_by=work.actor.user_id,
        proposed_at=work.now,
        note="",
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    work.session.add_all(DisposalItem(item_id=item.id, disposal_id=row.id) for item in items)
    work.session.flush()
    number = disposal_queries.disposal_number(row.id)
    approvals.propose(work, ApprovalKind.DISPOSE, number, {"disposal": number}, new.reason)
    return disposal_queries.disposal(work, row.id)


def _facts(new: DisposalNew, recipient: Party | None) -> rules.DisposalFacts:
    return rules.DisposalFacts(
        new.kind,
        new.authorization,
        new.authorized_by,
        new.authorized_on,
        new.method.value if new.method else "",
        recipient.kind == PartyKind.PUBLIC_BODY if recipient else None,
    )


def _facts_kept(work: Work, row: Disposal) -> rules.DisposalFacts:
    recipient = work.session.get(Party, row.recipient_id) if row.recipient_id else None
    return rules.DisposalFacts(
        DisposalKind(row.kind),
        row.authorization_number,
        row.authorized_by,
        row.authorized_on,
        row.method,
        recipient.kind == PartyKind.PUBLIC_BODY if recipient else None,
    )


def _refuse_unless_lawful(work: Work, row: Disposal, items: Sequence[Item]) -> None:
    facts = disposal_queries.facts_of(work, items, own=row.id)
    refuse_if(rules.unmet_to_dispose(_facts_kept(work, row), facts, work.today))


def _effect(work: Work, subject: str, _content: Content) -> Effect:
    """What the approver sees: how, where, by what right, and every item. Refuses what the law refuses."""
    row = disposal_queries.row_of(work, parse_registry_number("DC", subject))
    if row.state != DisposalState.PROPOSED:
        raise Conflict("This disposal is decided.")
    items = disposal_queries.items_of(work, row.id)
    _refuse_unless_lawful(work, row, items)
    becomes = ItemState.DESTROYED if row.kind == DisposalKind.DESTRUCTION else ItemState.DISPOSED
    changes = [
        Change("state", DisposalState.PROPOSED.value, DisposalState.APPROVED.value, coded=True),
        Change("kind", "", row.kind, coded=True),
        Change("method", "", row.method, coded=True),
        Change("place", "", row.place),
        Change("authorization", "", " ".join(filter(None, (row.authorization_number, row.authorized_by)))),
        Change("items", "", f"{row.items}"),
        *(Change(queries.item_number(item.id), item.state, becomes.value, coded=True) for item in items),
    ]
    versions = ".".join(str(n) for n in (row.version, *(item.version for item in items)))
    return Effect(versions, changes)


def _carry_out(work: Work, order: Order) -> str:
    approve(work, order)
    return order.subject


@act(May.DISPOSAL_APPROVE)
def approve(work: Work, order: Order) -> None:
    """Approve a disposal, as two have agreed; raises Forbidden, NotFound, Stale, Refused."""
    approvals.require(work, ApprovalKind.DISPOSE)
    row = disposal_queries.row_of(work, parse_registry_number("DC", order.subject), locked=True)
    items = disposal_queries.items_of(work, row.id, locked=True)
    if ".".join(str(n) for n in (row.version, *(item.version for item in items))) != order.version:
        raise Stale
    _refuse_unless_lawful(work, row, items)
    row.state = DisposalState.APPROVED.value
    row.approved_by, row.approved_at = work.actor.user_id, work.now
    row.version += 1
    work.session.flush()


@act(May.DISPOSAL_PROPOSE)
def cancel(work: Work, disposal_id: int, reason: str, version: int) -> DisposalView:
    """Give up a disposal that is not done: its items are free again. Raises NotFound, Stale, Conflict."""
    row = _open(work, disposal_id, version)
    if waiting_on(work, ApprovalKind.DISPOSE, disposal_queries.disposal_number(row.id)) is not None:
        raise Conflict("It waits for a second person: withdraw the proposal first.")
    row.state, row.note = DisposalState.CANCELLED.value, reason
    row.version += 1
    work.session.execute(delete(DisposalItem).where(DisposalItem.disposal_id == row.id))
    work.session.flush()
    return disposal_queries.disposal(work, row.id)


def _open(work: Work, disposal_id: int, version: int) -> Disposal:
    row = disposal_queries.row_of(work, disposal_id, locked=True)
    if row.state in (DisposalState.DONE, DisposalState.CANCELLED):
        raise Conflict("This disposal is decided.")
    if row.version != version:
        raise Stale
    return row


@act(May.DISPOSAL_PROPOSE)
def complete(work: Work, disposal_id: int, new: CompletionNew, version: int) -> DisposalView:
    """Record that an approved disposal was done, before whom, and what it weighed.

    Whoever records it holds all of it: the chain of evidence ends in their hands. Raises NotFound, Stale,
    Conflict (not approved, or done already), Refused.
    """
    row = _open(work, disposal_id, version)
    if row.state != DisposalState.APPROVED or row.approved_at is None:
        raise Conflict("Somebody else has to approve it first.")
    items = disposal_queries.items_of(work, row.id, locked=True)
    grams = None if new.weight_kg is None else int(new.weight_kg * Decimal(1000))
    kind = DisposalKind(row.kind)
    approved_on = day_in(work.zone, row.approved_at)
    refuse_if(
        [
            *rules.unmet_to_complete(kind, new.done_on, approved_on, work.today, len(new.witnesses), grams),
            *(
                Unmet(
                    said("%(number)s is in the hands of somebody else.", number=queries.item_number(item.id)),
                    f"items.{n}",
                    "FP 6",
                )
                for n, item in enumerate(items)
                if item.custodian_id != work.actor.user_id
            ),
        ]
    )
    _refuse_unless_lawful(work, row, items)
    for item in items:
        _end(work, row, item, new)
    row.state, row.done_on, row.grams, row.note = DisposalState.DONE.value, new.done_on, grams, new.note
    row.done_by, row.done_at = work.actor.user_id, work.now
    row.version += 1
    work.session.add_all(
        Witness(disposal_id=row.id, n=n, name=one.name, capacity=one.capacity)
        for n, one in enumerate(new.witnesses, 1)
    )
    work.session.flush()
    return disposal_queries.disposal(work, row.id)


def _end(work: Work, row: Disposal, item: Item, new: CompletionNew) -> None:
    """The last link of an item's chain, its state, and the step of its firearm's custody."""
    last, before = evidence_queries.links(work, item.id)[-1]
    at = max(work.now, last.taken_at)
    item.steps += 1
    number = disposal_queries.disposal_number(row.id)
    link = chain.Link(
        item.steps, last.taker, work.actor.user_id, at, at, EvidencePurpose.DISPOSAL.value, row.place,
        item.bag or "", True, number,
    )  # fmt: skip
    work.session.add(recording.step(item.id, link, before))
    destroyed = row.kind == DisposalKind.DESTRUCTION
    item.state = (ItemState.DESTROYED if destroyed else ItemState.DISPOSED).value
    item.version += 1
    if item.firearm_id is not None:
        _record_custody(work, row, item.firearm_id, new, number)


def _record_custody(work: Work, row: Disposal, firearm_id: int, new: CompletionNew, number: str) -> None:
    """What the firearm's own chain says. A destruction that it does not allow was one all the same."""
    destroyed = row.kind == DisposalKind.DESTRUCTION
    told = CustodyNew(
        CustodyKind.DESTROYED if destroyed else CustodyKind.TRANSFERRED,
        new.done_on,
        place=row.place,
        document_kind=DocumentKind.DESTRUCTION_CERTIFICATE if destroyed else DocumentKind.OTHER,
        document_number=number if destroyed else row.authorization_number,
    )
    giver = None if destroyed else work.session.get_one(Firearm, firearm_id).holder_id
    _n, unmet = firearm_chain.take(work, firearm_id, told, from_id=giver, to_id=row.recipient_id)
    if unmet and not destroyed:
        raise Refused(unmet=unmet)


APPROVABLE = {
    ApprovalKind.DISPOSE: Approvable(
        propose=May.DISPOSAL_PROPOSE,
        approve=May.DISPOSAL_APPROVE,
        effect=_effect,
        carry_out=_carry_out,
        page=Place("recovery.disposal", "number", May.RECOVERY_READ),
        result=Place("recovery.disposal", "number", May.RECOVERY_READ),
    )
}
