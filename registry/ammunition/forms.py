"""Forms of ammunition: people name a party by its number or its name."""

from __future__ import annotations

from collections.abc import Mapping

from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory.queries import parties, party_named, party_number
from schemas.directory import PartiesAsked
from schemas.paging import MOST
from schemas.vocabulary import PartyKind


def form_values(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, to be shown again."""
    return {name: value for name, value in form.items() if name != "csrf_token"}


def with_party_numbers(work: Work, typed: Mapping[str, str], *fields: str) -> dict[str, str]:
    """The form with numbers of parties in place of their names; unknown names stay, to be refused."""
    found = dict(typed)
    for field in fields:
        text = found.get(field, "").strip()
        if not text:
            continue
        named = None if key_of("P", text) else party_named(work.session, None, text[:200])
        found[field] = party_number(named.id) if named else text.upper()
    return found


def party_choices(work: Work) -> list[tuple[str, str]]:
    """(number, name) of the first parties by name that are no persons, offered while someone types."""
    found = parties(work, PartiesAsked(limit=MOST, sort="name")).items
    return [(party.number, party.name) for party in found if party.kind != PartyKind.PERSON]
