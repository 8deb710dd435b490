"""Firearms with their marks and who had them, as books of dealers and authorities tell them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from sqlalchemy import Table

from registry.core.errors import RegistryError
from registry.core.work import Work
from registry.directory import queries as parties
from registry.firearms import acts as firearms
from registry.firearms.queries import firearm_number
from registry.firearms.rows import Ready
from registry.intake import columns, faults, firearm_columns, firearm_undoing, persons, queries
from registry.intake.firearm_columns import Plain
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
New = FirearmNew | Plain
"""A firearm as it is told, or a row of which everything is known."""


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


def enter(work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
    """Put rows on record: those that are good, and were not brought in before."""
    chosen = _chosen(work, row, rows)
    if not chosen:
        return
    keys, conflicts = firearms.register_ready(work, _ready(work, [one.draft for one in chosen]))
    kept = [
        (row.id, one.line, one.digest, key, _told(one.draft.doubts))
        for one, key in zip(chosen, keys, strict=True)
    ]
    work.put_rows(_ROWS, _COLUMNS, kept)
    row.entered += len(keys)
    row.conflicts += conflicts


def _chosen(work: Work, row: IntakeRun, rows: Sequence[Read]) -> list[Read]:
    """Rows that are to be entered; one that was good when it was judged and is wrong now is lost."""
    before, chosen = queries.entered_before(work, IntakeRow, [one.digest for one in rows]), dict[str, Read]()
    wrong = [one.digest for one in rows if one.draft.faults]
    judged = queries.judged_before(work, row.id, wrong) if wrong else set()
    for one in rows:
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


def _ready(work: Work, drafts: Sequence[Draft[Any]]) -> list[Ready]:
    """Firearms as they go on record, with persons who were not on record now being so."""
    keys = persons.recorded(work, [(draft.persons, _named(draft.new)) for draft in drafts])
    alone = {n: one.new for n, one in enumerate(drafts) if isinstance(one.new, FirearmNew)}
    by_itself = firearms.ready(work, [_with_persons(new, keys[n]) for n, new in alone.items()])
    done = dict(zip(alone, by_itself, strict=True))
    return [
        firearm_columns.ready(work, draft.new, keys[n]) if isinstance(draft.new, Plain) else done[n]
        for n, draft in enumerate(drafts)
    ]


def _named(new: New | None) -> set[int]:
    """Which of a draft's persons a step names, the first as -1."""
    if new is None:
        raise AssertionError("only what is understood is entered")
    if isinstance(new, Plain):
        return {party for step in new.steps for party in (step.giver, step.taker) if party and party < 0}
    told = (party for step in new.custody for party in (step.from_party, step.to_party) if party)
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
