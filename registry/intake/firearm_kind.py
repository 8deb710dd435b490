"""Firearms with their marks and who had them, as books of dealers and authorities tell them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, or_, select

from registry.core.errors import RegistryError
from registry.core.numbers import parse_registry_number
from registry.core.work import Work
from registry.directory import acts as directory
from registry.directory import queries as parties
from registry.directory.tables import Person
from registry.firearms import acts as firearms
from registry.firearms.tables import IdentityConflict
from registry.intake import columns, faults, firearm_undoing, queries
from registry.intake.kind import Kind, Read, Told
from registry.intake.tables import IntakeRow, IntakeRun
from registry.intake.understanding import (
    PERSON,
    Doubt,
    Draft,
    Fault,
    PersonTold,
    Vocabulary,
    understand,
)
from schemas.directory import PartyNew
from schemas.firearms import CustodyNew, FirearmNew
from schemas.intake_vocabulary import IntakeKind
from schemas.vocabulary import PartyKind


def understood(work: Work, known: Vocabulary, rows: Sequence[Told]) -> list[Draft[FirearmNew]]:
    """Rows as the rules of a registration let them be."""
    closed = parties.all_closed(work.session)
    drafts = (understand(told, known) for told in rows)
    return [_allowed(work, draft, closed) for draft in drafts]


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
        found = [Fault(_field(one.field), "", str(one.message)) for one in unmet]
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
    digests, chosen = [one.digest for one in rows], dict[str, Read]()
    before, judged = (
        queries.entered_before(work, IntakeRow, digests),
        queries.judged_before(work, row.id, digests),
    )
    for one in rows:
        if one.digest in before or one.digest in chosen:
            continue
        if not one.draft.faults:
            chosen[one.digest] = one
        elif one.digest in judged:  # it was good when it was judged
            row.lost += 1
            faults.keep(work, row, one)
    if not chosen:
        return
    numbers = firearms.register_many(work, [_with_persons(work, one.draft) for one in chosen.values()])
    keys = [parse_registry_number("F", number) for number in numbers]
    work.session.add_all(
        IntakeRow(
            run_id=row.id,
            line=one.line,
            digest=digest,
            firearm_id=key,
            doubts=json.dumps(
                [[d.field, d.value, str(d.reason)] for d in one.draft.doubts], ensure_ascii=False
            ),
        )
        for (digest, one), key in zip(chosen.items(), keys, strict=True)
    )
    row.entered += len(keys)
    claimed = IdentityConflict
    query = select(func.count()).where(or_(claimed.firearm_id.in_(keys), claimed.other_id.in_(keys)))
    row.conflicts += work.session.scalar(query) or 0


def _with_persons(work: Work, draft: Draft[FirearmNew]) -> FirearmNew:
    """The firearm with persons who were not on record now being so."""
    if draft.new is None:
        raise AssertionError("only what is understood is entered")
    named_in = {party for step in draft.new.custody for party in (step.from_party, step.to_party)}
    numbers = {
        place: _person(work, told)
        for place, told in ((f"{PERSON}{n}", told) for n, told in enumerate(draft.persons))
        if place in named_in
    }

    def named(step: CustodyNew) -> CustodyNew:
        giver, taker = step.from_party or "", step.to_party or ""
        return replace(
            step,
            from_party=numbers.get(giver, step.from_party),
            to_party=numbers.get(taker, step.to_party),
        )

    return replace(draft.new, custody=tuple(map(named, draft.new.custody)))


def _person(work: Work, told: PersonTold) -> str:
    """The number of a person: by document the one on record, without one always a new one.

    People of one name are not one person.
    """
    if told.document:
        query = select(Person.party_id, Person.full_name).where(Person.document_number == told.document)
        for row in work.session.execute(query):
            if parties.name_key(row.full_name) == parties.name_key(told.name):
                return parties.party_number(row.party_id)
    new = PartyNew(
        kind=PartyKind.PERSON,
        country=work.home,
        full_name=told.name,
        document_number=told.document,
    )
    return directory.register_party(work, new).number


FIREARMS = Kind(IntakeKind.FIREARMS, columns.FIREARMS, understood, enter, firearm_undoing.UNDOING)
