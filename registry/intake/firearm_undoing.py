"""Taking firearms out again that an intake brought in: what depends on one of them, and what goes with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select

from registry.core.database import Base
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.firearms import tables as firearms
from registry.firearms.queries import firearm_number
from registry.intake.kind import Undoing
from registry.intake.tables import IntakeRow, IntakeRun
from registry.labels.tables import LabelJob, LabelPrinting
from registry.requests.tables import RequestEvent, TraceRequestRow
from registry.retention.tables import Hold
from registry.tracing.tables import Trace
from registry.verification.tables import IssuedDocument
from schemas.retention_vocabulary import RecordClass

AT_ONCE = 500
MOST_NAMED = 5
"""Records of each reason that a refusal may name."""
OWN = (firearms.Mark, firearms.Component, firearms.Custody, firearms.Correction)
"""Tables that a firearm's record consists of; what refers to it from elsewhere depends on it."""
_NUMBER = re.compile(r"F-[0-9]{9,19}-[0-9A-Z]")


def needed(work: Work, row: IntakeRun) -> Iterator[str]:
    """Firearms of an intake that something depends on, some of each reason."""
    return map(firearm_number, _needed(work, row))


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


def hold(work: Work, row: IntakeRun) -> None:
    """Nobody else changes one of them, or refers to it, between the last look and their going."""
    gun = firearms.Firearm
    mine = select(gun.id).where(gun.id.in_(_keys(row))).order_by(gun.id).with_for_update()
    for _ in work.session.scalars(mine.execution_options(yield_per=AT_ONCE)):
        pass


def take_out(work: Work, row: IntakeRun) -> None:
    """All of them, some at a time."""
    while keys := work.session.scalars(_keys(row).limit(AT_ONCE)).all():
        _take_out(work, keys)


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


UNDOING = Undoing(needed, hold, take_out)
