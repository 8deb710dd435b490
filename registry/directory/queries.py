"""Reading the directory."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.core.errors import Invalid, NotFound
from registry.core.numbers import key_of, parse_registry_number, registry_number
from registry.core.paging import page
from registry.core.work import Work, for_purpose, shows_persons
from registry.directory import calibres, countries
from registry.directory.tables import Calibre, Party, PartyChange, PartyClosure, Person, State
from schemas.directory import CalibresAsked, PartiesAsked, StatesAsked
from schemas.paging import Page
from schemas.vocabulary import May, PartyKind, Purpose
from schemas.words import said, together

ORGANISATIONS = tuple(kind.value for kind in PartyKind if kind is not PartyKind.PERSON)
"""Kinds of whoever is no natural person, named one by one so that an index leads to them."""


@dataclass(frozen=True)
class PartyName:
    """A party as it is shown beside other records; a person's name only to those who may see it."""

    number: str
    name: str
    kind: str
    country: str


@dataclass(frozen=True)
class PartyView:
    number: str
    kind: str
    name: str
    short_name: str
    country: str
    place: str
    identifier: str
    created_at: datetime
    version: int
    closed_on: date | None = None


@dataclass(frozen=True)
class PersonView:
    number: str
    full_name: str
    birth_date: date | None
    document_kind: str
    document_number: str
    address: str
    version: int


@dataclass(frozen=True)
class StateView:
    code: str
    name: str
    historic: bool
    version: int


def name_key(name: str) -> str:
    """How names are compared: NFKC, case and runs of spaces do not count."""
    plain = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return " ".join(plain.casefold().split())


def fits_name(asked: str, *names: str) -> bool:
    """Whether a maker's name as told is one of these, or the beginning of one."""
    key = name_key(asked)
    return any(name_key(name).startswith(key) for name in names if name)


def party_number(party_id: int) -> str:
    """The registry number of a party's key."""
    return registry_number("P", party_id)


def party_by_number(work: Work, text: str, field: str) -> Party:
    """The party with a registry number; raises Invalid naming the field when there is none."""
    row = work.session.get(Party, parse_registry_number("P", text, field))
    if row is None:
        raise Invalid.at(field, said("No party has the number %(number)s.", number=text))
    return row


def party_named(
    session: Session, kind: PartyKind | None, name: str, country: str | None = None
) -> Party | None:
    """A legal person by its name; the oldest record when several have it."""
    query = select(Party).where(Party.name_key == name_key(name)).order_by(Party.id)
    if kind is not None:
        query = query.where(Party.kind == kind.value)
    if country is not None:
        query = query.where(Party.country == country)
    return session.scalars(query.limit(1)).first()


def names(work: Work, ids: Iterable[int | None]) -> dict[int, PartyName]:
    """Names of parties by internal key, asked for at once."""
    wanted = {key for key in ids if key is not None}
    if not wanted:
        return {}
    query = (
        select(Party.id, Party.name, Party.kind, Party.country, Person.full_name)
        .outerjoin(Person, Person.party_id == Party.id)
        .where(Party.id.in_(wanted))
    )
    return names_told(work, work.session.execute(query))


def names_told(work: Work, rows: Iterable[tuple[int, str, str, str, str | None]]) -> dict[int, PartyName]:
    """Names of parties by internal key, of rows of key, name, kind, country and a person's full name."""
    personal = shows_persons(work)
    found, seen = {}, []
    for key, name, kind, country, full_name in rows:
        if personal and full_name:
            seen.append(key)
            name = full_name
        found[key] = PartyName(party_number(key), name, kind, country)
    if seen:
        work.saw("person", seen)
    return found


def names_by_number(work: Work, numbers: Iterable[str]) -> dict[str, str]:
    """Names of parties by registry number; of persons only to those who may see them."""
    shown = names(work, [parse_registry_number("P", number) for number in numbers])
    return {name.number: name.name for name in shown.values()}


def party(work: Work, party_id: int) -> PartyView:
    """One party; raises NotFound."""
    row = work.session.get(Party, party_id)
    if row is None:
        raise NotFound(said("No party has the number %(number)s.", number=party_number(party_id)))
    return replace(_view(row), closed_on=closed(work.session, [party_id]).get(party_id))


def all_closed(session: Session) -> dict[int, date]:
    """The last days of all companies that closed."""
    return {
        row.party_id: row.closed_on
        for row in session.execute(select(PartyClosure.party_id, PartyClosure.closed_on))
    }


def closed(session: Session, ids: Iterable[int | None]) -> dict[int, date]:
    """The last days of those of these companies that closed."""
    query = select(PartyClosure.party_id, PartyClosure.closed_on)
    rows = session.execute(query.where(PartyClosure.party_id.in_({key for key in ids if key})))
    return {row.party_id: row.closed_on for row in rows}


def changes(work: Work, party_id: int) -> list[PartyChange]:
    """Corrections of a party's entry, the newest first."""
    query = select(PartyChange).where(PartyChange.party_id == party_id)
    return list(work.session.scalars(query.order_by(PartyChange.version.desc())))


