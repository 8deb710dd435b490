"""Reading embargoes, times and authorisations to trade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.errors import NotFound
from registry.core.numbers import find_registry_number, parse_registry_number, registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work, limited_to
from registry.directory.queries import names, party_number
from registry.licensing import law, tables
from schemas.licensing_law import DatedAsked
from schemas.licensing_vocabulary import GoodsKind, TermKind, TradeActivity
from schemas.paging import Page
from schemas.vocabulary import May
from schemas.words import said

PREFIXES = {tables.Embargo: "EM", tables.Term: "LT", tables.Authorisation: "TA"}
DatedRow = tables.Embargo | tables.Term | tables.Authorisation
Row = TypeVar("Row", tables.Embargo, tables.Term, tables.Authorisation)


@dataclass(frozen=True)
class EmbargoView:
    number: str
    country: str
    goods: str
    war_only: bool
    begins_on: date
    ends_on: date | None
    source: str
    note: str
    version: int


@dataclass(frozen=True)
class TermView:
    number: str
    kind: str
    country: str | None
    days: int
    begins_on: date
    ends_on: date | None
    source: str
    version: int


@dataclass(frozen=True)
class AuthorisationView:
    number: str
    party: str
    party_name: str
    activity: str
    war_material: bool
    document: str
    authority: str
    begins_on: date
    ends_on: date | None
    version: int


def number_of(table: type[DatedRow], key: int) -> str:
    """EM-… of an embargo, LT-… of a time, TA-… of an authorisation."""
    return registry_number(PREFIXES[table], key)


def row_of(work: Work, table: type[Row], number: str, *, locked: bool = False) -> Row:
    """The row with a number; raises NotFound."""
    key = find_registry_number(PREFIXES[table], number)
    row = work.session.get(table, key, with_for_update=True if locked else None)
    if row is None or not _seen(work, row):
        raise NotFound(said("Nothing has the number %(number)s", number=number_of(table, key)))
    return row


def _seen(work: Work, row: DatedRow) -> bool:
    """Traders see their own authorisations; embargoes and times are for all."""
    own = limited_to(work.actor, May.LICENCE_READ)
    return own is None or not isinstance(row, tables.Authorisation) or row.party_id == own


def embargoes_of(session: Session) -> tuple[law.Embargo, ...]:
    """Every embargo that ever was: the day decides which one counts."""
    return tuple(
        law.Embargo(
            row.country,
            row.begins_on,
            row.source,
            GoodsKind(row.goods) if row.goods else None,
            row.war_only,
            row.ends_on,
        )
        for row in session.scalars(select(tables.Embargo).order_by(tables.Embargo.id))
    )


def terms_of(session: Session) -> tuple[law.Term, ...]:
    """Every time that was ever set."""
    return tuple(
        law.Term(TermKind(row.kind), row.days, row.begins_on, row.source, row.country, row.ends_on)
        for row in session.scalars(select(tables.Term).order_by(tables.Term.id))
    )


def authorisations_of(session: Session, party_id: int) -> tuple[law.Authorisation, ...]:
    """Every authorisation of a party."""
    query = select(tables.Authorisation).where(tables.Authorisation.party_id == party_id)
    return tuple(
        law.Authorisation(
            TradeActivity(row.activity), row.number, row.begins_on, row.war_material, row.ends_on
        )
        for row in session.scalars(query.order_by(tables.Authorisation.id))
    )


def _on(query: AnySelect, table: type[DatedRow], asked: DatedAsked) -> AnySelect:
    if asked.on is None:
        return query
    return query.where(table.begins_on <= asked.on, table.ends_on.is_(None) | (table.ends_on >= asked.on))


def _page(work: Work, table: type[DatedRow], query: AnySelect, asked: DatedAsked) -> Page[Any]:
    sorts: dict[str, Any] = {"number": table.id, "begins_on": table.begins_on}
    return page(work.session, _on(query, table, asked), asked, sorts, table.id)


def embargoes(work: Work, asked: DatedAsked) -> Page[EmbargoView]:
    """Embargoes, those that ended too unless only those of a day are asked for."""
    query: AnySelect = select(tables.Embargo)
    if asked.country:
        query = query.where(tables.Embargo.country == asked.country)
    found = _page(work, tables.Embargo, query, asked)
    return Page(tuple(embargo_view(row.Embargo) for row in found.items), found.next)


def embargo_view(row: tables.Embargo) -> EmbargoView:
    """An embargo as it is shown."""
    return EmbargoView(
        number_of(tables.Embargo, row.id),
        row.country,
        row.goods,
        row.war_only,
        row.begins_on,
        row.ends_on,
        row.source,
        row.note,
        row.version,
    )


def terms(work: Work, asked: DatedAsked) -> Page[TermView]:
    """Times the law sets."""
    query: AnySelect = select(tables.Term)
    if asked.country:
        query = query.where(tables.Term.country == asked.country)
    found = _page(work, tables.Term, query, asked)
    return Page(tuple(term_view(row.Term) for row in found.items), found.next)


def term_view(row: tables.Term) -> TermView:
    """A time as it is shown."""
    return TermView(
        number_of(tables.Term, row.id),
        row.kind,
        row.country,
        row.days,
        row.begins_on,
        row.ends_on,
        row.source,
        row.version,
    )


def authorisations(work: Work, asked: DatedAsked) -> Page[AuthorisationView]:
    """Authorisations to trade; traders see their own."""
    query: AnySelect = select(tables.Authorisation)
    if (own := limited_to(work.actor, May.LICENCE_READ)) is not None:
        query = query.where(tables.Authorisation.party_id == own)
    if asked.party:
        query = query.where(tables.Authorisation.party_id == parse_registry_number("P", asked.party, "party"))
    found = _page(work, tables.Authorisation, query, asked)
    rows = [row.Authorisation for row in found.items]
    known = names(work, {row.party_id for row in rows})
    return Page(tuple(authorisation_view(row, known[row.party_id].name) for row in rows), found.next)


def authorisation_view(row: tables.Authorisation, party_name: str) -> AuthorisationView:
    """An authorisation as it is shown."""
    return AuthorisationView(
        number_of(tables.Authorisation, row.id),
        party_number(row.party_id),
        party_name,
        row.activity,
        row.war_material,
        row.number,
        row.authority,
        row.begins_on,
        row.ends_on,
        row.version,
    )


def embargo(work: Work, number: str) -> EmbargoView:
    """One embargo; raises NotFound."""
    return embargo_view(row_of(work, tables.Embargo, number))


def term(work: Work, number: str) -> TermView:
    """One time that the law sets; raises NotFound."""
    return term_view(row_of(work, tables.Term, number))


def authorisation(work: Work, number: str) -> AuthorisationView:
    """One authorisation; raises NotFound, for others' too."""
    row = row_of(work, tables.Authorisation, number)
    return authorisation_view(row, names(work, {row.party_id})[row.party_id].name)
