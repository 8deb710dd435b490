"""Taking records out again that an intake brought in: what depends on one of them, and what goes with it.

A record has a head, whose key everything of it names. What belongs to it goes with it; what refers to its
head, or to what belongs to it, from elsewhere depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select

from registry.core.database import Base
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.intake.kind import Undoing
from registry.intake.tables import IntakeRecord, IntakeRow, IntakeRun
from registry.labels.tables import LabelJob, LabelPrinting
from registry.requests.tables import RequestEvent, TraceRequestRow
from registry.retention.tables import Hold
from registry.tracing.tables import Trace
from registry.verification.tables import IssuedDocument
from schemas.retention_vocabulary import RecordClass

AT_ONCE = 500
MOST_NAMED = 5
"""Records of each reason that a refusal may name."""
LINES = {IntakeRow.__tablename__, IntakeRecord.__tablename__}
"""They go with the records."""
Mine = Select[int]
"""The keys of the records of an intake."""


def _none(mine: Mine) -> list[Select[Any]]:
    return []


@dataclass(frozen=True)
class Heads:
    """How records of one kind go. head: column of the key; line: of the intake that names it.

    own: columns of what belongs to a record, in the order in which it goes, each naming the head. parts: what
    belongs to these and goes before them, with how it is found by keys of the head. prefix: of its number.
    held: the class by which it is held. version: counts its changes, None where none does. more: what else
    depends, as queries for keys.
    """

    head: Any
    line: Any
    prefix: str
    number: Callable[[int], str]
    own: Sequence[Any] = ()
    held: RecordClass | None = None
    version: Any = None
    parts: Sequence[tuple[type[Base], Callable[[Sequence[int]], Any]]] = ()
    more: Callable[[Mine], list[Select[Any]]] = _none

    def undoing(self) -> Undoing:
        """As a kind of intake has it."""
        return Undoing(self.needed, self.hold, self.take_out)

    def keys(self, row: IntakeRun) -> Mine:
        """Those of an intake."""
        return select(self.line).where(self.line.class_.run_id == row.id, self.line.is_not(None))

    def needed(self, work: Work, row: IntakeRun) -> Iterator[str]:
        """Numbers of those that something depends on, some of each reason."""
        return map(self.number, self._needed(work, row))

    def _needed(self, work: Work, row: IntakeRun) -> Iterator[int]:
        for query in self._asked(self.keys(row)):
            yield from (key for key in work.session.scalars(query.limit(MOST_NAMED)) if key is not None)
        yield from self._told(work, row)

    def _asked(self, mine: Mine) -> Iterator[Select[Any]]:
        if self.version is not None:
            yield select(self.head).where(self.head.in_(mine), self.version > 1)
        yield from self._held(mine)
        yield from (select(column).where(column.in_(mine)) for column in self._elsewhere())
        yield from self.more(mine)

    def _held(self, mine: Mine) -> Iterator[Select[Any]]:
        if self.held is not None:
            of = Hold.record_id.in_(mine)
            yield select(Hold.record_id).where(
                Hold.record_class == self.held.value, Hold.lifted_at.is_(None), of
            )

    def told(self, work: Work, row: IntakeRun) -> Iterator[str]:
        """Numbers of those that are held, or named by an answer, a paper or a label given since."""
        for query in self._held(self.keys(row)):
            yield from map(self.number, work.session.scalars(query.limit(MOST_NAMED)))
        yield from map(self.number, self._told(work, row))

    def _elsewhere(self) -> list[Any]:
        """Columns of other tables that name the head."""
        mine = list(map(_column, self.own))
        return [
            key.parent
            for table in Base.metadata.sorted_tables
            if table.name not in LINES
            for key in table.foreign_keys
            if key.column is _column(self.head) and key.parent not in mine
        ]

    def _told(self, work: Work, row: IntakeRun) -> Iterator[int]:
        """Those that an answer, a paper or a label given since then names: somebody may rest on it."""
        number, numbers = re.compile(rf"\b{self.prefix}-[0-9]{{9,19}}-[0-9A-Z]"), set[str]()
        for given in _given_since(row.started_at):
            for told in work.session.execute(given.execution_options(yield_per=AT_ONCE)):
                numbers.update(*(number.findall(text or "") for text in told))
        keys = sorted(key for found in numbers if (key := key_of(self.prefix, found)) is not None)
        for n in range(0, len(keys), AT_ONCE):
            among = self.line.in_(keys[n : n + AT_ONCE])
            yield from work.session.scalars(self.keys(row).where(among).limit(MOST_NAMED))

    def hold(self, work: Work, row: IntakeRun) -> None:
        """Nobody else changes one of them, or refers to it, between the last look and their going."""
        mine = select(self.head).where(self.head.in_(self.keys(row))).order_by(self.head).with_for_update()
        for _ in work.session.scalars(mine.execution_options(yield_per=AT_ONCE)):
            pass

    def take_out(self, work: Work, row: IntakeRun) -> None:
        """All of them, some at a time. The lines of the intake go with the heads: till then the database
        knows that these may go.
        """
        while keys := work.session.scalars(self.keys(row).limit(AT_ONCE)).all():
            gone = [delete(table).where(where(keys)) for table, where in self.parts]
            gone += [delete(_column(one).table).where(one.in_(keys)) for one in (*self.own, self.head)]
            for statement in gone:
                work.session.execute(statement.execution_options(synchronize_session=False))
        work.session.expire_all()


def _column(column: Any) -> Any:
    """The column of a table behind an attribute of its rows."""
    return column.property.columns[0] if hasattr(column, "property") else column


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
