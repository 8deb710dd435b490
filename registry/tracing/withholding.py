"""Kept answers as a reader may see them: with the names of natural persons, on record, or without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import select

from registry.core.numbers import key_of
from registry.core.work import Work, shows_persons
from registry.directory.tables import Party
from registry.tracing import keeping
from schemas.vocabulary import PartyKind, Purpose
from schemas.words import remade

_NAMED = (("from_number", "from_name"), ("to_number", "to_name"), ("number", "name"))


def answer_for(work: Work, subject: str, row: Any, asked_by: int) -> dict[str, Any]:
    """The answer of a kept trace or scene.

    Whoever asked reads it for the purpose it was asked for. A reading that may show persons goes to the
    ledger; to whoever may not see their names they go by their registry numbers.
    """
    if work.actor.user_id == asked_by and work.purpose is None:
        work.purpose = Purpose(row.purpose)
    answer: dict[str, Any] = keeping.read(row.answer, row.sentences)
    if shows_persons(work):
        work.saw(subject, [row.id])
        return answer
    found: dict[str, Any] = without_persons(work, answer)
    return found


def without_persons(work: Work, node: Any) -> Any:
    """An answer, or a part of one, in which natural persons go by their registry numbers."""
    return by_number(node, _persons(work, dict(names_in(node))))


def names_in(node: Any) -> Iterator[tuple[str, str]]:
    """(registry number, name as it stands) of every party in an answer."""
    if isinstance(node, (list, tuple)):
        for item in node:
            yield from names_in(item)
    if isinstance(node, dict):
        for number, name in _NAMED:
            if node.get(number) and node.get(name):
                yield node[number], node[name]
        for item in node.values():
            yield from names_in(item)


def _persons(work: Work, named: dict[str, str]) -> dict[str, str]:
    """Names of natural persons with the numbers to stand in their place, the longest first."""
    keys = {key: number for number in named if (key := key_of("P", number)) is not None}
    query = select(Party.id).where(Party.id.in_(keys), Party.kind == PartyKind.PERSON.value)
    found = {named[keys[key]]: keys[key] for key in work.session.scalars(query)}
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def by_number(node: Any, hidden: dict[str, str]) -> Any:
    """An answer with numbers for names that are whole words; hidden: number by name, the longest first."""
    if not hidden:
        return node
    named = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, hidden))})(?!\w)")
    return _replaced(node, named, hidden)


def _replaced(node: Any, named: re.Pattern[str], hidden: dict[str, str]) -> Any:
    if isinstance(node, (list, tuple)):
        return [_replaced(item, named, hidden) for item in node]
    if isinstance(node, dict):
        return {name: _replaced(item, named, hidden) for name, item in node.items()}
    if not isinstance(node, str) or not named.search(node):
        return node
    told = remade(node, partial(named.sub, lambda found: hidden[found[0]]))
    return named.sub(lambda found: hidden[found[0]], told) if named.search(told) else told
