"""Reading what a search for a damaged mark needs: the marks of many firearms, and what tells these apart."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from msgspec import Struct

from registry.core.database import Prepared
from registry.core.work import Work

_MARKS = Prepared(
    """
    SELECT f.id, m.kind, m.text, m.key, m.folded, p.name, p.short_name, f.calibre, f.type, f.country_made,
      f.model, f.year_made, m.symbols, f.status, f.superseded_by
    FROM {keys} k JOIN firearm f ON f.id = k.id JOIN party p ON p.id = f.maker_id
    JOIN mark m ON m.firearm_id = f.id
    WHERE m.folded <> ''
    """
)
_RECORDS = Prepared(
    """
    SELECT f.id, p.name, p.short_name, f.calibre, f.type, f.country_made, f.model, f.year_made, ''
    FROM {keys} k JOIN firearm f ON f.id = k.id JOIN party p ON p.id = f.maker_id
    """
)


class RecordFound(Struct, frozen=True, gc=False):
    """What a record says of a firearm, as far as it can agree with what was told."""

    id: int
    maker: str
    maker_short: str
    calibre: str
    type: str
    country: str
    model: str
    year: int | None
    symbols: str


class MarkFound(Struct, frozen=True, gc=False):
    """A mark with what else a record says of its firearm."""

    id: int
    kind: str
    text: str
    key: str
    folded: str
    maker: str
    maker_short: str
    calibre: str
    type: str
    country: str
    model: str
    year: int | None
    symbols: str
    status: str
    superseded_by: int | None


def marks_of(work: Work, firearms: Sequence[int]) -> list[MarkFound]:
    """The marks of these firearms."""
    return [MarkFound(*row) for row in work.rows(_MARKS, keys=orjson.dumps(firearms).decode())]


def records_of(work: Work, firearms: Sequence[int]) -> list[RecordFound]:
    """What the records say of these firearms."""
    return [RecordFound(*row) for row in work.rows(_RECORDS, keys=orjson.dumps(firearms).decode())]
