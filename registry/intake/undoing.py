"""Taking an intake back as a whole, as two people agree, while nothing depends on what it brought in.

The records go in one transaction of the worker; the journal keeps what they were, and who undid them why.
People whom only these records named stay on record until they are erased under the rules of retention.
"""

from __future__ import annotations

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Stale
from registry.core.work import Work, act
from registry.intake import kinds, queries
from registry.intake.queries import RunView, run_key, run_number
from registry.intake.tables import IntakeRun
from schemas.intake import UndoNew
from schemas.intake_vocabulary import IntakeState
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said

S = IntakeState
ENDED = (S.DONE, S.CANCELLED)
MOST_NAMED = 5
"""Records that a refusal names."""


@act(May.INTAKE_RUN)
def propose(work: Work, run_id: int, new: UndoNew, version: int) -> ProposalView:
    """Propose that all it entered is taken back; raises NotFound, Stale, Conflict where something depends."""
    if queries.run_row(work, run_id).version != version:
        raise Stale
    return approvals.propose(work, ApprovalKind.UNDO_INTAKE, run_number(run_id), {}, new.reason)


def _effect(work: Work, subject: str, content: Content) -> Effect:
    row = queries.run_row(work, run_key(subject))
    _refuse(work, row)
    changes = [
        Change("state", row.state, S.UNDONE.value, coded=True),
        Change(row.kind, str(row.entered), "0"),
    ]
    return Effect(str(row.version), changes)


def _refuse(work: Work, row: IntakeRun) -> None:
    """Raises Conflict where it cannot be undone, saying what depends on which records."""
    if row.state not in ENDED:
        raise Conflict(said("An intake that is %(state)s does not allow this.", state=row.state))
    if not row.entered:
        raise Conflict("Nothing was entered")
    _refuse_what_is_needed(work, row)


def _refuse_what_is_needed(work: Work, row: IntakeRun) -> None:
    found = sorted(set(kinds.of(row).undoing.needed(work, row)))
    if found:
        named = ", ".join(found[:MOST_NAMED])
        words = "Something depends on what it brought in, or changed it since: %(named)s"
        raise Conflict(said(words, named=named))


def _carry_out(work: Work, order: Order) -> str:
    undo(work, run_key(order.subject), int(order.version))
    return ""


@act(May.INTAKE_UNDO)
def undo(work: Work, run_id: int, version: int) -> RunView:
    """Have the worker take back all it entered, as two have agreed.

    Raises Forbidden, NotFound, Stale, Conflict where something depends on it.
    """
    approvals.require(work, ApprovalKind.UNDO_INTAKE)
    row = queries.run_row(work, run_id, locked=True)
    if row.version != version:
        raise Stale
    _refuse(work, row)
    row.state, row.undone_by, row.problem = S.UNDOING.value, work.actor.user_id, ""
    row.version += 1
    work.session.flush()
    return queries.run(work, run_id)


def remove(work: Work, row: IntakeRun) -> None:
    """Take all of its records out, in this one transaction; raises Conflict where something depends on them.

    Its rows are no longer known, so that the file may be brought in anew.
    """
    undoing = kinds.of(row).undoing
    undoing.hold(work, row)
    _refuse_what_is_needed(work, row)
    undoing.take_out(work, row)
    row.state, row.undone_at = S.UNDONE.value, work.now
    row.version += 1
    work.session.flush()


APPROVABLE = {
    ApprovalKind.UNDO_INTAKE: Approvable(
        propose=May.INTAKE_RUN,
        approve=May.INTAKE_UNDO,
        effect=_effect,
        carry_out=_carry_out,
        page=Place("intake.show", "number", May.INTAKE_RUN),
    )
}
