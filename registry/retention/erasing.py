"""Personal values of records that go leave the journal too; the proofs of all else stand.

The journal keeps personal values apart from the rest, each with its salt, so that one can be erased alone
(ledger-format.md). What is erased is listed in the leaf of the act by its digests. A person's name also
stands in answers to traces that named them: there the registry number takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import and_, delete, func, literal, or_, select

from registry.core.errors import Conflict
from registry.core.journal.leaves import digest
from registry.core.journal.tables import LedgerChange, LedgerPersonal
from registry.core.numbers import registry_number
from registry.core.web.tables import KeptAnswer
from registry.core.work import Work, act
from registry.directory.tables import Person
from registry.requests.tables import RequestEvent, TraceRequestRow
from registry.retention.removal import Row
from registry.tracing.tables import Scene, Trace
from registry.tracing.withholding import by_number, names_in
from schemas.vocabulary import May
from schemas.words import Said, said

MOST_VALUES = 700
"""What one leaf has room for: an entry of a C2SP bundle has at most 65,535 bytes, a digest takes 67."""
_TELLING: Sequence[tuple[Any, tuple[str, ...]]] = (
    (Trace, ("answer", "sentences")),
    (Scene, ("answer", "sentences")),
    (TraceRequestRow, ("asked", "answer")),
    (RequestEvent, ("details",)),
)
"""Where answers that may name persons are kept, as JSON."""


def count(work: Work, rows: Iterable[Row]) -> int:
    """How many personal values of these rows the journal keeps; raises Conflict for too many."""
    found = sum(work.session.scalar(_of(row, func.count())) or 0 for row in rows)
    if found > MOST_VALUES:
        raise Conflict(_too_many(found))
    return found


def _too_many(count: int) -> Said:
    return said(
        "These records have %(count)s personal values; at most %(most)s are erased at once. Propose fewer.",
        count=count,
        most=MOST_VALUES,
    )


def _of(row: Row, *columns: Any) -> Any:
    """A query of the journal's personal values of a row."""
    joined = select(*columns).select_from(LedgerPersonal).join(LedgerChange)
    return joined.where(*_changes_of(row))


def _changes_of(row: Row) -> tuple[Any, Any]:
    """The journal's changes of a row; SQLite and PostgreSQL write a key with and without spaces."""
    key = orjson.dumps(row.key).decode()
    return LedgerChange.subject == row.table, LedgerChange.key.in_((key, key.replace(",", ", ")))


@act(May.LEDGER_ERASE)
def erase(work: Work, gone: Sequence[Row], changed: Sequence[Row] = ()) -> int:
    """Erase what the journal keeps of rows that are gone, and what rows changed just now were before.

    The digests go into the leaf of this act. Answers how many values. Raises Conflict for too many.
    """
    work.declare()
    erased = [digest for row in gone for digest in _erased(work, row, keep_last=False)]
    erased += [digest for row in changed for digest in _erased(work, row, keep_last=True)]
    if len(erased) > MOST_VALUES:
        raise Conflict(_too_many(len(erased)))
    work.note["erased"] = [*work.note.get("erased", ()), *erased]
    return len(erased)


def _erased(work: Work, row: Row, *, keep_last: bool) -> Iterator[str]:
    """Remove a row's personal values, of the last change only what it was before; their digests."""
    last = work.session.scalar(select(func.max(LedgerChange.id)).where(*_changes_of(row)))
    columns = LedgerPersonal.change_id, LedgerPersonal.name, LedgerPersonal.value, LedgerPersonal.salt
    for change, name, value, salt in work.session.execute(_of(row, *columns)).all():
        if keep_last and change == last and name.startswith("after."):
            continue
        this = and_(LedgerPersonal.change_id == change, LedgerPersonal.name == name)
        work.session.execute(delete(LedgerPersonal).where(this).execution_options(synchronize_session=False))
        yield digest(bytes(salt), name, value)


def names_of(work: Work, party_id: int) -> list[str]:
    """Every name a person had on record, the longest first."""
    known = {work.session.get_one(Person, party_id).full_name}
    named = LedgerPersonal.name.in_(("before.full_name", "after.full_name"))
    for value in work.session.scalars(_of(Row("person", (party_id,)), LedgerPersonal.value).where(named)):
        known.update(orjson.loads(value))
    return sorted(known, key=lambda name: (-len(name), name))


def telling(work: Work, party_id: int) -> list[Any]:
    """Rows with an answer that speaks of a person."""
    number = registry_number("P", party_id)
    return [
        row
        for table, columns in _TELLING
        for row in work.session.scalars(
            select(table).where(or_(*(getattr(table, name).contains(number) for name in columns)))
        )
    ]


def unname(work: Work, party_id: int) -> list[Row]:
    """Put a person's number for the name in all answers on record; the rows that were changed.

    Answers kept for repeated requests go.
    """
    number, names = registry_number("P", party_id), names_of(work, party_id)
    columns_of = dict(_TELLING)
    changed = []
    for row in telling(work, party_id):
        texts = {name: getattr(row, name) for name in columns_of[type(row)] if getattr(row, name)}
        read = {name: orjson.loads(text) for name, text in texts.items()}
        also = {name for told in read.values() for named, name in names_in(told) if named == number}
        hidden = dict.fromkeys(sorted({*names, *also}, key=len, reverse=True), number)
        for name, told in read.items():
            setattr(row, name, orjson.dumps(by_number(told, hidden)).decode())
        if work.session.is_modified(row):
            changed.append(_row(row))
    work.session.flush()
    _forget_kept(work, number)
    return changed


def _row(row: Any) -> Row:
    table = row.__table__
    return Row(table.name, tuple(getattr(row, column.name) for column in table.primary_key.columns))


def _forget_kept(work: Work, number: str) -> None:
    body, sought = KeptAnswer.body, number.encode()
    on_sqlite = work.database.is_sqlite
    there = func.instr(body, literal(sought)) > 0 if on_sqlite else body.op("LIKE")(b"%" + sought + b"%")
    work.session.execute(delete(KeptAnswer).where(there).execution_options(synchronize_session=False))
