"""Reading firearms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

import orjson
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from registry.core.errors import NotFound
from registry.core.numbers import key_of, registry_number
from registry.core.paging import AnySelect, page
from registry.core.prepared import Prepared
from registry.core.work import Work, limited_to
from registry.directory.calibres import BY_CODE
from registry.directory.queries import ORGANISATIONS, PartyName, names
from registry.directory.tables import Party
from registry.firearms import rules
from registry.firearms.tables import Component, Correction, Custody, Firearm, IdentityConflict, Mark
from registry.firearms.views import (
    ComponentView,
    ConflictView,
    CorrectionView,
    CustodyView,
    FirearmView,
    MarkView,
    ValueChange,
)
from registry.marks.queries import stands
from registry.marks.reading import normal_form
from schemas.firearms import ConflictsAsked
from schemas.paging import Page
from schemas.vocabulary import CustodyKind, MarkCondition, MarkKind, May, PartyKind
from schemas.words import said

T = TypeVar("T")
LARGEST = 2**63 - 1
MOST_AT_ONCE = 1000
MOST_OFFERED = 400
LONGEST_KEY = 64


def key_of_mark(text: str) -> str:
    """The normal form as it is kept and looked for."""
    return normal_form(text)[:LONGEST_KEY]


def firearm_number(firearm_id: int) -> str:
    """The number people see: F-…."""
    return registry_number("F", firearm_id)


def firearm_row(work: Work, firearm_id: int, *, locked: bool = False) -> Firearm:
    """The row, if whoever asks may see it; raises NotFound."""
    row = work.session.get(Firearm, firearm_id, with_for_update=True if locked else None)
    if row is None or not _seen_by(work, row):
        raise NotFound(said("No firearm has the number %(number)s", number=firearm_number(firearm_id)))
    return row


def mark_row(work: Work, row: Firearm, n: int) -> Mark:
    """A mark of a firearm by its place in the list, from 1; raises NotFound."""
    mark = work.session.get(Mark, (row.id, n)) if 1 <= n <= row.marks else None
    if mark is None:
        raise NotFound(said("%(firearm)s has no mark %(n)s", firearm=firearm_number(row.id), n=n))
    return mark


def _seen_by(work: Work, row: Firearm) -> bool:
    """Makers and dealers see what they made, hold or held; nobody learns that the rest exists."""
    party = limited_to(work.actor, May.FIREARM_READ)
    if party is None or party in (row.maker_id, row.holder_id):
        return True
    held = select(Custody.n).where(Custody.firearm_id == row.id, Custody.to_id == party).limit(1)
    return work.session.scalar(held) is not None


def scope(work: Work) -> list[ColumnElement[bool]]:
    """Which firearms whoever asks may see: a company what it made, holds or ever held. Asked of each firearm
    by itself, since all of a company's may be millions.
    """
    party = limited_to(work.actor, May.FIREARM_READ)
    if party is None:
        return []
    held = exists().where(Custody.firearm_id == Firearm.id, Custody.to_id == party)
    return [or_(Firearm.maker_id == party, Firearm.holder_id == party, held)]


def firearm(work: Work, firearm_id: int) -> FirearmView:
    """One firearm; raises NotFound."""
    row = firearm_row(work, firearm_id)
    marks = work.session.scalars(select(Mark).where(Mark.firearm_id == row.id).order_by(Mark.n)).all()
    steps = custody(work.session, row.id)
    parts = work.session.scalars(
        select(Component).where(Component.firearm_id == row.id).order_by(Component.n)
    )
    known = names(work, [row.maker_id, row.holder_id, *(s.from_id for s in steps), *(s.to_id for s in steps)])
    facts = facts_of(row, marks, steps, known, work.home)
    if any(mark.symbols for mark in marks):
        facts = replace(facts, stands=stands(work))
    return FirearmView(
        number=firearm_number(row.id),
        version=row.version,
        type=row.type,
        action=row.action,
        maker=known[row.maker_id],
        model=row.model,
        calibre=row.calibre,
        calibre_name=BY_CODE[row.calibre].name if row.calibre in BY_CODE else row.calibre,
        calibre_text=row.calibre_text,
        country_made=row.country_made,
        year_made=row.year_made,
        out_of_scope=row.out_of_scope,
        status=row.status,
        holder=known.get(row.holder_id or 0),
        superseded_by=firearm_number(row.superseded_by) if row.superseded_by else None,
        components=tuple(ComponentView(p.n, p.kind, p.description) for p in parts),
        marks=tuple(_mark_view(m) for m in marks),
        custody=tuple(_step_view(s, known) for s in steps),
        conflicts=open_conflicts(work.session, row.id),
        unmet=() if row.out_of_scope else tuple(rules.unmet_in_law(facts)),
        remarks=tuple(
            remark for n, mark in enumerate(facts.marks) for remark in rules.remarks_on(mark, f"marks.{n}.")
        ),
        corrections=_corrections(work.session, row.id),
        created_at=row.created_at,
    )


def facts_of(
    row: Firearm, marks: Sequence[Mark], steps: Sequence[Custody], known: dict[int, PartyName], home: str
) -> rules.FirearmFacts:
    """What the law looks at."""
    public = {key for key, party in known.items() if party.kind == PartyKind.PUBLIC_BODY}
    chain = steps_of(steps)
    return rules.FirearmFacts(
        maker_named=rules.names_a_maker(known[row.maker_id].name),
        country_made=row.country_made,
        year_made=row.year_made,
        marks=tuple(mark_facts(mark) for mark in marks),
        imported=any(step.kind is CustodyKind.IMPORTED for step in chain),
        temporary_import=rules.is_temporary_import(chain),
        from_state_stock=rules.left_state_stock(chain, public),
        home=home,
    )


def mark_facts(mark: Mark) -> rules.MarkFacts:
    """A mark as the rules read it."""
    return rules.MarkFacts(
        MarkKind(mark.kind),
        mark.text,
        tuple(mark.symbols.split()),
        mark.country,
        mark.year,
        MarkCondition(mark.condition),
        mark.height_um,
        mark.depth_um,
    )


def custody(session: Session, firearm_id: int) -> Sequence[Custody]:
    """The steps of a firearm in the order of its chain."""
    query = select(Custody).where(Custody.firearm_id == firearm_id).order_by(Custody.happened_on, Custody.n)
    return session.scalars(query).all()


def steps_of(rows: Sequence[Custody]) -> list[rules.Step]:
    """Rows as the rules read them."""
    return [
        rules.Step(CustodyKind(r.kind), r.happened_on, r.n, r.from_id, r.to_id, r.country, r.temporary)
        for r in rows
    ]


def _corrections(session: Session, firearm_id: int) -> tuple[CorrectionView, ...]:
    """Why it was corrected, the newest first."""
    query = select(Correction).where(Correction.firearm_id == firearm_id).order_by(Correction.version.desc())
    return tuple(
        CorrectionView(
            row.version,
            row.reason,
            tuple(ValueChange(*told) for told in json.loads(row.changed)),
            row.changed_at,
        )
        for row in session.scalars(query)
    )


def _mark_view(mark: Mark) -> MarkView:
    return MarkView(
        mark.n,
        mark.kind,
        mark.text,
        tuple(mark.symbols.split()),
        mark.component_n,
        mark.place,
        mark.technique,
        _millimetres(mark.height_um),
        _millimetres(mark.depth_um),
        mark.condition,
        mark.country,
        mark.year,
        mark.marked_on,
        mark.marked_by,
    )


def _millimetres(micrometres: int | None) -> Decimal | None:
    return None if micrometres is None else (Decimal(micrometres) / 1000).normalize()


def _step_view(step: Custody, known: dict[int, PartyName]) -> CustodyView:
    return CustodyView(
        step.n,
        step.kind,
        step.happened_on,
        known.get(step.from_id or 0),
        known.get(step.to_id or 0),
        step.place,
        step.country,
        step.document_kind,
        step.document_number,
        step.temporary,
        step.recorded_at,
    )


Claim = tuple[rules.Identity, int]
"""What a firearm claims to be, and its internal key."""


def identity_of(row: Any, key: str) -> rules.Identity:
    """The identity that a firearm with this serial claims."""
    return rules.Identity(row.maker_id, row.country_made, key, row.model, row.year_made)


_CLAIMANTS = Prepared(
    "SELECT DISTINCT f.maker_id, f.country_made, m.key, f.model, f.year_made, f.id FROM mark m"
    " JOIN firearm f ON f.id = m.firearm_id"
    " WHERE m.key {texts} AND m.kind = 'manufacture' AND f.superseded_by IS NULL"
)


def claimants(work: Work, keys: Iterable[str]) -> list[Claim]:
    """Every claim to a serial of these, of records that are not superseded, with what this work changed."""
    rows = work.sees(_CLAIMANTS, texts=orjson.dumps(sorted(keys)).decode())
    return [(rules.Identity(*row[:5]), row[5]) for row in rows]


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """So few at once that no engine has too many parameters."""
    for start in range(0, len(values), MOST_AT_ONCE):
        yield values[start : start + MOST_AT_ONCE]


def parties_offered(work: Work) -> list[PartyName]:
    """Legal persons that a form offers to choose from, by name; others are typed by their number."""
    query = select(Party).where(Party.kind.in_(ORGANISATIONS)).order_by(Party.name_key)
    return [
        PartyName(registry_number("P", row.id), row.name, row.kind, row.country)
        for row in work.session.scalars(query.limit(MOST_OFFERED))
    ]


def read_parties(session: Session, numbers: Iterable[str]) -> list[Party]:
    """Parties with these numbers, into the session at once; what is no number is passed over."""
    keys = {key for number in numbers if (key := key_of("P", number)) is not None}
    return [
        row
        for some in _chunks(sorted(keys))
        for row in session.scalars(select(Party).where(Party.id.in_(some)))
    ]


def open_conflicts(session: Session, firearm_id: int) -> tuple[int, ...]:
    """Conflicts about a firearm that nobody has decided."""
    query = select(IdentityConflict.id).where(
        or_(IdentityConflict.firearm_id == firearm_id, IdentityConflict.other_id == firearm_id),
        IdentityConflict.decision == "",
    )
    return tuple(session.scalars(query.order_by(IdentityConflict.id)))


def conflict_pairs(session: Session, lower: Iterable[int]) -> set[tuple[int, int]]:
    """Pairs that are or were in conflict, by the lower key of the pair."""
    query = select(IdentityConflict.firearm_id, IdentityConflict.other_id)
    return {
        (row.firearm_id, row.other_id)
        for some in _chunks(sorted(lower))
        for row in session.execute(query.where(IdentityConflict.firearm_id.in_(some)))
    }


def manufacture_marks(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The texts of marks of manufacture, by firearm."""
    found: dict[int, list[str]] = {}
    query = select(Mark.firearm_id, Mark.text).where(Mark.kind == MarkKind.MANUFACTURE.value)
    for some in _chunks(ids):
        for row in session.execute(query.where(Mark.firearm_id.in_(some))):
            found.setdefault(row.firearm_id, []).append(row.text)
    return found


