"""Acts that take two people: one proposes, others see exactly what will change and approve.

How a subject makes an act of its own take two is told in docs/approvals.md. What is here then holds for
it: each approver is another person than the proposer and than the approvers before, has the permission
and has just confirmed who they are, names the digest of the content they saw; the records are as they
were when it was proposed, by version and field by field; and nobody who took part has lost their role.
The last approval and the act are one unit of work: when the act fails nothing is changed and the
proposal stays open. Constraints and triggers of the database hold the same against everything else.
"""

from __future__ import annotations

import hashlib
import hmac

import orjson
from sqlalchemy import update

from registry.access import approval_queries as queries
from registry.access import rules
from registry.access.approvable import Approvable, Content, Effect, Order, kind_of
from registry.access.approval_queries import ProposalView
from registry.access.tables import Proposal, ProposalApproval
from registry.core.errors import Conflict, Forbidden, Invalid, RegistryError, Unmet
from registry.core.work import Work, act, allow, confirmed
from schemas.vocabulary import ApprovalKind, May, ProposalState
from schemas.words import said

MOST = 200_000  # characters of a document: more than anybody reads before approving


class Overtaken(Conflict):
    """The records went on since it was proposed: it can never be approved any more."""


def require(work: Work, kind: ApprovalKind) -> None:
    """Raise Forbidden unless an approval of this kind is being carried out."""
    if work.carrying_out != kind:
        raise Forbidden(said("This takes two: propose it, and somebody else approves it."))


@act(May.APPROVAL_PROPOSE)
def propose(work: Work, kind: ApprovalKind, subject: str, content: Content, reason: str) -> ProposalView:
    """Propose an act that takes two; raises what its `effect` refuses, Conflict where one waits already."""
    found = kind_of(work, kind)
    allow(work.actor, found.propose)
    if not reason.strip():
        raise Invalid.at("reason", "Say why.")
    document = _document(kind, subject, content, reason, found.effect(work, subject, content))
    _make_room(work, kind, subject)
    row = Proposal(
        kind=kind.value,
        subject=subject,
        document=document,
        digest=digest_of(document),
        approvers=found.approvers(content),
        proposed_by=work.actor.user_id,
        role=work.actor.role.value,
        proposed_at=work.now,
        expires_at=work.now + found.life,
        state=ProposalState.OPEN.value,
    )
    work.session.add(row)
    work.session.flush()
    return queries.view_of(work, row)


def _document(kind: ApprovalKind, subject: str, content: Content, reason: str, effect: Effect) -> str:
    """The exact text that is proposed and approved; raises Invalid for what nobody could read."""
    told = {
        "kind": kind.value,
        "subject": subject,
        "reason": reason.strip(),
        "content": content,
        "version": effect.version,
        "changes": [change.kept() for change in effect.changes],
    }
    text = orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()
    if len(text) > MOST:
        raise Invalid.at("content", "This is more than one person can read before approving; divide it.")
    return text


def digest_of(document: str) -> str:
    """SHA-256 of the exact bytes, in hexadecimal."""
    return hashlib.sha256(document.encode()).hexdigest()


def _make_room(work: Work, kind: ApprovalKind, subject: str) -> None:
    """What nobody decided in time, and what the records have overtaken, makes room for the new one."""
    work.lock(f"proposal:{kind.value}:{subject}")
    on_it = (Proposal.kind == kind.value, Proposal.subject == subject)
    overdue = (*on_it, Proposal.state == ProposalState.OPEN.value, Proposal.expires_at <= work.now)
    ended = {"state": ProposalState.EXPIRED.value, "decided_at": work.now}
    work.session.execute(update(Proposal).where(*overdue).values(**ended))
    waiting = queries.open_id(work, kind, subject)
    if waiting is not None and not _lapsed(work, queries.locked(work, waiting)):
        raise Conflict(unmet=[Unmet(said("Proposal %(number)s on this waits already.", number=waiting))])


@act(May.APPROVAL_DECIDE)
def approve(work: Work, proposal_id: int, digest: str) -> ProposalView:
    """Approve what another proposed, and do it when enough have; digest: of the content the approver saw.

    Raises NotFound, Forbidden (not two people, no permission), ConfirmationNeeded, Conflict (decided, over,
    other content than seen), Overtaken (records changed meanwhile), and whatever the act itself refuses.
    """
    row, found = _open(work, proposal_id)
    confirmed(work.actor, work.now, found.confirmed_within)
    order = _order(row, (*queries.approved_by(work, row.id), work.actor.user_id))
    seen = hmac.compare_digest(row.digest.encode(), digest.casefold().encode())
    _refuse(rules.unmet_for_content(_is_kept(row, order), seen))
    _refuse(rules.unmet_for_standing(*queries.taking_part(work, found, row, work.actor.user_id)))
    if why := _overtaken(work, found, row, order):
        raise Overtaken(unmet=why)
    _approved(work, row)
    if len(order.approved_by) < row.approvers:
        return queries.view_of(work, row)
    row.result = _carried_out(work, found, order)
    return _decided(work, row, ProposalState.APPROVED)


