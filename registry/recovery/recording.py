"""Rows of what was recovered, and the first link of their chains of evidence."""

from __future__ import annotations

from registry.core.work import Work
from registry.firearms.queries import LONGEST_KEY
from registry.marks.reading import normal_form
from registry.recovery import chain, queries
from registry.recovery.checking import Checked
from registry.recovery.tables import EvidenceStep, Item, Recovery
from schemas.recovery import ItemNew, RecoveryNew
from schemas.recovery_vocabulary import EvidencePurpose, ItemState


def recovery(work: Work, new: RecoveryNew, agency: int, campaign: int | None) -> Recovery:
    """The occasion."""
    return Recovery(
        kind=new.kind.value,
        recovered_on=new.recovered_on,
        place=new.place,
        circumstances=new.circumstances,
        case_number=new.case_number,
        agency_id=agency,
        campaign_id=campaign,
        post_n=new.post,
        anonymous=new.anonymous,
        person_name=new.person_name,
        person_document=new.person_document,
        items=len(new.items),
        recorded_by=work.actor.user_id,
        recorded_at=work.now,
    )


def item(work: Work, recovery_id: int, n: int, new: ItemNew, found: Checked) -> Item:
    """One item as it was described, with what its trace found."""
    return Item(
        recovery_id=recovery_id,
        n=n,
        kind=new.kind.value,
        type=new.type.value,
        maker=new.maker,
        model=new.model,
        calibre=new.calibre,
        country=new.country,
        mark=new.mark,
        key=normal_form(new.mark)[:LONGEST_KEY],
        mark_condition=new.mark_condition.value,
        condition=new.condition.value,
        quantity=new.quantity,
        bag=new.bag or None,
        note=new.note,
        numbered=False,
        trace_id=found.trace,
        outcome=found.outcome,
        severity=found.severity,
        held_for=found.held_for,
        state=ItemState.IN_EVIDENCE.value,
        custodian_id=work.actor.user_id,
        steps=1,
        version=1,
    )


def step(item_id: int, link: chain.Link, before: bytes) -> EvidenceStep:
    """A link of an item's chain, bound to the one before."""
    return EvidenceStep(
        item_id=item_id,
        n=link.n,
        giver_id=link.giver,
        taker_id=link.taker,
        given_at=link.given_at,
        taken_at=link.taken_at,
        purpose=link.purpose,
        place=link.place,
        bag=link.bag,
        intact=link.intact,
        note=link.note,
        digest=chain.digest(queries.item_number(item_id), link, before),
    )


def first_step(work: Work, row: Item, place: str) -> EvidenceStep:
    """The link with which the chain begins: whoever records an item answers for it."""
    link = chain.Link(
        1,
        None,
        work.actor.user_id,
        work.now,
        work.now,
        EvidencePurpose.RECEIVED.value,
        place,
        row.bag or "",
        True,
        "",
    )
    return step(row.id, link, chain.NOTHING)
