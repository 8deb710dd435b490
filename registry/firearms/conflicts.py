"""Identities claimed twice: how they are settled, proposed by one person and approved by another."""

from __future__ import annotations

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Invalid, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.firearms import queries, views
from registry.firearms.tables import Firearm, IdentityConflict
from schemas.firearms import DecisionNew
from schemas.vocabulary import ApprovalKind, ConflictDecision, May
from schemas.words import said


@act(May.CONFLICT_PROPOSE)
def propose(work: Work, conflict_id: int, new: DecisionNew, version: int) -> ProposalView:
    """Propose how an identity claimed twice is settled; raises NotFound, Stale, Conflict, Invalid."""
    if queries.conflict(work, conflict_id).version != version:
        raise Stale
    content = {"decision": new.decision.value, "keep": new.keep}
    return approvals.propose(work, ApprovalKind.RESOLVE_CONFLICT, str(conflict_id), content, new.reason)


def _effect(work: Work, subject: str, content: Content) -> Effect:
    found = queries.conflict(work, int(subject))
    decision, keep = ConflictDecision(content["decision"]), content["keep"]
    if found.decision:
        raise Conflict("This conflict is decided")
    pair = [queries.firearm_row(work, parse_registry_number("F", n)) for n in (found.firearm, found.other)]
    gone = _gone(decision, keep, pair)
    changes = [
        Change("conflict", "open", decision.value, coded=True),
        *(Change(queries.firearm_number(row.id), "stays", _fate(row, gone, keep)) for row in pair),
    ]
    return Effect(".".join(str(n) for n in (found.version, *(row.version for row in pair))), changes)


def _fate(row: Firearm, gone: Firearm | None, keep: str | None) -> str:
    return f"superseded by {keep}" if row is gone else "stays"


def _gone(decision: ConflictDecision, keep: str | None, pair: list[Firearm]) -> Firearm | None:
    """Of two records of one firearm, the one that is not kept, which will point to the other.

    A record that is superseded already neither stays nor goes again: pointers never form a circle.
    """
    if decision is not ConflictDecision.SAME_FIREARM:
        if keep is not None:
            raise Invalid.at("keep", "Both records stay when both are genuine.")
        return None
    kept = parse_registry_number("F", keep, "keep") if keep else None
    if kept not in [row.id for row in pair]:
        raise Invalid.at("keep", "Say which of the two records stays.")
    for row in pair:
        if row.superseded_by is not None:
            known, stays = queries.firearm_number(row.id), queries.firearm_number(row.superseded_by)
            told = "%(known)s was superseded by %(stays)s; decide about that record"
            raise Conflict(said(told, known=known, stays=stays))
    return next(row for row in pair if row.id != kept)


def _carry_out(work: Work, order: Order) -> str:
    decision = DecisionNew(ConflictDecision(order.content["decision"]), order.reason, order.content["keep"])
    settle(work, int(order.subject), decision, int(order.version.partition(".")[0]))
    return ""


@act(May.CONFLICT_RESOLVE)
def settle(work: Work, conflict_id: int, new: DecisionNew, version: int) -> views.ConflictView:
    """Settle an identity claimed twice, as two have agreed; raises Forbidden, NotFound, Stale, Conflict.

    same_firearm: the record that is not kept is superseded; it stays in the records, and traces say so.
    """
    approvals.require(work, ApprovalKind.RESOLVE_CONFLICT)
    queries.conflict(work, conflict_id)
    row = work.session.get_one(IdentityConflict, conflict_id, with_for_update=True, populate_existing=True)
    if row.version != version:
        raise Stale
    if row.decision:
        raise Conflict("This conflict is decided")
    pair = [queries.firearm_row(work, key, locked=True) for key in (row.firearm_id, row.other_id)]
    gone = _gone(new.decision, new.keep, pair)
    if gone is not None:
        gone.superseded_by = next(one.id for one in pair if one is not gone)
        gone.version += 1
    row.decision, row.reason, row.decided_by = new.decision.value, new.reason, work.actor.user_id
    row.decided_at, row.version = work.now, row.version + 1
    work.session.flush()
    return queries.conflict(work, conflict_id)


APPROVABLE = {
    ApprovalKind.RESOLVE_CONFLICT: Approvable(
        May.CONFLICT_PROPOSE,
        May.CONFLICT_RESOLVE,
        _effect,
        _carry_out,
        page=Place("firearms.conflict", "conflict_id", May.CONFLICT_READ),
    )
}
