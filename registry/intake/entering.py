"""Entering what takes more than one person, such as licences in force: one proposes, others approve.

What they approved is what is entered: whatever is settled or judged anew after that asks them anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Forbidden, Stale
from registry.core.work import Work, act
from registry.intake import acts, kinds, queries, told
from registry.intake.kind import Asking, Read
from registry.intake.queries import RunView, run_key, run_number
from registry.intake.tables import IntakeDigest, IntakeRun
from registry.intake.understanding import Fault
from registry.intake.vocabulary import vocabulary
from schemas.intake import EnteringNew
from schemas.intake_vocabulary import IntakeState
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said

S = IntakeState


@act(May.INTAKE_RUN)
def propose(work: Work, run_id: int, new: EnteringNew, version: int) -> ProposalView:
    """Propose that its rows are entered.

    Raises NotFound, Stale, Conflict, Invalid where that is more than others can read.
    """
    row = queries.run_row(work, run_id)
    if row.version != version:
        raise Stale
    content = {"approvers": row.approvers}
    return approvals.propose(work, ApprovalKind.ENTER_INTAKE, run_number(run_id), content, new.reason)


def approvers(content: Content) -> int:
    """As many as the row asks that asks most."""
    return max(1, int(content["approvers"]))


def _effect(work: Work, subject: str, content: Content) -> Effect:
    row = queries.run_row(work, run_key(subject))
    _refuse(row)
    if content["approvers"] != row.approvers:
        raise Conflict("It asks for others than it did")
    changes = [
        Change("state", row.state, S.RUNNING.value, coded=True),
        Change("file", "", row.name),
        Change(row.kind, "0", str(row.good)),
        *_told(work, row),
    ]
    return Effect(str(row.version), changes)


def _told(work: Work, row: IntakeRun) -> Iterator[Change]:
    """All that it asks others for: of each record what is told of it, once, and of each line its own."""
    seen = set[str]()
    for line, one, _ in _asked(work, row):
        for change in one.head if one.of not in seen else ():
            yield change._replace(of=one.of)
        seen.add(one.of)
        yield Change("file_line", "", str(line), of=one.of)
        for change in one.own:
            yield change._replace(of=one.of)


def _refuse(row: IntakeRun) -> None:
    """Raises Conflict where it cannot be entered, or takes one person only."""
    if row.state != S.CHECKED:
        raise Conflict(said("An intake that is %(state)s does not allow this.", state=row.state))
    if not row.approvers:
        raise Conflict("One person enters this: start it")
    acts.refuse_start(row)


def _asked(work: Work, row: IntakeRun) -> Iterator[tuple[int, Asking, str]]:
    """(line, what it asks of others, digest of what it is understood as) of the good rows that ask."""
    kind, known = kinds.of(row), vocabulary(work)
    seen = set[str]()
    for n in range(row.chunks):
        piece = told.piece(work, row, n)
        drafts, digests = kind.understand(work, known, piece), piece.digests()
        good = queries.judged_before(work, row.id, digests) - seen
        for line, digest, draft in zip(piece.lines, digests, drafts, strict=True):
            asked = kind.asking(work, draft.new) if kind.asking and draft.new and digest in good else None
            good.discard(digest)
            seen.add(digest)
            if asked is not None:
                yield line, asked, _as_read(digest, draft.new)


def _carry_out(work: Work, order: Order) -> str:
    return enter(work, order).number


@act(May.LICENCE_DECIDE)
def enter(work: Work, order: Order) -> RunView:
    """Have the worker enter its rows, as those agreed who have to.

    Raises Forbidden where whoever handed the file in is among those who approve, NotFound, Stale, Conflict.
    """
    approvals.require(work, ApprovalKind.ENTER_INTAKE)
    row = queries.run_row(work, run_key(order.subject), locked=True)
    if str(row.version) != order.version:
        raise Stale
    _refuse(row)
    if row.created_by in order.approved_by:
        raise Forbidden(said("Whoever handed the file in does not approve it."))
    row.state, row.approval_id, row.problem = S.RUNNING.value, order.id, ""
    row.started_by, row.started_at, row.done = order.proposed_by, work.now, 0
    row.version += 1
    work.session.add_all(IntakeDigest(run_id=row.id, digest=read) for _, _, read in _asked(work, row))
    work.session.flush()
    return queries.run(work, row.id)


def _as_read(digest: str, new: Any) -> str:
    """Digest of a row and of what it was understood as. digest: of its cells."""
    return sha256(f"{digest} {new!r}".encode()).hexdigest()


def refuse_unread(work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
    """A row that is not understood as those who approved it read it is wrong: words or names changed."""
    asking = kinds.of(row).asking
    if asking is None:
        return
    of_asking = (one for one in rows if not one.draft.faults and asking(work, one.draft.new))
    told = {one.digest: _as_read(one.digest, one.draft.new) for one in of_asking}
    read = queries.judged_before(work, row.id, list(told.values()))
    for one in rows:
        if one.digest in told and told[one.digest] not in read:
            one.draft.faults.append(Fault("", "", said("It is not what others approved any more.")))


APPROVABLE = {
    ApprovalKind.ENTER_INTAKE: Approvable(
        propose=May.INTAKE_RUN,
        approve=May.LICENCE_DECIDE,
        effect=_effect,
        carry_out=_carry_out,
        approvers=approvers,
        page=Place("intake.show", "number", May.INTAKE_RUN),
    )
}
