"""Evidence changes hands: one person offers it, the other signs for it, each shown to be who they are.

Whoever signs has given password or second factor within the last minutes; a bearer token never signs.
"""

from __future__ import annotations

from registry.access.policy import RECENT
from registry.access.queries import account_by_login
from registry.access.tables import Account
from registry.core.errors import Conflict, Forbidden, Invalid, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.policy import permissions
from registry.core.work import Work, act
from registry.recovery import chain, evidence_queries, queries, recording
from registry.recovery.tables import Handover, HandoverItem, Item
from registry.recovery.views import HandoverView
from schemas.recovery import HandoverNew, SigningNew
from schemas.recovery_vocabulary import HandoverState
from schemas.vocabulary import May, Role
from schemas.words import said


@act(May.EVIDENCE_HAND, confirmed_within=RECENT)
def offer(work: Work, new: HandoverNew) -> HandoverView:
    """Offer evidence in one's hands to somebody who is to sign for it; raises Invalid, NotFound, Refused."""
    taker = _taker(work, new.taker)
    rows = evidence_queries.named_items(work, new.items)
    refuse_if(
        chain.unmet_to_offer([evidence_queries.held(row) for row in rows], work.actor.user_id, taker.id)
    )
    made = Handover(
        giver_id=work.actor.user_id,
        taker_id=taker.id,
        purpose=new.purpose.value,
        place=new.place,
        note=new.note,
        items=len(rows),
        state=HandoverState.OFFERED.value,
        reason="",
        offered_at=work.now,
        given_in=_sign_in(work),
        version=1,
    )
    work.session.add(made)
    work.session.flush()
    for row in rows:
        row.handover_id = made.id
        row.version += 1
    work.session.add_all(HandoverItem(handover_id=made.id, item_id=row.id) for row in rows)
    work.session.flush()
    return evidence_queries.handover(work, made.id)


def _taker(work: Work, login: str) -> Account:
    account = account_by_login(work.session, login)
    if account is None or not account.active or May.EVIDENCE_HAND not in permissions(Role(account.role)):
        raise Invalid.at("taker", "Nobody with this sign-in name may take evidence.", "FP 6")
    return account


def _sign_in(work: Work) -> int:
    return work.actor.proof.sign_in if work.actor.proof else 0


@act(May.EVIDENCE_HAND, confirmed_within=RECENT)
def sign(work: Work, handover_id: int, new: SigningNew) -> HandoverView:
    """Take what was offered: each chain gets its link. Raises NotFound, Forbidden, Conflict, Invalid."""
    made = _open(work, handover_id)
    if made.taker_id != work.actor.user_id:
        raise Forbidden("Only the person it is offered to signs for it.")
    rows = _items(work, made)
    broken = {parse_registry_number("EV", number, "broken") for number in new.broken}
    if strange := sorted(broken - {row.id for row in rows}):
        number = queries.item_number(strange[0])
        raise Invalid.at("broken", said("%(number)s is not part of this.", number=number))
    for row in rows:
        _link(work, made, row, row.id not in broken, new.note)
        row.custodian_id, row.handover_id = made.taker_id, None
        row.version += 1
    return _closed(work, made, HandoverState.SIGNED, new.note)


def _link(work: Work, made: Handover, row: Item, intact: bool, note: str) -> None:
    last, before = evidence_queries.links(work, row.id)[-1]
    given_at = max(made.offered_at, last.taken_at)  # whoever waited for the last link began before it
    row.steps += 1
    link = chain.Link(
        row.steps,
        made.giver_id,
        made.taker_id,
        given_at,
        max(work.now, given_at),
        made.purpose,
        made.place,
        row.bag or "",
        intact,
        "" if intact else note,
    )
    work.session.add(recording.step(row.id, link, before))


@act(May.EVIDENCE_HAND)
def decline(work: Work, handover_id: int, reason: str) -> HandoverView:
    """Not take what was offered, or take back the offer: it stays where it is. As `sign` raises."""
    made = _open(work, handover_id)
    if work.actor.user_id not in (made.giver_id, made.taker_id):
        raise Forbidden("Only those who give and take decide about this.")
    if not reason:
        raise Invalid.at("reason", "Say why.")
    for row in _items(work, made):
        row.handover_id = None
        row.version += 1
    mine = made.taker_id == work.actor.user_id
    return _closed(work, made, HandoverState.DECLINED if mine else HandoverState.WITHDRAWN, reason)


def _open(work: Work, handover_id: int) -> Handover:
    made = evidence_queries.handover_row(work, handover_id, locked=True)
    if made.state != HandoverState.OFFERED:
        raise Conflict("This hand-over is decided.")
    return made


def _items(work: Work, made: Handover) -> list[Item]:
    return [
        evidence_queries.item_row(work, key, locked=True) for key in evidence_queries.item_keys(work, made.id)
    ]


def _closed(work: Work, made: Handover, state: HandoverState, reason: str) -> HandoverView:
    made.state, made.reason = state.value, reason
    made.decided_at, made.decided_in = work.now, _sign_in(work)
    made.version += 1
    work.session.flush()
    return evidence_queries.handover(work, made.id)