def _approved(work: Work, row: Proposal) -> None:
    work.note["approval"] = {"proposal": row.id, "kind": row.kind, "proposed_by": row.proposed_by}
    work.session.add(
        ProposalApproval(
            proposal_id=row.id,
            approved_by=work.actor.user_id,
            proposed_by=row.proposed_by,
            digest=row.digest,
            role=work.actor.role.value,
            at=work.now,
        )
    )
    work.session.flush()


def _carried_out(work: Work, found: Approvable, order: Order) -> str:
    work.carrying_out = order.kind
    try:
        return found.carry_out(work, order)
    finally:
        work.carrying_out = ""


def _order(row: Proposal, approved_by: tuple[int, ...] = ()) -> Order:
    told = orjson.loads(row.document)
    return Order(
        row.id,
        ApprovalKind(told["kind"]),
        told["subject"],
        told["content"],
        told["reason"],
        told["version"],
        row.proposed_by,
        row.role,
        approved_by,
    )


def _is_kept(row: Proposal, order: Order) -> bool:
    named = (order.kind.value, order.subject) == (row.kind, row.subject)
    return named and digest_of(row.document) == row.digest


def _overtaken(work: Work, found: Approvable, row: Proposal, order: Order) -> list[Unmet]:
    """Why it would not do now what it would have done when it was proposed; empty when it would."""
    changed = Unmet(said(rules.OVERTAKEN))
    try:
        now = found.effect(work, order.subject, order.content)
    except RegistryError as error:
        return [changed, *(error.unmet or (Unmet(error.message),))]
    changes = [change.kept() for change in now.changes]
    same = now.version == order.version and changes == orjson.loads(row.document)["changes"]
    return [] if same else [changed]


def why_overtaken(work: Work, proposal_id: int) -> list[Unmet]:
    """What an approver is warned of: why an open proposal cannot be approved any more; raises NotFound."""
    row = queries.row_of(work, proposal_id)
    if row.state != ProposalState.OPEN:
        return []
    return _overtaken(work, kind_of(work, ApprovalKind(row.kind)), row, _order(row))


@act(May.APPROVAL_READ)
def lapse(work: Work, proposal_id: int) -> None:
    """Close a proposal that the records have overtaken; does nothing where they have not."""
    row = queries.locked(work, proposal_id)
    if row.state == ProposalState.OPEN:
        _lapsed(work, row)


def _lapsed(work: Work, row: Proposal) -> bool:
    found = kind_of(work, ApprovalKind(row.kind))
    if not _overtaken(work, found, row, _order(row)):
        return False
    row.state, row.decided_at = ProposalState.OVERTAKEN.value, work.now
    work.session.flush()
    return True


@act(May.APPROVAL_DECIDE)
def decline(work: Work, proposal_id: int, reason: str) -> ProposalView:
    """Refuse what another proposed; raises NotFound, Forbidden, Invalid without a reason, Conflict."""
    row, _found = _open(work, proposal_id)
    if not reason.strip():
        raise Invalid.at("reason", "Say why.")
    return _decided(work, row, ProposalState.DECLINED, reason.strip())


@act(May.APPROVAL_PROPOSE)
def withdraw(work: Work, proposal_id: int) -> ProposalView:
    """Take back what one proposed oneself; raises NotFound, Forbidden, Conflict."""
    row = queries.locked(work, proposal_id)
    if row.proposed_by != work.actor.user_id:
        raise Forbidden(said("Only who proposed it withdraws it; others decline it."))
    _refuse(rules.unmet_to_decide(rules.state_at(row.state, row.expires_at, work.now)))
    return _decided(work, row, ProposalState.WITHDRAWN)


def _open(work: Work, proposal_id: int) -> tuple[Proposal, Approvable]:
    """A proposal that whoever acts may decide, locked until the end."""
    row = queries.locked(work, proposal_id)
    found = kind_of(work, ApprovalKind(row.kind))
    allow(work.actor, found.approve)
    _refuse(rules.unmet_to_decide(rules.state_at(row.state, row.expires_at, work.now)))
    proposer, others = queries.taking_part(work, found, row)
    if unmet := rules.unmet_for_two((proposer, *others), queries.holder(work, work.actor)):
        raise Forbidden(unmet=unmet)
    return row, found


def _refuse(unmet: list[Unmet]) -> None:
    if unmet:
        raise Conflict(unmet=unmet)


def _decided(work: Work, row: Proposal, state: ProposalState, reason: str = "") -> ProposalView:
    row.state, row.decision_reason = state.value, reason
    row.decided_by, row.decided_at = work.actor.user_id, work.now
    work.session.flush()
    return queries.view_of(work, row)