def parties(work: Work, asked: PartiesAsked) -> Page[PartyView]:
    """Parties, by kind, country and the beginning of their name."""
    query = select(Party)
    if asked.kind is not None:
        query = query.where(Party.kind == asked.kind.value)
    if asked.country:
        query = query.where(Party.country == asked.country)
    if (number := key_of("P", asked.q)) is not None:
        query = query.where(Party.id == number)
    elif asked.q:
        start = name_key(asked.q)
        query = query.where(Party.name_key >= start, Party.name_key < start + "\U0010ffff")
    found = page(work.session, query, asked, {"name": Party.name_key, "id": Party.id}, Party.id)
    return Page(tuple(_view(row.Party) for row in found.items), found.next)


def person(work: Work, party_id: int, purpose: Purpose) -> PersonView:
    """Personal data of a natural person; raises Forbidden without the permission, NotFound for others.

    That they were read, by whom and why, goes to the ledger: keys only, never the data.
    """
    for_purpose(work.actor, May.PERSON_READ, purpose)
    row = person_row(work, party_id)
    work.purpose = purpose
    work.saw("person", [party_id])
    return PersonView(
        party_number(party_id),
        row.full_name,
        row.birth_date,
        row.document_kind,
        row.document_number,
        row.address,
        work.session.get_one(Party, party_id).version,
    )


def person_row(work: Work, party_id: int) -> Person:
    """A natural person's data; raises NotFound for other parties, and where a law had them erased."""
    row = work.session.get(Person, party_id)
    if row is not None:
        return row
    if is_erased(work, party_id):
        raise NotFound(
            said("The personal data of %(party)s were erased by law", party=party_number(party_id))
        )
    raise NotFound(said("%(party)s is no natural person", party=party_number(party_id)))


def is_erased(work: Work, party_id: int) -> bool:
    """Whether a natural person's data are gone: the database lets them go in no other way."""
    row = work.session.get(Party, party_id)
    natural = row is not None and row.kind == PartyKind.PERSON
    return natural and work.session.get(Person, party_id) is None


def states(work: Work, asked: StatesAsked) -> Page[StateView]:
    """States, present and historic."""
    query = select(State)
    if asked.historic is not None:
        query = query.where(State.historic == asked.historic)
    if asked.q:
        start = State.name.istartswith(asked.q, autoescape=True)
        query = query.where(or_(State.code == asked.q.upper(), start))
    found = page(work.session, query, asked, {"code": State.code, "name": State.name}, State.code)
    return Page(tuple(_state(row.State) for row in found.items), found.next)


def state(work: Work, code: str) -> StateView:
    """One State; raises NotFound."""
    row = work.session.get(State, code) if countries.is_country_of_manufacture(code) else None
    if row is None:
        raise NotFound(said("No State has the code %(code)s.", code=repr(code[:10])))
    return _state(row)


def check_country(work: Work, code: str | None, field: str, historic_ok: bool = False) -> None:
    """Raise Invalid unless the code is a State (with `historic_ok`, also one that is no more)."""
    if code is None or countries.is_country(code) or (historic_ok and code in countries.HISTORIC):
        return
    if code in countries.HISTORIC:
        raise Invalid.at(
            field, said("%(code)s is a historic State; it can only be a country of manufacture.", code=code)
        )
    raise Invalid.at(field, said("%(code)s is no country code of ISO 3166-1.", code=repr(code)))


def listed_calibres(work: Work, asked: CalibresAsked) -> Page[calibres.Calibre]:
    """Calibres by name; with `q` the one that is meant, or those with names near to it."""
    query = select(Calibre)
    if asked.q:
        meant = calibres.find(asked.q)
        near = [meant] if meant else calibres.suggestions(asked.q)
        query = query.where(Calibre.code.in_([calibre.code for calibre in near]))
    found = page(work.session, query, asked, {"name": Calibre.name, "code": Calibre.code}, Calibre.code)
    return Page(tuple(calibres.BY_CODE[row.Calibre.code] for row in found.items), found.next)


def calibre_of(text: str, field: str) -> str:
    """The code of a calibre as written; raises Invalid with what may have been meant."""
    found = calibres.find(text)
    if found is None:
        near = tuple(calibre.name for calibre in calibres.suggestions(text)[:5])
        unknown = said("Nobody here knows the calibre %(calibre)s.", calibre=repr(text[:40]))
        raise Invalid.at(
            field, together(unknown, said("Did you mean: %(names)s?", names=near) if near else "")
        )
    return found.code


def _view(row: Party) -> PartyView:
    return PartyView(
        party_number(row.id),
        row.kind,
        row.name,
        row.short_name,
        row.country,
        row.place,
        row.identifier,
        row.created_at,
        row.version,
    )


def _state(row: State) -> StateView:
    return StateView(row.code, row.name, row.historic, row.version)
