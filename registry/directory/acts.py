"""What people do to the directory."""

from __future__ import annotations

from registry.core.errors import Conflict, Invalid, NotFound, Stale
from registry.core.work import Work, act
from registry.directory import queries
from registry.directory.tables import Party, Person, State
from schemas.directory import PartyChange, PartyNew, StateChange
from schemas.vocabulary import May, PartyKind


@act(May.DIRECTORY_WRITE)
def register_party(work: Work, new: PartyNew) -> queries.PartyView:
    """A new party.

    Raises Invalid naming the field; Conflict when a legal person of this kind, name and country exists.
    """
    queries.check_country(work, new.country, "country")
    return _register_person(work, new) if new.kind is PartyKind.PERSON else _register_body(work, new)


def _register_body(work: Work, new: PartyNew) -> queries.PartyView:
    if not new.name:
        raise Invalid.at("name", "A name is needed.")
    if new.full_name or new.birth_date or new.document_number or new.address or new.document_kind:
        raise Invalid.at("full_name", "Personal data belong to natural persons only.")
    key = queries.name_key(new.name)
    work.lock(f"party:{new.kind}:{new.country}:{key}")
    known = queries.party_named(work.session, new.kind, new.name, new.country)
    if known is not None:
        raise Conflict(f"{known.name} is already registered as {queries.party_number(known.id)}")
    row = _row(work, new, new.name, key)
    return queries.party(work, row.id)


def _register_person(work: Work, new: PartyNew) -> queries.PartyView:
    """Personal data go to their own table; the party bears its registry number as its name."""
    if not new.full_name:
        raise Invalid.at("full_name", "The person's name is needed.")
    if new.name or new.short_name:
        raise Invalid.at("name", "A natural person's name goes into full_name, which fewer people may read.")
    if new.birth_date and new.birth_date > work.today:
        raise Invalid.at("birth_date", "This day has not come yet.")
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
    row = work.session.get(Party, party_id, with_for_update=True)
    if row is None:
        raise NotFound(f"No party has the number {queries.party_number(party_id)}")
    if row.version != version:
        raise Stale
    if change.name is not None and row.kind == PartyKind.PERSON:
        raise Invalid.at("name", "A natural person's entry bears its number as its name.")
    if change.name is not None:
        known = queries.party_named(work.session, PartyKind(row.kind), change.name, row.country)
        if known is not None and known.id != row.id:
            raise Conflict(f"{known.name} is already registered as {queries.party_number(known.id)}")
        row.name, row.name_key = change.name, queries.name_key(change.name)
    for field in ("short_name", "place", "identifier"):
        if (value := getattr(change, field)) is not None:
            setattr(row, field, value)
    row.version += 1
    work.session.flush()
    return queries.party(work, party_id)


@act(May.DIRECTORY_WRITE)
def change_contact(work: Work, code: str, change: StateChange, version: int) -> queries.StateView:
    """Set a State's point of contact; raises NotFound, Stale."""
    row = work.session.get(State, code, with_for_update=True)
    if row is None:
        raise NotFound(f"No State has the code {code[:10]!r}")
    if row.version != version:
        raise Stale
    row.contact_name, row.contact_address = change.contact_name, change.contact_address
    row.updated_at, row.version = work.now, row.version + 1
    work.session.flush()
    return queries.state(work, code)
