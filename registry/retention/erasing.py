"""Personal values of records that go leave the journal too; the proofs of all else stand.

A person's name also stands in answers to traces that named them: there the registry number takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import delete, func, literal, or_, select

from registry.core import erasing
from registry.core.erasing import Row
from registry.core.journal.tables import LedgerPersonal
from registry.core.numbers import registry_number
from registry.core.web.tables import KeptAnswer
from registry.core.work import Work, act
from registry.directory.tables import Person
from registry.requests.tables import RequestEvent, TraceRequestRow
from registry.tracing.tables import Scene, Trace
from registry.tracing.withholding import by_number, names_in
from schemas.vocabulary import May

_TELLING: Sequence[tuple[Any, tuple[str, ...]]] = (
    (Trace, ("answer", "sentences")),
    (Scene, ("answer", "sentences")),
    (TraceRequestRow, ("asked", "answer")),
    (RequestEvent, ("details",)),
)
"""Where answers that may name persons are kept, as JSON."""


def count(work: Work, rows: Iterable[Row]) -> int:
    """How many personal values of these rows the journal keeps."""
    return sum(work.session.scalar(erasing.values_of(row, func.count())) or 0 for row in rows)


@act(May.LEDGER_ERASE)
def erase(work: Work, gone: Sequence[Row], changed: Sequence[Row] = ()) -> int:
    """As `core.erasing.erase`, for those who may erase persons."""
    return erasing.erase(work, gone, changed)


def names_of(work: Work, party_id: int) -> list[str]:
    """Every name a person had on record, the longest first."""
    known = {work.session.get_one(Person, party_id).full_name}
    named = LedgerPersonal.name.in_(("before.full_name", "after.full_name"))
    for value in work.session.scalars(
        erasing.values_of(Row("person", (party_id,)), LedgerPersonal.value).where(named)
    ):
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
            changed.append(erasing.row_of(row))
    work.session.flush()
    forget_kept(work, number)
    return changed


def forget_kept(work: Work, number: str) -> None:
    """Answers kept for repeated requests go where they name this number."""
    body, sought = KeptAnswer.body, number.encode()
    on_sqlite = work.database.is_sqlite
    there = func.instr(body, literal(sought)) > 0 if on_sqlite else body.op("LIKE")(b"%" + sought + b"%")
    work.session.execute(delete(KeptAnswer).where(there).execution_options(synchronize_session=False))
