"""Persons whom rows name and who are on record nowhere: they are put there, each once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import orjson

from registry.core.prepared import Prepared
from registry.core.work import Work
from registry.directory import acts as directory
from registry.directory.queries import name_key
from registry.intake.understanding import PersonTold

_BY_DOCUMENT = Prepared(
    "SELECT document_number, full_name, party_id FROM person WHERE document_number {texts} ORDER BY party_id"
)
Named = tuple[Sequence[PersonTold], Collection[int]]
"""The persons of a row, and which of them are needed, the first as -1."""


def recorded(work: Work, rows: Sequence[Named]) -> list[dict[int, int]]:
    """For each row the keys of the persons that are needed.

    By document whoever is on record, without one always somebody new: people of one name are not one person.
    """
    told = [(n, persons[-1 - n]) for persons, needed in rows for n in needed]
    known = _known(work, {person.document for _, person in told} - {""})
    fresh: list[PersonTold] = []

    def place(person: PersonTold) -> int:
        """The key of somebody on record, or a number below nought of somebody new."""
        same = (person.document, name_key(person.name))
        if person.document and same in known:
            return known[same]
        fresh.append(person)
        if person.document:
            known[same] = -len(fresh)
        return -len(fresh)

    places = [{n: place(persons[-1 - n]) for n in sorted(needed, reverse=True)} for persons, needed in rows]
    keys = directory.register_persons(work, [(one.name, one.document) for one in fresh]) if fresh else []
    return [{n: keys[-1 - at] if at < 0 else at for n, at in one.items()} for one in places]


def _known(work: Work, documents: Collection[str]) -> dict[tuple[str, str], int]:
    """Persons on record by document and name."""
    if not documents:
        return {}
    rows = work.sees(_BY_DOCUMENT, texts=orjson.dumps(sorted(documents)).decode())
    found: dict[tuple[str, str], int] = {}
    for document, name, key in rows:
        found.setdefault((document, name_key(name)), key)
    return found