_CONFLICT = (
    select(IdentityConflict, Mark.text.label("mark"), Party.name.label("maker_name"))
    .join(Firearm, Firearm.id == IdentityConflict.firearm_id)
    .join(Party, Party.id == Firearm.maker_id)
    .outerjoin(Mark, (Mark.firearm_id == Firearm.id) & (Mark.n == 1))
)


def conflicts(work: Work, asked: ConflictsAsked) -> Page[ConflictView]:
    """The work list of identities claimed twice."""
    query: AnySelect = _CONFLICT
    if asked.open is not None:
        query = query.where(
            (IdentityConflict.decision == "") if asked.open else (IdentityConflict.decision != "")
        )
    found = page(work.session, query, asked, {"id": IdentityConflict.id}, IdentityConflict.id)
    return Page(tuple(_conflict(row) for row in found.items), found.next)


def conflict(work: Work, conflict_id: int) -> ConflictView:
    """One conflict; raises NotFound."""
    asked = _CONFLICT.where(IdentityConflict.id == conflict_id)
    row = work.session.execute(asked).first() if conflict_id <= LARGEST else None
    if row is None:
        raise NotFound(said("No conflict has the number %(number)s", number=conflict_id))
    return _conflict(row)


def _conflict(row: Any) -> ConflictView:
    found: IdentityConflict = row.IdentityConflict
    return ConflictView(
        found.id,
        found.version,
        firearm_number(found.firearm_id),
        firearm_number(found.other_id),
        row.mark or "",
        row.maker_name,
        found.opened_at,
        found.decision,
        found.reason,
        found.decided_at,
    )
