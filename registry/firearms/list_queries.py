"""The list of firearms, as whoever asks may see it.

A company sees what it made, holds or ever held. That may be millions: its list is walked in the order of an
index, and a page that leaves out on its way says where it stopped.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute

from registry.core.numbers import key_of, parse_registry_number
from registry.core.paging import AnySelect, page, sorted_by, walk_of
from registry.core.work import Work, limited_to
from registry.directory.calibres import BY_CODE
from registry.directory.queries import calibre_of
from registry.directory.tables import Party
from registry.firearms.queries import firearm_number, key_of_mark, scope
from registry.firearms.tables import Custody, Firearm, Mark
from registry.firearms.views import FirearmRow
from schemas.firearms import FirearmsAsked
from schemas.paging import Page
from schemas.vocabulary import May

YEAR = func.coalesce(Firearm.year_made, literal_column("0"))
"""In the words of its index."""
_SORTS = {
    "number": Firearm.id,
    "type": Firearm.type,
    "model": Firearm.model,
    "year": YEAR,
    "status": Firearm.status,
}


def firearms(work: Work, asked: FirearmsAsked) -> Page[FirearmRow]:
    """Firearms that fit; superseded records stay in the list, marked by their status on their page."""
    party = limited_to(work.actor, May.FIREARM_READ)
    filters = _filters(asked)
    column = _SORTS[sorted_by(asked, _SORTS)]
    walk = None if asked.q else walk_of(work.session, asked, column, Firearm.id, _own(party), filters)
    query: AnySelect = (
        select(Firearm, Party.name.label("maker_name"), Mark.text.label("mark"))
        .join(Party, Party.id == Firearm.maker_id)
        .outerjoin(Mark, (Mark.firearm_id == Firearm.id) & (Mark.n == 1))
        .where(*filters, *scope(work))
    )
    found = page(work.session, query, asked, _SORTS, Firearm.id, walk)
    return Page(tuple(_row(row) for row in found.items), found.next)


def _own(party: int | None) -> list[tuple[InstrumentedAttribute[int], ColumnElement[bool]]]:
    """Where firearms stand that a company may see."""
    if party is None:
        return []
    made = (Firearm.id, Firearm.maker_id == party), (Firearm.id, Firearm.holder_id == party)
    return [*made, (Custody.firearm_id, Custody.to_id == party)]


def _filters(asked: FirearmsAsked) -> list[ColumnElement[bool]]:
    """What is asked for, first what fewest are likely to fit."""
    found: list[ColumnElement[bool]] = []
    if asked.q:
        number = key_of("F", asked.q)
        borne = select(Mark.firearm_id).where(Mark.key == key_of_mark(asked.q))
        found.append(Firearm.id == number if number else Firearm.id.in_(borne))
    if asked.maker:
        found.append(Firearm.maker_id == parse_registry_number("P", asked.maker, "maker"))
    if asked.year:
        found.append(YEAR.in_((asked.year,)))
    if asked.calibre:
        found.append(Firearm.calibre == calibre_of(asked.calibre, "calibre"))
    if asked.country:
        found.append(Firearm.country_made == asked.country)
    if asked.type:
        found.append(Firearm.type == asked.type.value)
    if asked.status:
        found.append(Firearm.status == asked.status.value)
    return found


def _row(row: Any) -> FirearmRow:
    gun = row.Firearm
    calibre = BY_CODE[gun.calibre].name if gun.calibre in BY_CODE else gun.calibre
    return FirearmRow(
        firearm_number(gun.id),
        gun.type,
        row.maker_name,
        gun.model,
        calibre,
        gun.country_made,
        gun.year_made,
        row.mark or "",
        gun.status,
    )
