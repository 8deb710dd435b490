"""Reading firearms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from registry.core.errors import NotFound, Unmet
from registry.core.numbers import key_of, parse_registry_number, registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work
from registry.directory.calibres import BY_CODE
from registry.directory.queries import PartyName, calibre_of, names
from registry.directory.tables import Party
from registry.firearms import rules
from registry.firearms.tables import Component, Custody, Firearm, IdentityConflict, Mark
from registry.marks.reading import normal_form
from schemas.firearms import ConflictsAsked, FirearmsAsked
from schemas.paging import Page
from schemas.vocabulary import CustodyKind, MarkCondition, MarkKind, PartyKind, Role

SERIAL_KINDS = (MarkKind.MANUFACTURE.value, MarkKind.REGISTRATION.value)


@dataclass(frozen=True)
class MarkView:
    n: int
    kind: str
    text: str
    symbols: tuple[str, ...]
    component: int | None
    place: str
    technique: str
    height_mm: Decimal | None
    depth_mm: Decimal | None
    condition: str
    country: str | None
    year: int | None
    marked_on: date | None
    marked_by: str


@dataclass(frozen=True)
class ComponentView:
    n: int
    kind: str
    description: str


@dataclass(frozen=True)
class CustodyView:
    n: int
    kind: str
    happened_on: date
    from_party: PartyName | None
    to_party: PartyName | None
    place: str
    country: str | None
    document_kind: str
    document_number: str
    recorded_at: datetime


@dataclass(frozen=True)
class FirearmView:
    """One firearm with all that belongs to it; custody in the order of the chain."""

    number: str
    version: int
    type: str
    action: str
    maker: PartyName
    model: str
    calibre: str
    calibre_name: str
    calibre_text: str
    country_made: str
    year_made: int | None
    out_of_scope: str
    status: str
    holder: PartyName | None
    superseded_by: str | None
    components: tuple[ComponentView, ...]
    marks: tuple[MarkView, ...]
    custody: tuple[CustodyView, ...]
    conflicts: tuple[int, ...]
    unmet: tuple[Unmet, ...]
    remarks: tuple[Unmet, ...]
    created_at: datetime


@dataclass(frozen=True)
class FirearmRow:
    number: str
    type: str
    maker: str
    model: str
    calibre: str
    country_made: str
    year_made: int | None
    mark: str
    status: str


@dataclass(frozen=True)
class ConflictView:
    id: int
    version: int
    firearm: str
    other: str
    mark: str
    maker: str
    opened_at: datetime
    decision: str
    reason: str
    decided_at: datetime | None


def firearm_number(firearm_id: int) -> str:
    """The number people see: F-…."""
    return registry_number("F", firearm_id)


def firearm_row(work: Work, firearm_id: int, *, locked: bool = False) -> Firearm:
    """The row, if whoever asks may see it; raises NotFound."""
    row = work.session.get(Firearm, firearm_id, with_for_update=True if locked else None)
    if row is None or not _seen_by(work, row):
        raise NotFound(f"No firearm has the number {firearm_number(firearm_id)}")
    return row


def _seen_by(work: Work, row: Firearm) -> bool:
    """Makers and dealers see what they made, hold or held; nobody learns that the rest exists."""
    party = work.actor.party_id
    if work.actor.role is not Role.TRADER or party in (row.maker_id, row.holder_id):
        return True
    held = select(Custody.n).where(Custody.firearm_id == row.id, Custody.to_id == party).limit(1)
    return work.session.scalar(held) is not None


def _scope(work: Work) -> list[ColumnElement[bool]]:
    party = work.actor.party_id
    if work.actor.role is not Role.TRADER:
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
    facts = facts_of(row, marks, steps, known[row.maker_id])
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
        remarks=tuple(remark for mark in facts.marks for remark in rules.remarks_on(mark)),
        created_at=row.created_at,
    )


def facts_of(
    row: Firearm, marks: Sequence[Mark], steps: Sequence[Custody], maker: PartyName
) -> rules.FirearmFacts:
    """What the law looks at."""
    kinds = {step.kind for step in steps}
    return rules.FirearmFacts(
        maker_named=maker.kind == PartyKind.MAKER or bool(maker.name),
        country_made=row.country_made,
        year_made=row.year_made,
        marks=tuple(mark_facts(mark) for mark in marks),
        imported=CustodyKind.IMPORTED in kinds,
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
    return [rules.Step(CustodyKind(r.kind), r.happened_on, r.n, r.from_id, r.to_id, r.country) for r in rows]


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
        step.recorded_at,
    )


def firearms(work: Work, asked: FirearmsAsked) -> Page[FirearmRow]:
    """Firearms that fit; superseded records stay in the list, marked by their status on their page."""
    query: AnySelect = (
        select(Firearm, Party.name.label("maker_name"), Mark.text.label("mark"))
        .join(Party, Party.id == Firearm.maker_id)
        .outerjoin(Mark, (Mark.firearm_id == Firearm.id) & (Mark.n == 1))
        .where(*_scope(work), *_filters(asked))
    )
    sorts = {"number": Firearm.id, "type": Firearm.type, "model": Firearm.model, "status": Firearm.status}
    found = page(work.session, query, asked, sorts, Firearm.id)
    return Page(tuple(_row(row) for row in found.items), found.next)


def _filters(asked: FirearmsAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.q:
        number = key_of("F", asked.q)
        borne = (
            exists().where(Mark.firearm_id == Firearm.id, Mark.key == normal_form(asked.q)).correlate(Firearm)
        )
        found.append(Firearm.id == number if number else borne)
    if asked.maker:
        found.append(Firearm.maker_id == parse_registry_number("P", asked.maker, "maker"))
    if asked.calibre:
        found.append(Firearm.calibre == calibre_of(asked.calibre, "calibre"))
    if asked.type:
        found.append(Firearm.type == asked.type.value)
    if asked.status:
        found.append(Firearm.status == asked.status.value)
    if asked.country:
        found.append(Firearm.country_made == asked.country)
    return found


def _row(row: Any) -> FirearmRow:
    gun = row.Firearm
    calibre = BY_CODE[gun.calibre].name if gun.calibre in BY_CODE else gun.calibre
    return FirearmRow(
        firearm_number(gun.id),
        gun.type,
        row.maker_name,
        gun.model,
        calibre,
        gun.country_made,
        gun.year_made,
        row.mark or "",
        gun.status,
    )


def claimants(session: Session, identity: rules.Identity, but: int) -> list[int]:
    """Other firearms that claim an identity."""
    query = (
        select(Firearm.id, Firearm.model, Firearm.year_made)
        .join(Mark, Mark.firearm_id == Firearm.id)
        .where(
            Mark.key == identity.key,
            Mark.kind == MarkKind.MANUFACTURE.value,
            Firearm.maker_id == identity.maker_id,
            Firearm.country_made == identity.country_made,
            Firearm.superseded_by.is_(None),
            Firearm.id != but,
        )
        .distinct()
    )
    return sorted(
        row.id
        for row in session.execute(query)
        if rules.same_identity(
            identity,
            rules.Identity(identity.maker_id, identity.country_made, identity.key, row.model, row.year_made),
        )
    )


def open_conflicts(session: Session, firearm_id: int) -> tuple[int, ...]:
    """Conflicts about a firearm that nobody has decided."""
    query = select(IdentityConflict.id).where(
        or_(IdentityConflict.firearm_id == firearm_id, IdentityConflict.other_id == firearm_id),
        IdentityConflict.decision == "",
    )
    return tuple(session.scalars(query.order_by(IdentityConflict.id)))


def conflict_partners(session: Session, firearm_id: int) -> set[int]:
    """Records with which a firearm is or was in conflict, as the lower key of the pair."""
    query = select(IdentityConflict.other_id).where(IdentityConflict.firearm_id == firearm_id)
    return set(session.scalars(query))


def manufacture_marks(session: Session, firearm_id: int) -> list[str]:
    """The texts of a firearm's marks of manufacture."""
    query = select(Mark.text).where(Mark.firearm_id == firearm_id, Mark.kind == MarkKind.MANUFACTURE.value)
    return list(session.scalars(query))


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
    row = work.session.execute(_CONFLICT.where(IdentityConflict.id == conflict_id)).first()
    if row is None:
        raise NotFound(f"No conflict {conflict_id}")
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
