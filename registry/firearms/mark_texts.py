"""Marks that were entered wrongly: another text is proposed by one person and approved by another."""

from __future__ import annotations

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Invalid, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.firearms import acts, queries
from registry.marks.reading import acceptable_text
from schemas.firearms import MarkText
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said


@act(May.FIREARM_CORRECT)
def propose(work: Work, firearm_id: int, n: int, new: MarkText, version: int) -> ProposalView:
    """Propose what a mark really says; raises NotFound, Stale, Conflict, Invalid."""
    if queries.firearm_row(work, firearm_id).version != version:
        raise Stale
    subject = queries.firearm_number(firearm_id)
    content = {"mark": n, "text": new.text}
    return approvals.propose(work, ApprovalKind.CORRECT_MARK, subject, content, new.reason)


def _effect(work: Work, subject: str, content: Content) -> Effect:
    row = queries.firearm_row(work, parse_registry_number("F", subject))
    if row.superseded_by is not None:
        stays = queries.firearm_number(row.superseded_by)
        raise Conflict(said("This record was superseded by %(number)s", number=stays))
    n, text = int(content["mark"]), str(content["text"])
    before = queries.mark_row(work, row, n).text
    if refused := acceptable_text(text, "text"):
        raise Invalid(unmet=refused)
    if text == before:
        raise Invalid.at("text", "Nothing of this differs from what is recorded.")
    return Effect(str(row.version), [Change(f"{subject}, {n}", before, text)])


def _carry_out(work: Work, order: Order) -> str:
    change = MarkText(order.reason, str(order.content["text"]))
    key = parse_registry_number("F", order.subject)
    acts.correct_text(work, key, int(order.content["mark"]), change, int(order.version))
    return order.subject


RECORD = Place("firearms.show", "number", May.FIREARM_READ)
APPROVABLE = {
    ApprovalKind.CORRECT_MARK: Approvable(
        May.FIREARM_CORRECT, May.MARK_CORRECT, _effect, _carry_out, page=RECORD
    )
}
