"""The words that a row is understood by, from what is on record now."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from registry.core.database import Database
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory import calibres
from registry.directory.queries import ORGANISATIONS, name_key, party_number
from registry.directory.tables import Party
from registry.intake.tables import IntakeAlias
from registry.intake.understanding import SEVERAL, Suggest, Vocabulary
from schemas.vocabulary import PartyKind

NEAR = 0.6
MOST_HELD = 500
"""Companies that are kept at hand while rows are understood; of more each is asked for once it is named."""
_STATE = select(func.count(), func.max(Party.id), func.sum(Party.version), func.max(Party.created_at)).where(
    Party.kind.in_(ORGANISATIONS)
)
"""What differs once a company was added, changed or taken away."""


class _Companies:
    """Companies by their names, as they were in one state of the records."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.by_name: dict[str, list[str]] = defaultdict(list)
        self.makers: dict[str, list[str]] = defaultdict(list)
        self.names: dict[str, str] = {}
        for row in rows:
            number = self._named(row)
            for key in {row.name_key, name_key(row.short_name)} - {""}:
                self.by_name[key].append(number)
                if row.kind == PartyKind.MAKER:
                    self.makers[key].append(number)
        self.maker = self._found(self.makers)
        self.company = self._found(self.by_name)

    def _named(self, row: Any) -> str:
        number = party_number(row.id)
        self.names[number] = row.name
        return number

    def _found(self, among: Mapping[str, list[str]]) -> Callable[[str], Suggest]:
        """Who of these has a name, or what may be meant; every look-up is made once."""

        @lru_cache(maxsize=1 << 14)
        def find(text: str) -> Suggest:
            found = among.get(name_key(text), [])
            if len(found) == 1:
                return Suggest(found[0])
            if found:
                told = ", ".join(f"{self.names[number]} ({number})" for number in found)
                return Suggest(None, told, SEVERAL)
            near = difflib.get_close_matches(name_key(text), among, n=1, cutoff=NEAR)
            starts = [key for key in among if key.startswith(name_key(text)[:5])]
            best = next((among[key][0] for key in [*near, *starts]), None)
            return Suggest(None, f"{self.names[best]} ({best})" if best else "")

        return find


_KNOWN: WeakKeyDictionary[Database, tuple[tuple[Any, ...], _Companies]] = WeakKeyDictionary()
"""The companies of each database as they were last committed, with the state of the records then."""


def _companies(work: Work) -> _Companies:
    """Companies as they are now; read again only once one of them changed. What this unit of work itself has
    written is kept for nobody else: it may be taken back, and another change then counts the same.
    """
    state = _state(work.session)
    known = _KNOWN.get(work.database)
    if known is not None and known[0] == state:
        return known[1]
    with work.database.reader.connect() as committed:
        if _state(committed) != state:
            return _read(work.session)
        _KNOWN[work.database] = (state, found := _read(committed))
    return found


def _state(asked: Session | Connection) -> tuple[Any, ...]:
    return tuple(asked.execute(_STATE).one())


def _read(asked: Session | Connection) -> _Companies:
    columns = (Party.id, Party.kind, Party.name, Party.name_key, Party.short_name)
    return _Companies(asked.execute(select(*columns).where(Party.kind.in_(ORGANISATIONS)).order_by(Party.id)))


def vocabulary(work: Work) -> Vocabulary:
    """How words are looked up in this unit of work; every look-up is made once."""
    companies = _companies(work)
    few = len(companies.names) <= MOST_HELD
    held = work.session.scalars(select(Party).where(Party.kind.in_(ORGANISATIONS))).all() if few else ()

    @lru_cache(maxsize=1 << 14)
    def numbered(text: str) -> str | None:
        return _numbered(work, text)

    def told(find: Callable[[str], Suggest]) -> Callable[[str], Suggest]:
        """Whoever has the number that a cell holds, else whoever is called so."""

        def look(text: str) -> Suggest:
            number = numbered(text)
            return Suggest(number) if number else find(text)

        return look

    @lru_cache(maxsize=1 << 14)
    def calibre(text: str) -> Suggest:
        found = calibres.find(text)
        if found is not None:
            return Suggest(found.code)
        return Suggest(None, ", ".join(one.name for one in calibres.suggestions(text)[:2]))

    def party(text: str) -> tuple[str, ...]:
        number = numbered(text)
        return (number,) if number else tuple(companies.by_name.get(name_key(text), ()))

    words = work.session.execute(select(IntakeAlias.field, IntakeAlias.key, IntakeAlias.value))
    aliases = {(row.field, row.key): row.value for row in words}
    return Vocabulary(
        work.home, told(companies.maker), calibre, party, told(companies.company), aliases, held
    )


def _numbered(work: Work, text: str) -> str | None:
    """The number of a party, where a cell holds that."""
    key = key_of("P", text)
    return party_number(key) if key is not None and work.session.get(Party, key) is not None else None
