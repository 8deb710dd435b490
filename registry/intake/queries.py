"""Reading intakes, their faults, and of which line of which file a record came."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import case, func, select

from registry.core.errors import NotFound
from registry.core.numbers import find_registry_number, registry_number
from registry.core.paging import AnySelect, page
from registry.core.prepared import Prepared
from registry.core.work import Work
from registry.firearms import queries as firearms
from registry.intake.tables import (
    IntakeAlias,
    IntakeChunk,
    IntakeFault,
    IntakeRecord,
    IntakeRow,
    IntakeRun,
)
from registry.recovery.queries import people
from registry.retention import received_queries
from schemas.intake import FaultsAsked, IntakesAsked
from schemas.intake_vocabulary import IntakeState
from schemas.paging import Page
from schemas.words import read, said

PREFIX = "IN"
WORKED = (IntakeState.CHECKING.value, IntakeState.RUNNING.value, IntakeState.UNDOING.value)
LET_GO = (IntakeState.CANCELLED.value, IntakeState.UNDONE.value)
"""States of a file that may be handed in again."""


@dataclass(frozen=True)
class RunRow:
    number: str
    name: str
    kind: str
    state: str
    policy: str
    rows: int
    good: int
    bad: int
    entered: int
    known: int
    doubted: int
    conflicts: int
    lost: int
    problem: str
    chunks: int
    done: int
    created_at: datetime


@dataclass(frozen=True)
class RunView(RunRow):
    version: int
    sha256: str
    size: int
    encoding: str
    separator: str
    sheet: str
    columns: tuple[str, ...]
    mapping: dict[str, str]
    constants: dict[str, str]
    received: str | None
    created_by: str
    started_at: datetime | None
    ended_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None
    to_approve: int
    approvers: int
    approval: int | None


@dataclass(frozen=True)
class FaultView:
    line: int
    field: str
    column: str
    value: str
    reason: str
    suggestion: str


@dataclass(frozen=True)
class DoubtView:
    """What was told and not taken as it is."""

    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class EnteredView:
    """What a line of a file became. record: its number."""

    line: int
    record: str
    doubts: tuple[DoubtView, ...]


@dataclass(frozen=True)
class SourceView:
    """Of which line of which file a record came."""

    intake: str
    name: str
    line: int
    received: str | None
    doubts: tuple[DoubtView, ...]


def run_number(run_id: int) -> str:
    """The number people see: IN-…."""
    return registry_number(PREFIX, run_id)


def run_key(text: str) -> int:
    """The key behind a number in an address; raises NotFound."""
    return find_registry_number(PREFIX, text)


def run_row(work: Work, run_id: int, *, locked: bool = False) -> IntakeRun:
    """The row; raises NotFound."""
    found = work.session.get(IntakeRun, run_id, with_for_update=locked or None, populate_existing=locked)
    if found is None:
        raise NotFound(said("No intake has the number %(number)s.", number=run_number(run_id)))
    return found


def run(work: Work, run_id: int) -> RunView:
    """One intake; raises NotFound."""
    row = run_row(work, run_id)
    names = people(work, [key for key in (row.created_by, row.undone_by) if key is not None])
    return RunView(
        **_row(row),
        version=row.version,
        sha256=row.sha256,
        size=row.size,
        encoding=row.encoding,
        separator=row.separator,
        sheet=row.sheet,
        columns=tuple(json.loads(row.columns)),
        mapping=json.loads(row.mapping),
        constants=json.loads(row.constants),
        received=received_queries.number_of(row.received_id) if row.received_id else None,
        created_by=names[row.created_by],
        started_at=row.started_at,
        ended_at=row.ended_at,
        undone_by=None if row.undone_by is None else names[row.undone_by],
        undone_at=row.undone_at,
        to_approve=row.to_approve,
        approvers=row.approvers,
        approval=row.approval_id,
    )


def _row(row: IntakeRun) -> dict[str, Any]:
    names = (
        "name", "kind", "state", "policy", "rows", "good", "bad", "entered", "known", "doubted", "conflicts",
        "lost", "problem", "chunks", "done", "created_at",
    )  # fmt: skip
    told = {name: getattr(row, name) for name in names}
    return {"number": run_number(row.id), **told, "problem": read(row.problem)}


def runs(work: Work, asked: IntakesAsked) -> Page[RunRow]:
    """Intakes that fit."""
    query: AnySelect = select(IntakeRun)
    if asked.state is not None:
        query = query.where(IntakeRun.state == asked.state.value)
    found = page(work.session, query, asked, {"number": IntakeRun.id}, IntakeRun.id)
    return Page(tuple(RunRow(**_row(one.IntakeRun)) for one in found.items), found.next)


def of_received(work: Work, received_id: int) -> list[RunRow]:
    """Intakes of a copy of the records that a company handed over."""
    query = select(IntakeRun).where(IntakeRun.received_id == received_id).order_by(IntakeRun.id)
    return [RunRow(**_row(one)) for one in work.session.scalars(query)]


def same_file(work: Work, sha256: str) -> int | None:
    """The intake that brought this very file in, or is about to; None while there is none."""
    query = select(IntakeRun.id).where(IntakeRun.sha256 == sha256, IntakeRun.state.not_in(LET_GO))
    return work.session.scalar(query.order_by(IntakeRun.id).limit(1))


def faults(work: Work, run_id: int, asked: FaultsAsked) -> list[FaultView]:
    """What is wrong with the next rows after a line: of each row all of it."""
    lines = (
        select(IntakeFault.line)
        .where(IntakeFault.run_id == run_id, IntakeFault.line > asked.after_line)
        .distinct()
        .order_by(IntakeFault.line)
        .limit(asked.limit)
    )
    chosen = work.session.scalars(lines).all()
    query = (
        select(IntakeFault)
        .where(IntakeFault.run_id == run_id, IntakeFault.line.in_(chosen))
        .order_by(IntakeFault.line, IntakeFault.n)
    )
    return [
        FaultView(row.line, row.field, row.column, row.value, read(row.reason), row.suggestion)
        for row in work.session.scalars(query)
    ]


def all_faults(work: Work, run_id: int) -> Iterator[FaultView]:
    """Every fault that is kept, some rows at a time."""
    after = 0
    while some := faults(work, run_id, FaultsAsked(limit=200, after_line=after)):
        yield from some
        after = some[-1].line


def common_faults(work: Work, run_id: int, settled: Collection[str]) -> list[tuple[str, str, str, str, int]]:
    """(field, value, reason, suggestion, in how many rows), the most frequent first: what to settle once.

    settled: fields of which each value stands by itself; of any other the value is told where all have the
    same.
    """
    what = (IntakeFault.field, IntakeFault.reason, IntakeFault.suggestion)
    apart = case((IntakeFault.field.in_(settled), IntakeFault.value), else_="")
    least, most, rows = func.min(IntakeFault.value), func.max(IntakeFault.value), func.count()
    query = (
        select(*what, least, most, rows)
        .where(IntakeFault.run_id == run_id)
        .group_by(*what, apart)
        .order_by(rows.desc(), IntakeFault.field, least)
        .limit(50)
    )
    return [
        (field, first if first == last else "", read(reason), near, count)
        for field, reason, near, first, last, count in work.session.execute(query)
    ]


def chunk(work: Work, run_id: int, n: int) -> list[tuple[int, list[str]]]:
    """Some rows of a file: (line, cells)."""
    kept = work.session.get(IntakeChunk, (run_id, n))
    return orjson.loads(kept.rows) if kept else []


_JUDGED = Prepared("SELECT digest FROM intake_digest WHERE run_id = :run AND digest {texts}")


def judged_before(work: Work, run_id: int, digests: Sequence[str]) -> set[str]:
    """Those of these digests that a row before in the same file has."""
    return {row[0] for row in work.sees(_JUDGED, run=run_id, texts=_sorted(digests))}


def _sorted(digests: Sequence[str]) -> str:
    return orjson.dumps(sorted(digests)).decode()


def next_run(work: Work) -> int | None:
    """An intake that waits to be judged or entered, the oldest."""
    query = select(IntakeRun.id).where(IntakeRun.state.in_(WORKED)).order_by(IntakeRun.id)
    return work.session.scalar(query.limit(1))


def entered_before(work: Work, kept: type[IntakeRow | IntakeRecord], digests: Sequence[str]) -> set[str]:
    """Those of these digests of rows that were brought in before."""
    return {row[0] for row in work.sees(_entered(kept.__tablename__), texts=_sorted(digests))}


@cache
def _entered(table: str) -> Prepared:
    return Prepared(f"SELECT digest FROM {table} WHERE digest {{texts}}")  # noqa: S608 - a name of our own


def entered(
    work: Work,
    run_id: int,
    kept: type[IntakeRow | IntakeRecord],
    number: Callable[[Any], str],
    asked: FaultsAsked,
) -> list[EnteredView]:
    """What the next rows after a line became, with what is in doubt of them."""
    table: Any = kept
    query = select(table).where(table.run_id == run_id, table.line > asked.after_line)
    rows = work.session.scalars(query.order_by(table.line).limit(asked.limit))
    return [EnteredView(row.line, number(row), _doubts(row.doubts)) for row in rows]


def source(work: Work, firearm_id: int) -> SourceView | None:
    """Where the record of a firearm came from, if an intake brought it in."""
    return _source(work, IntakeRow, IntakeRow.firearm_id == firearm_id)


def record_source(work: Work, **known: int | None) -> SourceView | None:
    """The same of another record, by the columns by which it is known: of a lot lot_id and no sale_n."""
    where = [getattr(IntakeRecord, name) == value for name, value in known.items()]  # None: IS NULL
    return _source(work, IntakeRecord, *where)


def _source(work: Work, kept: Any, *where: Any) -> SourceView | None:
    query = select(kept, IntakeRun).join(IntakeRun, IntakeRun.id == kept.run_id).where(*where)
    found = work.session.execute(query.order_by(kept.run_id, kept.line)).all()
    if not found:
        return None
    row, of = found[0]  # of several lines the first
    received = received_queries.number_of(of.received_id) if of.received_id else None
    doubts = tuple(one for line, _ in found for one in _doubts(line.doubts))
    return SourceView(run_number(of.id), of.name, row.line, received, doubts)


def _doubts(kept: str) -> tuple[DoubtView, ...]:
    return tuple(DoubtView(field, value, read(reason)) for field, value, reason in json.loads(kept))


def sources_of(work: Work, firearm_id: int) -> tuple[SourceView, ...]:
    """The same of a firearm that whoever asks may see; raises NotFound."""
    firearms.firearm_row(work, firearm_id)
    found = source(work, firearm_id)
    return (found,) if found else ()


def aliases(work: Work) -> list[IntakeAlias]:
    """What words stand for, as people said."""
    return list(work.session.scalars(select(IntakeAlias).order_by(IntakeAlias.field, IntakeAlias.key)))
