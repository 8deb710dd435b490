"""What people do to the directory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from sqlalchemy import Table

from registry.core.errors import Conflict, Invalid, NotFound, Stale
from registry.core.work import Work, act, for_purpose
from registry.directory import queries
from registry.directory.tables import Party, PartyClosure, Person, PersonDeath
from registry.directory.tables import PartyChange as PartyChangeRow
from schemas.directory import ClosureNew, DeathNew, PartyChange, PartyNew, PersonChange
from schemas.vocabulary import May, PartyKind, Purpose
from schemas.words import said

LONGEST_KEY = 200
_PARTIES, _PERSONS = cast(Table, Party.__table__), cast(Table, Person.__table__)
_PARTY = (
    "id", "kind", "name", "name_key", "short_name", "country", "place", "identifier", "created_at", "version",
)  # fmt: skip
_PERSON = ("party_id", "full_name", "birth_date", "document_kind", "document_number", "address")


@act(May.DIRECTORY_WRITE)
def register_party(work: Work, new: PartyNew) -> queries.PartyView:
    """A new party.

    Raises Invalid naming the field; Conflict when a legal person of this kind, name and country exists.
    """
    key = judge_party(work, new)
    return _register_person(work, new) if new.kind is PartyKind.PERSON else _register_body(work, new, key)


def judge_party(work: Work, new: PartyNew) -> str:
    """Raise what register_party would raise, without a record; the key of a legal person's name."""
    queries.check_country(work, new.country, "country", historic_ok=new.kind is PartyKind.MAKER)
    if new.kind is PartyKind.PERSON:
        _refuse_person(work, new)
        return ""
    _refuse_body(new)
    return _free_name(work, new.kind, new.name, new.country)


def _refuse_body(new: PartyNew) -> None:
    if not new.name:
        raise Invalid.at("name", "A name is needed.")
    if new.full_name or new.birth_date or new.document_number or new.address or new.document_kind:
        raise Invalid.at("full_name", "Personal data belong to natural persons only.")


def _register_body(work: Work, new: PartyNew, key: str) -> queries.PartyView:
    row = _row(work, new, new.name, key)
    return queries.party(work, row.id)


def _free_name(work: Work, kind: PartyKind, name: str, country: str, own_id: int = 0) -> str:
    """The key of a name that no other legal person of this kind and country has."""
    key = queries.name_key(name)
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid.at("name", "This name cannot be written in its plain form; shorten it.")
    work.lock(f"party:{kind}:{country}:{key}")
    known = queries.party_named(work.session, kind, name, country)
    if known is not None and known.id != own_id:
        raise Conflict(
            said(
                "%(name)s is already registered as %(party)s",
                name=known.name,
                party=queries.party_number(known.id),
            )
        )
    return key


def _refuse_person(work: Work, new: PartyNew) -> None:
    if not new.full_name:
        raise Invalid.at("full_name", "The person's name is needed.")
    if new.name or new.short_name:
        raise Invalid.at(
            "name", "A natural person's name belongs to the personal data, which fewer people may read."
        )
    if new.identifier:
        raise Invalid.at(
            "identifier", "A natural person's papers belong to the personal data (number of the document)."
        )
    _refuse_birth_to_come(work, new.birth_date)


def _register_person(work: Work, new: PartyNew) -> queries.PartyView:
    """Personal data go to their own table; the party bears its registry number as its name."""
    row = _row(work, new, "", "")
    row.name = queries.party_number(row.id)
    row.name_key = queries.name_key(row.name)
    work.session.add(
        Person(
            party_id=row.id,
            full_name=new.full_name,
            birth_date=new.birth_date,
            document_kind=new.document_kind,
            document_number=new.document_number,
            address=new.address,
        )
    )
    work.session.flush()
    return queries.party(work, row.id)


@act(May.DIRECTORY_WRITE)
def register_persons(work: Work, many: Sequence[tuple[str, str]]) -> list[int]:
    """Natural persons of this State of whom a name and perhaps the number of a document is known.

    Answers their keys, in this order. Raises Invalid.
    """
    queries.check_country(work, work.home, "country")
    if not all(name for name, _ in many):
        raise Invalid.at("full_name", "The person's name is needed.")
    keys = work.next_keys(_PARTIES, len(many))
    numbers = [queries.party_number(key) for key in keys]
    parties = [
        (key, PartyKind.PERSON.value, number, queries.name_key(number), "", work.home, "", "", work.now, 1)
        for key, number in zip(keys, numbers, strict=True)
    ]
    persons = [(key, name, None, "", paper, "") for key, (name, paper) in zip(keys, many, strict=True)]
    work.put_rows(_PARTIES, _PARTY, parties)
    work.put_rows(_PERSONS, _PERSON, persons)
    return keys


