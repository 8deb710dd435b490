"""Reading what the trace of one cartridge needs, by prepared statements: what is committed.

The k-th movement of a cartridge has depth k and those of one depth never overlap, so its chain is one
"greatest first" look-up for each depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from registry.ammunition.packaging import Run, opened, package_number
from registry.ammunition.spans import Span
from registry.core.database import Prepared
from registry.core.days import day_of
from registry.core.numbers import registry_number
from registry.core.work import Work, shows_persons
from registry.marks.patterns import ANY, STAR, Pattern
from registry.marks.reading import fold_key, folded
from registry.tracing.queries import MOST, LotFound
from schemas.tracing import StepFound

_LOT = """
SELECT l.id, p.name, p.short_name, p.country, l.code, l.calibre, l.product, l.quantity, l.scheme,
  l.produced_on, l.code_key
FROM lot l JOIN party p ON p.id = l.maker_id WHERE {where} ORDER BY l.produced_on, l.id LIMIT :most
"""
_LEGIBLE = Prepared(_LOT.format(where="l.code_folded = :folded"))
_DAMAGED = Prepared(
    _LOT.format(where="l.code_folded >= :start AND l.code_folded < :beyond AND l.code_folded LIKE :pattern")
)
MOST_LIKE = 4
"""Words of a headstamp that the database looks for; the others are held against what it finds."""
_STAMPED = Prepared(
    _LOT.format(
        where=" AND ".join(f"m.ring LIKE :word{n}" for n in range(MOST_LIKE))
        + " AND (:calibre = '' OR l.calibre = :calibre) AND (:country = '' OR p.country = :country)"
        " AND l.produced_on <= :day"
    )
    .replace("l.code_key\n", "l.code_key, m.headstamp, m.ring\n")
    .replace("FROM lot l", "FROM lot_marking m JOIN lot l ON l.id = m.lot_id")
)
_HEADSTAMPS = Prepared(
    "SELECT m.lot_id, m.headstamp, m.ring FROM lot_marking m JOIN {keys} k ON k.id = m.lot_id"
)
CHAIN = """
WITH RECURSIVE level(depth) AS (
  SELECT 0 UNION ALL SELECT depth + 1 FROM level
  WHERE depth < (SELECT max(depth) FROM movement WHERE lot_id = :lot)
)
SELECT m.happened_on, m.kind, m.from_id, {giver}, m.to_id, {taker}, m.place, m.document, m.unit
FROM level JOIN movement m ON m.lot_id = :lot AND m.depth = level.depth AND m.first = (
    SELECT max(x.first) FROM movement x
    WHERE x.lot_id = :lot AND x.depth = level.depth AND x.first <= :position)
  LEFT JOIN party a ON a.id = m.from_id LEFT JOIN party b ON b.id = m.to_id {persons}
WHERE m.last >= :position ORDER BY m.depth
"""
_NAMELESS = {"giver": "a.name", "taker": "b.name", "persons": ""}
_NAMED = {
    "giver": "coalesce(ap.full_name, a.name)",
    "taker": "coalesce(bp.full_name, b.name)",
    "persons": "LEFT JOIN person ap ON ap.party_id = m.from_id LEFT JOIN person bp ON bp.party_id = m.to_id",
}
_CHAINS = {
    personal: Prepared(CHAIN.format(**names)) for personal, names in ((False, _NAMELESS), (True, _NAMED))
}
_LIMIT = Prepared(
    """
    SELECT quantity FROM ammunition_rule
    WHERE kind = 'lot_limit' AND begins_on <= :day AND (ends_on IS NULL OR ends_on >= :day)
      AND (calibre IS NULL OR calibre = :calibre)
    ORDER BY calibre IS NULL, begins_on DESC LIMIT 1
    """
)
_PERSONS = Prepared("SELECT p.party_id FROM person p JOIN {keys} k ON k.id = p.party_id")
_RUNS = Prepared("SELECT level, round, first, last, size, n FROM packing WHERE lot_id = :lot")


def lots_by_code(work: Work, pattern: Pattern) -> list[LotFound]:
    """Lots whose code fits what was read, look-alikes made one, whoever made them."""
    if pattern.is_exact:
        return [_lot(row) for row in work.rows(_LEGIBLE, folded=pattern.folded, most=MOST)]
    like = "".join(_place(cell) for cell in pattern.cells)
    start = like.partition("%")[0].partition("_")[0]
    rows = work.rows(_DAMAGED, start=start, beyond=start + "\U0010ffff", pattern=like, most=MOST)
    found = [_lot(row) for row in rows]
    return [lot for lot in found if pattern.matches(folded(lot.code))]


def headstamps(work: Work, lots: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(headstamp, ring) of those of some lots whose headstamp is on record."""
    rows = work.rows(_HEADSTAMPS, keys=str(sorted(lots)))
    return {lot: (text, ring) for lot, text, ring in rows}


