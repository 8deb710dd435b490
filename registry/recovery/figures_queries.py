"""Counting what was recovered, how far its origin is established, and what was destroyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

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
_REQUESTS = exists().where(
    TraceRequestRow.trace_id == Item.trace_id, TraceRequestRow.direction == Direction.OUT.value
)
"""What other States were asked about a trace: a chain of requests belongs to one trace."""


@dataclass(frozen=True)
class _Alike:
    """Items that are told alike: facts, of firearms what they are counted by; quantity, of all of them."""

    kind: str
    what: str
    type: str
    facts: figures.Facts
    maker: str
    calibre: str
    country: str
    items: int
    quantity: int


def figures_of(work: Work, asked: FiguresAsked) -> figures.Figures:
    """The figures of a period."""
    found = _alike(work, asked)
    guns = [one for one in found if one.what == ItemKind.FIREARM]
    quantities: Counter[str] = Counter()
    for one in found:
        quantities[one.what] += one.quantity
    return figures.Figures(
        asked.since,
        asked.until,
        _counted(guns),
        _ended(work, asked),
        quantities[ItemKind.PART],
        quantities[ItemKind.AMMUNITION],
        _occasions(work, asked),
        (*_described(guns), *_routes(work, asked)),
    )


def _alike(work: Work, asked: FiguresAsked) -> list[_Alike]:
    """Every item of the period, those alike as one; what is matched to a record is as on record."""
    each = (
        select(
            Recovery.kind.label("recovered"),
            Item.kind.label("what"),
            Item.type.label("type"),
            Item.outcome.label("outcome"),
            Item.firearm_id.is_not(None).label("matched"),
            ItemOrigin.item_id.is_not(None).label("otherwise"),
            _REQUESTS.where(TraceRequestRow.answer.like(_IDENTIFIED)).label("abroad"),
            _REQUESTS.where(_WAITING).label("open"),
            func.coalesce(Party.name, Item.maker).label("maker"),
            func.coalesce(Firearm.calibre, Item.calibre).label("calibre"),
            func.coalesce(Firearm.country_made, Item.country, "").label("country"),
            Item.quantity.label("quantity"),
        )
        .select_from(Recovery)
        .join(Item, Item.recovery_id == Recovery.id)
        .outerjoin(ItemOrigin, ItemOrigin.item_id == Item.id)
        .outerjoin(Firearm, Firearm.id == Item.firearm_id)
        .outerjoin(Party, Party.id == Firearm.maker_id)
        .where(*_within(Recovery.recovered_on, asked))
        .subquery()
    )
    told = [column for column in each.c if column is not each.c.quantity]
    query = select(*told, func.count(), func.sum(each.c.quantity)).group_by(*told)
    rows: Iterable[Sequence[Any]] = work.session.execute(query)
    return [_as_told(*row) for row in rows]


def _as_told(
    kind: str, what: str, type_: str, outcome: str, matched: Any, otherwise: Any, abroad: Any, opened: Any,
    maker: str, calibre: str, country: str, items: int, quantity: Any,
) -> _Alike:  # fmt: skip
    facts = figures.Facts(outcome, bool(matched), bool(otherwise), bool(abroad), bool(opened))
    return _Alike(kind, what, type_, facts, maker, calibre, country, items, int(quantity))


def _occasions(work: Work, asked: FiguresAsked) -> tuple[figures.Occasions, ...]:
    query = select(Recovery.kind, func.count()).where(*_within(Recovery.recovered_on, asked))
    rows = work.session.execute(query.group_by(Recovery.kind).order_by(Recovery.kind))
    return tuple(figures.Occasions(*row) for row in rows)


def _described(guns: Iterable[_Alike]) -> Iterator[figures.Share]:
    """Makers, calibres and States of manufacture: of what is matched as on record, else as it was told."""
    found: Counter[tuple[Described, str]] = Counter()
    for one in guns:
        found[Described.MAKER, one.maker] += one.items
        found[Described.CALIBRE, _calibre(one.calibre)] += one.items
        found[Described.COUNTRY_MADE, one.country] += one.items
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
        .select_from(Recovery)
        .join(Item, Item.recovery_id == Recovery.id)
        .join(Custody, Custody.firearm_id == Item.firearm_id)
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


def _counted(guns: Iterable[_Alike]) -> tuple[figures.Counted, ...]:
    found: Counter[tuple[str, str, OriginStatus]] = Counter()
    for one in guns:
        found[one.kind, one.type, figures.status(one.facts)] += one.items
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


def _within(day: Any, asked: FiguresAsked) -> list[ColumnElement[bool]]:
    bounds = [day >= asked.since] if asked.since else []
    return [*bounds, *([day <= asked.until] if asked.until else [])]
