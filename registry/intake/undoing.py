"""Taking an intake back as a whole, as two people agree, while nothing depends on what it brought in.

The records go in one transaction of the worker; the journal keeps what they were, and who undid them why.
People whom only these records named stay on record until they are erased under the rules of retention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import ProposalView
from registry.core.database import Base
from registry.core.errors import Conflict, Stale
from registry.core.numbers import key_of
from registry.core.work import Work, act
from registry.firearms import tables as firearms
from registry.firearms.queries import firearm_number
from registry.intake import queries
from registry.intake.queries import RunView, run_key, run_number
from registry.intake.tables import IntakeRow, IntakeRun
from registry.labels.tables import LabelJob, LabelPrinting
from registry.requests.tables import RequestEvent, TraceRequestRow
from registry.retention.tables import Hold
from registry.tracing.tables import Trace
from registry.verification.tables import IssuedDocument
from schemas.intake import UndoNew
from schemas.intake_vocabulary import IntakeState
from schemas.retention_vocabulary import RecordClass
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said

S = IntakeState
ENDED = (S.DONE, S.CANCELLED)
AT_ONCE = 500
MOST_NAMED = 5
"""Records that a refusal names."""
OWN = (firearms.Mark, firearms.Component, firearms.Custody, firearms.Correction)
"""Tables that a firearm's record consists of; what refers to it from elsewhere depends on it."""
_NUMBER = re.compile(r"F-[0-9]{9,19}-[0-9A-Z]")


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
        Change("firearms", str(row.entered), "0"),
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
    found = list(dict.fromkeys(_needed(work, row)))
    if found:
        named = ", ".join(firearm_number(key) for key in sorted(found)[:MOST_NAMED])
        words = "Something depends on what it brought in, or changed it since: %(named)s"
        raise Conflict(said(words, named=named))


def _keys(row: IntakeRun) -> Select[int]:
    return select(IntakeRow.firearm_id).where(IntakeRow.run_id == row.id)


def _needed(work: Work, row: IntakeRun) -> Iterator[int]:
    """Firearms of an intake that something depends on, some of each reason."""
    gun, pair, mine = firearms.Firearm, firearms.IdentityConflict, _keys(row)
    asked = [
        select(gun.id).where(gun.id.in_(mine), gun.version > 1),
        select(gun.superseded_by).where(gun.superseded_by.in_(mine)),
        select(Hold.record_id).where(
            Hold.record_class == RecordClass.FIREARM.value,
            Hold.lifted_at.is_(None),
            Hold.record_id.in_(mine),
        ),
        *(
            select(side).where(side.in_(mine), pair.decision != "")
            for side in (pair.firearm_id, pair.other_id)
        ),
        *(select(column).where(column.in_(mine)) for column in _elsewhere()),
    ]
    for query in asked:
        yield from (key for key in work.session.scalars(query.limit(MOST_NAMED)) if key is not None)
    yield from _told(work, row)


def _elsewhere() -> list[Any]:
    """Columns of other subjects' tables that name a firearm."""
    own = {table.__tablename__ for table in (*OWN, firearms.IdentityConflict, IntakeRow)}
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        if table.name not in own
        for key in table.foreign_keys
        if key.target_fullname == "firearm.id"
    ]


def _told(work: Work, row: IntakeRun) -> Iterator[int]:
    """Firearms of an intake that an answer, a paper or a label given since then names: somebody may rest
    on it.
    """
    numbers: set[str] = set()
    for given in _given_since(row.started_at):
        for told in work.session.execute(given.execution_options(yield_per=AT_ONCE)):
            numbers.update(*(_NUMBER.findall(text or "") for text in told))
    keys = sorted(key for number in numbers if (key := key_of("F", number)) is not None)
    for n in range(0, len(keys), AT_ONCE):
        among = IntakeRow.firearm_id.in_(keys[n : n + AT_ONCE])
        yield from work.session.scalars(_keys(row).where(among).limit(MOST_NAMED))


def _given_since(start: datetime | None) -> list[Any]:
    """What names records outside of their own tables, as JSON or as it is."""
    return [
        select(Trace.answer).where(Trace.asked_at >= start),
        select(TraceRequestRow.asked, TraceRequestRow.answer).where(TraceRequestRow.made_at >= start),
        select(RequestEvent.details).where(RequestEvent.at >= start),
        select(IssuedDocument.subject).where(IssuedDocument.issued_at >= start),
        select(LabelPrinting.number)
        .join(LabelJob, LabelJob.id == LabelPrinting.job_id)
        .where(LabelJob.created_at >= start),
    ]


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
    _hold(work, row)
    _refuse_what_is_needed(work, row)
    while keys := work.session.scalars(_keys(row).limit(AT_ONCE)).all():
        _take_out(work, keys)
    row.state, row.undone_at = S.UNDONE.value, work.now
    row.version += 1
    work.session.flush()


def _hold(work: Work, row: IntakeRun) -> None:
    """Nobody else changes one of them, or refers to it, between the last look and their going."""
    gun = firearms.Firearm
    mine = select(gun.id).where(gun.id.in_(_keys(row))).order_by(gun.id).with_for_update()
    for _ in work.session.scalars(mine.execution_options(yield_per=AT_ONCE)):
        pass


def _take_out(work: Work, keys: Sequence[int]) -> None:
    """The rows of the intake go with the firearms: till then the database knows that these may go."""
    pair = firearms.IdentityConflict
    wheres = [
        (pair, or_(pair.firearm_id.in_(keys), pair.other_id.in_(keys))),
        *((table, table.firearm_id.in_(keys)) for table in OWN),
        (firearms.Firearm, firearms.Firearm.id.in_(keys)),
    ]
    for table, where in wheres:
        work.session.execute(delete(table).where(where).execution_options(synchronize_session=False))


APPROVABLE = {
    ApprovalKind.UNDO_INTAKE: Approvable(
        propose=May.INTAKE_RUN,
        approve=May.INTAKE_UNDO,
        effect=_effect,
        carry_out=_carry_out,
        page=Place("intake.show", "number", May.INTAKE_RUN),
    )
}
