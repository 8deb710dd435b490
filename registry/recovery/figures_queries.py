"""Counting what was recovered, how far its origin is established, and what was destroyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from registry.core.work import Work
from registry.directory import calibres
from registry.directory.tables import Party
from registry.firearms.tables import Custody, Firearm
from registry.recovery import figures
from registry.recovery.disposal_tables import Disposal, DisposalItem
from registry.recovery.tables import Item, ItemOrigin, Recovery
from registry.requests.life import OPEN
from registry.requests.tables import TraceRequestRow
from schemas.figures import FiguresAsked
from schemas.recovery_vocabulary import Described, DisposalState, ItemKind, OriginStatus
from schemas.requests_vocabulary import Direction, RequestState
from schemas.vocabulary import CustodyKind, Outcome

_IDENTIFIED = f'%"outcome":"{Outcome.IDENTIFIED.value}"%'
_GOING_ON = [state.value for state in OPEN - {RequestState.REFUSED}]
_WAITING = and_(TraceRequestRow.answer == "", TraceRequestRow.state.in_(_GOING_ON))
_ASKED = (
    select(
        TraceRequestRow.trace_id.label("trace_id"),
        func.max(case((TraceRequestRow.answer.like(_IDENTIFIED), 1), else_=0)).label("abroad"),
        func.max(case((_WAITING, 1), else_=0)).label("open"),
    )
    .where(TraceRequestRow.direction == Direction.OUT.value, TraceRequestRow.trace_id.is_not(None))
    .group_by(TraceRequestRow.trace_id)
    .subquery()
)
"""What other States were asked about a trace: a chain of requests belongs to one trace."""


def figures_of(work: Work, asked: FiguresAsked) -> figures.Figures:
    """The figures of a period."""
    quantities = _quantities(work, asked)
    return figures.Figures(
        asked.since,
        asked.until,
        _counted(work, asked),
        _ended(work, asked),
        quantities.get(ItemKind.PART.value, 0),
        quantities.get(ItemKind.AMMUNITION.value, 0),
        _occasions(work, asked),
        (*_described(work, asked), *_routes(work, asked)),
    )


def _occasions(work: Work, asked: FiguresAsked) -> tuple[figures.Occasions, ...]:
    query = select(Recovery.kind, func.count()).where(*_within(Recovery.recovered_on, asked))
    rows = work.session.execute(query.group_by(Recovery.kind).order_by(Recovery.kind))
    return tuple(figures.Occasions(*row) for row in rows)


def _described(work: Work, asked: FiguresAsked) -> Iterator[figures.Share]:
    """Makers, calibres and States of manufacture: of what is matched as on record, else as it was told."""
    told = (
        func.coalesce(Party.name, Item.maker).label("maker"),
        func.coalesce(Firearm.calibre, Item.calibre).label("calibre"),
        func.coalesce(Firearm.country_made, Item.country).label("country"),
    )
    query = (
        select(*told, func.count())
        .select_from(Item)
        .join(Recovery, Recovery.id == Item.recovery_id)
        .outerjoin(Firearm, Firearm.id == Item.firearm_id)
        .outerjoin(Party, Party.id == Firearm.maker_id)
        .where(Item.kind == ItemKind.FIREARM.value, *_within(Recovery.recovered_on, asked))
        .group_by(*told)
    )
    found: Counter[tuple[Described, str]] = Counter()
    for maker, calibre, country, many in work.session.execute(query):
        found[Described.MAKER, maker] += many
        found[Described.CALIBRE, _calibre(calibre)] += many
        found[Described.COUNTRY_MADE, country or ""] += many
    for (by, value), many in sorted(found.items()):
        yield figures.Share(by, value, many)


def _calibre(text: str) -> str:
    """The name of a calibre, however it was told; a text nobody knows stays what it is."""
    known = calibres.find(text) if text else None
    return known.name if known else text


_CROSSED = {
    CustodyKind.IMPORTED.value: Described.IMPORTED_FROM,
    CustodyKind.EXPORTED.value: Described.EXPORTED_TO,
}


def _routes(work: Work, asked: FiguresAsked) -> Iterator[figures.Share]:
    """From and to which States what is matched had lawfully gone before it was recovered."""
    before = or_(Item.custody_n.is_(None), Custody.n < Item.custody_n)
    query = (
        select(Custody.kind, Custody.country, func.count(Item.id.distinct()))
        .join(Item, Item.firearm_id == Custody.firearm_id)
        .join(Recovery, Recovery.id == Item.recovery_id)
        .where(
            Custody.kind.in_(_CROSSED),
            Custody.country.is_not(None),
            before,
            Item.kind == ItemKind.FIREARM.value,
            *_within(Recovery.recovered_on, asked),
        )
        .group_by(Custody.kind, Custody.country)
        .order_by(Custody.kind, Custody.country)
    )
    for kind, country, many in work.session.execute(query):
        yield figures.Share(_CROSSED[kind], country or "", many)


def _counted(work: Work, asked: FiguresAsked) -> tuple[figures.Counted, ...]:
    told = (
        Recovery.kind,
        Item.type,
        Item.outcome,
        Item.firearm_id.is_not(None).label("matched"),
        ItemOrigin.item_id.is_not(None).label("otherwise"),
        func.coalesce(_ASKED.c.abroad, literal(0)).label("abroad"),
        func.coalesce(_ASKED.c.open, literal(0)).label("open"),
    )
    query = (
        select(*told, func.count().label("firearms"))
        .select_from(Item)
        .join(Recovery, Recovery.id == Item.recovery_id)
        .outerjoin(ItemOrigin, ItemOrigin.item_id == Item.id)
        .outerjoin(_ASKED, _ASKED.c.trace_id == Item.trace_id)
        .where(Item.kind == ItemKind.FIREARM.value, *_within(Recovery.recovered_on, asked))
        .group_by(*told)
    )
    found: Counter[tuple[str, str, OriginStatus]] = Counter()
    for kind, type_, outcome, matched, otherwise, abroad, opened, many in work.session.execute(query):
        facts = figures.Facts(outcome, bool(matched), bool(otherwise), bool(abroad), bool(opened))
        found[kind, type_, figures.status(facts)] += many
    return tuple(figures.Counted(*key, many) for key, many in sorted(found.items()))


def _ended(work: Work, asked: FiguresAsked) -> tuple[figures.Ended, ...]:
    query = (
        select(Disposal.kind, Disposal.method, func.count())
        .join(DisposalItem, DisposalItem.disposal_id == Disposal.id)
        .join(Item, and_(Item.id == DisposalItem.item_id, Item.kind == ItemKind.FIREARM.value))
        .where(Disposal.state == DisposalState.DONE.value, *_within(Disposal.done_on, asked))
        .group_by(Disposal.kind, Disposal.method)
        .order_by(Disposal.kind, Disposal.method)
    )
    return tuple(figures.Ended(*row) for row in work.session.execute(query))


def _quantities(work: Work, asked: FiguresAsked) -> dict[str, int]:
    query = (
        select(Item.kind, func.sum(Item.quantity))
        .join(Recovery, Recovery.id == Item.recovery_id)
        .where(*_within(Recovery.recovered_on, asked))
        .group_by(Item.kind)
    )
    return {kind: int(many) for kind, many in work.session.execute(query)}


def _within(day: Any, asked: FiguresAsked) -> list[ColumnElement[bool]]:
    bounds = [day >= asked.since] if asked.since else []
    return [*bounds, *([day <= asked.until] if asked.until else [])]