def lots_by_headstamp(
    work: Work, words: Sequence[Pattern], calibre: str, country: str, day: date
) -> list[tuple[LotFound, str]]:
    """Lots made until a day on whose headstamp all these words stand, each with its headstamp."""
    longest = sorted(words, key=lambda word: -word.legible)[:MOST_LIKE]
    likes = ["%" + "".join(_place(cell) for cell in word.cells) + "%" for word in longest]
    likes += ["%_%"] * (MOST_LIKE - len(likes))
    told = {f"word{n}": like for n, like in enumerate(likes)}
    rows = work.rows(_STAMPED, **told, calibre=calibre, country=country, day=day.isoformat(), most=MOST + 1)
    return [(_lot(row), row[11]) for row in rows if all(word.is_within(row[12]) for word in words)]


def _place(cell: str) -> str:
    """One place of the code in an SQL LIKE pattern; a choice is any character there, and looked at after."""
    if cell == STAR:
        return "%"
    return "_" if cell == ANY or len(cell) > 1 else fold_key(cell)


def _lot(row: tuple[Any, ...]) -> LotFound:
    values = (*row[:9], day_of(row[9]), row[10])
    return LotFound(*values)


def chain(work: Work, lot_id: int, position: int) -> tuple[StepFound, ...]:
    """The movements of the cartridge at a position (from 0), the first one first."""
    personal = shows_persons(work)
    rows = work.rows(_CHAINS[personal], lot=lot_id, position=position)
    if personal and rows:
        parties = sorted({party for row in rows for party in (row[2], row[4]) if party})
        if seen := work.rows(_PERSONS, keys=str(parties)):
            work.saw("person", [party for (party,) in seen])
    return tuple([_step(row) for row in rows])


def _step(row: tuple[Any, ...]) -> StepFound:
    on, kind, giver, giver_name, taker, taker_name, place, document, unit = row
    return StepFound(
        str(on),
        kind,
        giver and registry_number("P", giver),
        giver_name,
        taker and registry_number("P", taker),
        f"{taker_name}, {unit}" if unit and taker_name else taker_name,
        place,
        None,
        "invoice" if kind == "sold" else "",
        document,
        1,
    )


def lot_limit(work: Work, calibre: str, on: date) -> int | None:
    """How many cartridges one code could stand for on a day; None without a limit."""
    rows = work.rows(_LIMIT, calibre=calibre, day=on.isoformat())
    return rows[0][0] if rows else None


def boxes(work: Work, lot_id: int, position: int) -> tuple[str, ...]:
    """Numbers of the packages in which a cartridge was last packed, the smallest first."""
    known = [Run(*row) for row in work.rows(_RUNS, lot=lot_id)]
    at = Span(position, position)
    around = [
        (span.size, n)
        for run in known
        for n, span in run.touching(at)
        if not opened(known, run.level, run.round, at)
    ]
    return tuple([package_number(lot_id, n) for _, n in sorted(around)])
