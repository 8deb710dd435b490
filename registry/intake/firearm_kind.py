"""Firearms with their marks and who had them, as books of dealers and authorities tell them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from sqlalchemy import Table

from registry.core.errors import RegistryError
from registry.core.many import Columns
from registry.core.work import Work
from registry.directory import queries as parties
from registry.firearms import acts as firearms
from registry.firearms import rows
from registry.firearms.queries import firearm_number
from registry.firearms.rows import Many
from registry.intake import columns, faults, firearm_columns, firearm_undoing, persons, queries
from registry.intake.firearm_columns import Keys, Plain
from registry.intake.kind import Kind, Read
from registry.intake.pieces import Piece, Told
from registry.intake.tables import IntakeRow, IntakeRun
from registry.intake.understanding import (
    PERSON,
    Doubt,
    Draft,
    Fault,
    Vocabulary,
    understand,
)
from schemas.firearms import CustodyNew, FirearmNew
from schemas.intake_vocabulary import IntakeKind
from schemas.words import written

_ROWS = cast(Table, IntakeRow.__table__)
_COLUMNS = ("run_id", "line", "digest", "firearm_id", "doubts")


def understood(work: Work, known: Vocabulary, piece: Piece) -> list[Draft[Any]]:
    """Rows as the rules of a registration let them be; what is not plainly good is looked at by itself."""
    closed = parties.all_closed(work.session)
    plain = firearm_columns.judged(work, known, piece, closed)
    return [
        _by_itself(work, piece[n], known, closed) if draft is None else draft for n, draft in enumerate(plain)
    ]


def _by_itself(work: Work, told: Told, known: Vocabulary, closed: Mapping[int, date]) -> Draft[FirearmNew]:
    return _allowed(work, understand(told, known), closed)


def _allowed(work: Work, draft: Draft[FirearmNew], closed: Mapping[int, date]) -> Draft[FirearmNew]:
    """The draft as the rules let it be: a chain of custody that cannot be so is told as a doubt."""
    new = draft.new
    if new is None:
        return draft
    try:
        firearms.judge(work, new, _whom, closed)
    except RegistryError as error:
        if new.custody and error.unmet and all(one.field.startswith("custody") for one in error.unmet):
            doubts = [Doubt("custody", "", one.message) for one in error.unmet]
            bare = replace(draft, new=replace(new, custody=()), doubts=[*draft.doubts, *doubts], persons=[])
            return _allowed(work, bare, closed)
        unmet = error.unmet or ()
        found = [Fault(_field(one.field), "", one.message) for one in unmet]
        return replace(draft, faults=found or [Fault("", "", error.message)])
    return draft


_FIELDS = {"marks": "serial", "custody": "acquired_on"}


def _field(path: str) -> str:
    first = path.partition(".")[0]
    return _FIELDS.get(first, first)


def _whom(work: Work, number: str, field: str) -> int:
    """The key of a party; of a person who is not on record yet a number below nought."""
    if number.startswith(PERSON):
        return -1 - int(number.removeprefix(PERSON))
    return parties.party_by_number(work, number, field).id


def enter(work: Work, row: IntakeRun, read: Sequence[Read]) -> None:
    """Put rows on record: those that are good, and were not brought in before."""
    chosen = _chosen(work, row, read)
    if not chosen:
        return
    keys, conflicts = firearms.register_ready(work, _ready(work, chosen, _persons(work, chosen)))
    kept = Columns((
        [row.id] * len(chosen), [one.line for one in chosen], [one.digest for one in chosen], keys,
        [_told(one.draft.doubts) for one in chosen],
    ))  # fmt: skip
    work.put_rows(_ROWS, _COLUMNS, kept)
    row.entered += len(keys)
    row.conflicts += conflicts


def _chosen(work: Work, row: IntakeRun, read: Sequence[Read]) -> list[Read]:
    """Rows that are to be entered; one that was good when it was judged and is wrong now is lost."""
    before, chosen = queries.entered_before(work, IntakeRow, [one.digest for one in read]), dict[str, Read]()
    wrong = [one.digest for one in read if one.draft.faults]
    judged = queries.judged_before(work, row.id, wrong) if wrong else set()
    for one in read:
        if one.digest in before or one.digest in chosen:
            continue
        if not one.draft.faults:
            chosen[one.digest] = one
        elif one.digest in judged:
            row.lost += 1
            faults.keep(work, row, one)
    return list(chosen.values())


def _told(doubts: Sequence[Doubt]) -> str:
    if not doubts:
        return "[]"
    return json.dumps([[d.field, d.value, written(d.reason)] for d in doubts], ensure_ascii=False)


def _ready(work: Work, chosen: Sequence[Read], keys: Mapping[int, Keys]) -> list[Many]:
    """Firearms as they go on record. keys: of the persons of a row."""
    places, plain = list[int](), None
    alone = dict[int, FirearmNew]()
    for place, one in enumerate(chosen):
        if isinstance(one.draft.new, Plain):
            plain = one.draft.new  # the same of all rows of a piece
            places.append(place)
        elif one.draft.new is not None:
            alone[place] = _with_persons(one.draft.new, keys.get(one.n, {}))
    by_itself = rows.many(list(alone), firearms.ready(work, list(alone.values())))
    if plain is None:
        return [by_itself]
    return [
        firearm_columns.ready(work, plain, places, [chosen[place].n for place in places], keys),
        by_itself,
    ]


def _persons(work: Work, chosen: Sequence[Read]) -> dict[int, Keys]:
    """Keys of the persons of each row that names some: those who were not on record now are."""
    needing = {one.n: (one.draft.persons, _named(one)) for one in chosen if one.draft.persons}
    return dict(zip(needing, persons.recorded(work, list(needing.values())), strict=True))


def _named(one: Read) -> set[int]:
    """Which of a draft's persons a step names, the first as -1."""
    new = one.draft.new
    if isinstance(new, Plain):
        steps = new.steps[one.n]
        return {party for _, _, *both, _ in steps for party in both if party and party < 0}
    custody = new.custody if new else ()
    told = (party for step in custody for party in (step.from_party, step.to_party) if party)
    return {-1 - int(party.removeprefix(PERSON)) for party in told if party.startswith(PERSON)}


def _with_persons(new: FirearmNew, keys: Mapping[int, int]) -> FirearmNew:
    numbers = {f"{PERSON}{-1 - n}": parties.party_number(key) for n, key in keys.items()}

    def named(step: CustodyNew) -> CustodyNew:
        giver, taker = step.from_party or "", step.to_party or ""
        return replace(
            step,
            from_party=numbers.get(giver, step.from_party),
            to_party=numbers.get(taker, step.to_party),
        )

    return replace(new, custody=tuple(map(named, new.custody)))


FIREARMS = Kind(
    IntakeKind.FIREARMS,
    columns.FIREARMS,
    understood,
    enter,
    firearm_undoing.UNDOING,
    lambda kept: firearm_number(kept.firearm_id),
)