def _row(work: Work, new: PartyNew, name: str, key: str) -> Party:
    row = Party(
        kind=new.kind.value,
        name=name,
        name_key=key,
        short_name=new.short_name,
        country=new.country,
        place=new.place,
        identifier=new.identifier,
        created_at=work.now,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    return row


@act(May.DIRECTORY_WRITE)
def change_party(work: Work, party_id: int, change: PartyChange, version: int) -> queries.PartyView:
    """Correct a legal person's entry; raises NotFound, Stale, Conflict."""
    row = _party_as_read(work, party_id, version)
    if row.kind == PartyKind.PERSON and (change.name or change.short_name or change.identifier):
        raise Invalid.at("name", "A natural person's entry bears its number as its name.")
    if change.name is not None:
        row.name_key = _free_name(work, PartyKind(row.kind), change.name, row.country, row.id)
    changed = _apply(row, change, "name", "short_name", "place", "identifier")
    _note_change(work, row, change.reason, changed)
    return queries.party(work, party_id)


@act(May.DIRECTORY_WRITE)
def change_person(work: Work, party_id: int, change: PersonChange, version: int) -> queries.PersonView:
    """Correct personal data of a natural person; raises Forbidden, NotFound, Stale, Invalid."""
    for_purpose(work.actor, May.PERSON_READ, Purpose.REGISTRATION)
    row = _party_as_read(work, party_id, version)
    person = queries.person_row(work, party_id)
    _refuse_birth_to_come(work, change.birth_date)
    names = ("full_name", "birth_date", "document_kind", "document_number", "address")
    _note_change(work, row, change.reason, _apply(person, change, *names))
    return queries.person(work, party_id, Purpose.REGISTRATION)


def _refuse_birth_to_come(work: Work, day: date | None) -> None:
    if day and day > work.today:
        raise Invalid.at("birth_date", "This day has not come yet.")


def _party_as_read(work: Work, party_id: int, version: int) -> Party:
    """The row, held until the end of the transaction, while it is still the one that was read."""
    row = work.session.get(Party, party_id, with_for_update=True)
    if row is None:
        raise NotFound(said("No party has the number %(number)s.", number=queries.party_number(party_id)))
    if row.version != version:
        raise Stale
    return row


def _apply(row: Party | Person, change: PartyChange | PersonChange, *fields: str) -> list[str]:
    """Set what was given and differs; the names of what was set."""
    asked = {field: getattr(change, field) for field in fields}
    changed = [field for field, value in asked.items() if value not in (None, getattr(row, field))]
    for field in changed:
        setattr(row, field, asked[field])
    return changed


def _note_change(work: Work, row: Party, reason: str, changed: list[str]) -> None:
    row.version += 1
    work.session.add(
        PartyChangeRow(
            party_id=row.id,
            version=row.version,
            reason=reason,
            changed=" ".join(changed),
            changed_by=work.actor.user_id,
            changed_at=work.now,
        )
    )
    work.session.flush()


COMPANIES = frozenset({PartyKind.MAKER, PartyKind.DEALER, PartyKind.IMPORTER})


@act(May.DIRECTORY_WRITE)
def record_closure(work: Work, party_id: int, new: ClosureNew) -> queries.PartyView:
    """Record that a company closed; raises NotFound, Invalid, Conflict when it is known."""
    row = work.session.get(Party, party_id, with_for_update=True)
    if row is None:
        raise NotFound(said("No party has the number %(number)s.", number=queries.party_number(party_id)))
    judge_closure(work, PartyKind(row.kind), new)
    if work.session.get(PartyClosure, party_id) is not None:
        raise Conflict("That this company closed is recorded already")
    note_closure(work, party_id, new)
    return queries.party(work, party_id)


def judge_closure(work: Work, kind: PartyKind, new: ClosureNew) -> None:
    """Raise what record_closure would raise of a company without one."""
    if kind not in COMPANIES:
        raise Invalid.at("party", "Only a maker, dealer or importer closes.")
    if new.closed_on > work.today:
        raise Invalid.at("closed_on", "This day has not come yet.")


def note_closure(work: Work, party_id: int, new: ClosureNew) -> None:
    """As part of an act of a higher subject that has its own permission; the first day told stands."""
    if work.session.get(PartyClosure, party_id) is None:
        work.session.add(
            PartyClosure(
                party_id=party_id,
                closed_on=new.closed_on,
                source=new.source,
                recorded_at=work.now,
                recorded_by=work.actor.user_id,
            )
        )
        work.session.flush()


@act(May.DIRECTORY_WRITE)
def record_death(work: Work, party_id: int, new: DeathNew) -> queries.PartyView:
    """Record that a natural person died; raises NotFound, Invalid, Conflict when it is known."""
    person = queries.person_row(work, party_id)
    if new.died_on > work.today:
        raise Invalid.at("died_on", "This day has not come yet.")
    if person.birth_date is not None and new.died_on < person.birth_date:
        raise Invalid.at("died_on", "This is before the day of birth.")
    if work.session.get(PersonDeath, party_id) is not None:
        raise Conflict("This death is recorded already")
    work.session.add(
        PersonDeath(
            party_id=party_id,
            died_on=new.died_on,
            source=new.source,
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
    )
    work.session.flush()
    return queries.party(work, party_id)
