"""The words that a row is understood by, from what is on record now."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache

from sqlalchemy import select

from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory import calibres
from registry.directory.queries import ORGANISATIONS, name_key, party_number
from registry.directory.tables import Party
from registry.intake.tables import IntakeAlias
from registry.intake.understanding import SEVERAL, Suggest, Vocabulary
from schemas.vocabulary import PartyKind

NEAR = 0.6


def vocabulary(work: Work) -> Vocabulary:
    """How words are looked up in this unit of work; every look-up is made once."""
    rows = work.session.scalars(select(Party).where(Party.kind.in_(ORGANISATIONS))).all()
    by_name: dict[str, list[str]] = defaultdict(list)
    makers: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for key in {row.name_key, name_key(row.short_name)} - {""}:
            by_name[key].append(party_number(row.id))
            if row.kind == PartyKind.MAKER:
                makers[key].append(party_number(row.id))
    names = {party_number(row.id): row.name for row in rows}

    def named(among: Mapping[str, list[str]]) -> Callable[[str], Suggest]:
        @lru_cache(maxsize=1 << 14)
        def find(text: str) -> Suggest:
            numbered = _numbered(work, text)
            found = [numbered] if numbered else among.get(name_key(text), [])
            if len(found) == 1:
                return Suggest(found[0])
            if found:
                return Suggest(None, ", ".join(f"{names[number]} ({number})" for number in found), SEVERAL)
            near = difflib.get_close_matches(name_key(text), among, n=1, cutoff=NEAR)
            starts = [key for key in among if key.startswith(name_key(text)[:5])]
            best = next((among[key][0] for key in [*near, *starts]), None)
            return Suggest(None, f"{names[best]} ({best})" if best else "")

        return find

    @lru_cache(maxsize=1 << 14)
    def calibre(text: str) -> Suggest:
        found = calibres.find(text)
        if found is not None:
            return Suggest(found.code)
        return Suggest(None, ", ".join(one.name for one in calibres.suggestions(text)[:2]))

    @lru_cache(maxsize=1 << 14)
    def party(text: str) -> tuple[str, ...]:
        numbered = _numbered(work, text)
        return (numbered,) if numbered else tuple(by_name.get(name_key(text), ()))

    told = work.session.execute(select(IntakeAlias.field, IntakeAlias.key, IntakeAlias.value))
    aliases = {(row.field, row.key): row.value for row in told}
    return Vocabulary(work.home, named(makers), calibre, party, named(by_name), aliases, rows)


def _numbered(work: Work, text: str) -> str | None:
    """The number of a party, where a cell holds that."""
    key = key_of("P", text)
    return party_number(key) if key is not None and work.session.get(Party, key) is not None else None
