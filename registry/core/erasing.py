"""Values that the journal keeps apart are taken out of it; the proofs of all else stand.

The journal keeps personal and secret values apart from the rest, each with its salt, so that one can be
erased alone (docs/ledger-format.md). What is erased is listed in the leaf of the act by its digests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import and_, delete, func, select

from registry.core.journal.leaves import digest
from registry.core.journal.tables import LedgerChange, LedgerPersonal
from registry.core.work import Work
from schemas.vocabulary import May

LOCK = "retention"
"""Whoever places a hold and whoever erases what one may keep wait for each other."""
MOST_VALUES = 700
"""What one leaf has room for: an entry of a C2SP bundle has at most 65,535 bytes, a digest takes 67. An act
that erases more has an entry for every so many, in one transaction, each with who agreed on it.
"""


class Row(NamedTuple):
    """One row of a table, by its key."""

    table: str
    key: tuple[Any, ...]


def row_of(record: Any) -> Row:
    """The row that a mapped object stands for."""
    table = record.__table__
    return Row(table.name, tuple(getattr(record, column.name) for column in table.primary_key.columns))


def values_of(row: Row, *columns: Any) -> Any:
    """A query of what the journal keeps apart of a row."""
    joined = select(*columns).select_from(LedgerPersonal).join(LedgerChange)
    return joined.where(*_changes_of(row))


def _changes_of(row: Row) -> tuple[Any, Any]:
    """The journal's changes of a row; SQLite and PostgreSQL write a key with and without spaces."""
    key = orjson.dumps(row.key).decode()
    return LedgerChange.subject == row.table, LedgerChange.key.in_((key, key.replace(",", ", ")))


def erase(work: Work, gone: Sequence[Row], changed: Sequence[Row] = ()) -> int:
    """Erase what the journal keeps apart of rows that are gone, and what rows changed just now were before.

    The digests go into the leaves of this act. Answers how many values.
    """
    return _take_out(work, "erased", gone, changed)


def destroy(work: Work, keys: Sequence[Any]) -> None:
    """Take the private halves of these rows of keys away, from the journal too: one person may, alone."""
    for key in keys:
        key.sealed = None
    work.session.flush()
    if keys:
        _take_out(work, "destroyed", (), [row_of(key) for key in keys])


def _take_out(work: Work, told_as: str, gone: Sequence[Row], changed: Sequence[Row]) -> int:
    work.acts.append(May.LEDGER_ERASE)
    work.declare()
    digests = [digest for row in gone for digest in _erased(work, row, keep_last=False)]
    digests += [digest for row in changed for digest in _erased(work, row, keep_last=True)]
    told = [*work.note.get(told_as, ()), *digests]
    work.note[told_as] = told[:MOST_VALUES]
    for at in range(MOST_VALUES, len(told), MOST_VALUES):
        work.go_on()
        work.note[told_as] = told[at : at + MOST_VALUES]
    return len(digests)


def _erased(work: Work, row: Row, *, keep_last: bool) -> Iterator[str]:
    """Remove a row's values, of the last change only what it was before; their digests."""
    last = select(func.max(LedgerChange.id)).where(*_changes_of(row)).scalar_subquery() if keep_last else -1
    stays = and_(LedgerPersonal.change_id == last, LedgerPersonal.name.startswith("after."))
    changes = select(LedgerChange.id).where(*_changes_of(row))
    gone = delete(LedgerPersonal).where(LedgerPersonal.change_id.in_(changes), ~stays)
    values = gone.returning(LedgerPersonal.salt, LedgerPersonal.name, LedgerPersonal.value)
    for salt, name, value in work.session.execute(values.execution_options(synchronize_session=False)).all():
        yield digest(bytes(salt), name, value)
