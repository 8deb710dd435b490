"""Gathering what the rules look at, from the rows of one shipment as they are in this unit of work."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import func, select

from registry.ammunition import spans, whereabouts
from registry.ammunition.queries import lot_number
from registry.core.days import day_in
from registry.core.errors import Unmet
from registry.core.numbers import registry_number
from registry.core.work import Work
from registry.firearms import queries as firearms
from registry.firearms import rules as firearm_rules
from registry.firearms.tables import Firearm, Mark
from registry.licensing import queries as licences
from registry.licensing import rules as licence_rules
from registry.licensing.tables import Item, Licence, Line
from registry.marks.reading import normal_form
from registry.shipments.facts import GoodsFacts, LineFacts, ShipmentFacts
from registry.shipments.life import GONE
from registry.shipments.matching import Goods
from registry.shipments.tables import (
    ANNOUNCED,
    Shipment,
    ShipmentItem,
    ShipmentLine,
    ShipmentLot,
    ShipmentScan,
)
from registry.shipments.views import ItemView, LineView
from schemas.licensing_vocabulary import GoodsKind, LicenceKind
from schemas.shipments_vocabulary import Direction, ShipmentState, Verdict


@dataclass(frozen=True)
class Belongings:
    """Every row that belongs to a shipment, with the lines and goods of the licence that it draws on."""

    lines: Sequence[ShipmentLine]
    licence_lines: dict[int, Line]
    items: Sequence[ShipmentItem]
    scans: Sequence[ShipmentScan]
    licensed: dict[tuple[int, int], Item]
    """What the licence names, by line and number."""
    lots: dict[int, ShipmentLot]
    """What is told of lots made abroad, by the number of the item."""


def belongings(work: Work, row: Shipment) -> Belongings:
    """What belongs to a shipment."""
    work.session.flush()
    session = work.session
    lines = select(ShipmentLine).where(ShipmentLine.shipment_id == row.id).order_by(ShipmentLine.line_n)
    items = select(ShipmentItem).where(ShipmentItem.shipment_id == row.id).order_by(ShipmentItem.n)
    scans = select(ShipmentScan).where(ShipmentScan.shipment_id == row.id).order_by(ShipmentScan.n)
    licensed = select(Line).where(Line.licence_id == row.licence_id)
    named = select(Item).where(Item.licence_id == row.licence_id)
    lots = select(ShipmentLot).where(ShipmentLot.shipment_id == row.id)
    fresh = {"populate_existing": True}
    return Belongings(
        session.scalars(lines).all(),
        {line.n: line for line in session.scalars(licensed, execution_options=fresh)},
        session.scalars(items).all(),
        session.scalars(scans).all(),
        {(item.line_n, item.n): item for item in session.scalars(named)},
        {lot.n: lot for lot in session.scalars(lots, execution_options=fresh)},
    )


def span_of(item: ShipmentItem | Item) -> spans.Span | None:
    """Its cartridges, of a lot that was not on record as the licence counts them; None of anything else."""
    if isinstance(item, ShipmentItem) and item.share_first is not None and item.share_last is not None:
        return spans.Span(item.share_first, item.share_last)
    if item.first is None or item.last is None:
        return None
    return spans.Span(item.first, item.last)


def goods_of(own: Belongings, keys: dict[int, frozenset[str]] | None = None) -> list[Goods]:
    """What may be scanned, with what was; keys: normal forms of the marks of firearms."""
    done: dict[int, list[spans.Span]] = defaultdict(list)
    for scan in own.scans:
        if scan.verdict == Verdict.MATCHES and scan.item_n is not None:
            done[scan.item_n].append(spans.Span(scan.first or 0, scan.last or 0))
    return [
        Goods(
            item.n,
            item.firearm_id,
            item.component_n,
            item.lot_id,
            span_of(item),
            (keys or {}).get(item.firearm_id or 0, frozenset())
            | {normal_form(item.name), _serial(own, item)} - {""},
            tuple(done[item.n]),
        )
        for item in own.items
    ]


def _serial(own: Belongings, item: ShipmentItem) -> str:
    """The plain form of what the licence names it by; "" of what is named no more, in a cancelled one."""
    named = own.licensed.get((item.line_n, item.licence_item))
    return normal_form(named.serial) if named else ""


def licensed_goods(work: Work, licence_id: int) -> list[Goods]:
    """What the licence names."""
    query = select(Item).where(Item.licence_id == licence_id)
    items = work.session.scalars(query).all()
    keys = mark_keys(work, {item.firearm_id for item in items if item.firearm_id})
    return [
        Goods(
            n,
            item.firearm_id,
            item.component_n or 0,
            item.lot_id,
            span_of(item),
            keys.get(item.firearm_id or 0, frozenset()) | {normal_form(item.serial)} - {""},
        )
        for n, item in enumerate(items)
    ]


def mark_keys(work: Work, ids: set[int]) -> dict[int, frozenset[str]]:
    """Normal forms of the marks of firearms."""
    found: dict[int, set[str]] = defaultdict(set)
    if ids:
        for row in work.session.execute(select(Mark.firearm_id, Mark.key).where(Mark.firearm_id.in_(ids))):
            found[row.firearm_id].add(row.key)
    return {key: frozenset(names - {""}) for key, names in found.items()}


def facts_of(
    work: Work,
    row: Shipment,
    licence: Licence,
    own: Belongings,
    explained: bool = False,
    announced: bool = False,
) -> ShipmentFacts:
    """A shipment as the rules see it today, in the licence's own zone.

    announced: it is announced now, beside what waits already; whoever clears goods comes first, as they come.
    """
    day = day_in(licence.zone, work.now)
    strays = sum(scan.verdict not in (Verdict.MATCHES, Verdict.AGAIN) for scan in own.scans)
    goods = _goods(work, row, licence, own)
    bare = _without_serials(work, row, own)
    waits = _elsewhere_announced(work, row) if announced else {}
    return ShipmentFacts(
        kind=LicenceKind(licence.kind),
        direction=Direction(row.direction),
        state=ShipmentState(row.state),
        lines=tuple(_line(line, own, goods, bare, waits.get(line.line_n, _NOTHING)) for line in own.lines),
        temporary=bool(licence.purpose),
        licence=tuple(licence_rules.unmet_for_shipment(licences.facts(work, licence), day)),
        strays=strays,
        explained=explained,
    )


def _without_serials(work: Work, row: Shipment, own: Belongings) -> dict[int, int]:
    """By line, how many of its pieces bear no serial and were not shipped yet."""
    parts = {n: line for n, line in own.licence_lines.items() if line.goods == GoodsKind.PART}
    if not parts:
        return {}
    named = Counter(line_n for line_n, _ in own.licensed)
    gone = _in_others(work, row, GONE)
    bare = {n: line.quantity - line.used_before - named[n] for n, line in parts.items()}
    return {n: many - gone.get(n, _NOTHING).bare for n, many in bare.items()}


class _Many(NamedTuple):
    """How much of a line is in other shipments; bare: of that, what is not named."""

    whole: int = 0
    bare: int = 0


_NOTHING = _Many()


def _elsewhere_announced(work: Work, row: Shipment) -> dict[int, _Many]:
    """By line of the licence, what other announcements hold that customs have not cleared."""
    return _in_others(work, row, frozenset({ShipmentState.ANNOUNCED}))


def _in_others(work: Work, row: Shipment, states: frozenset[ShipmentState]) -> dict[int, _Many]:
    items = (
        select(func.count())
        .where(
            ShipmentItem.shipment_id == ShipmentLine.shipment_id,
            ShipmentItem.line_n == ShipmentLine.line_n,
        )
        .scalar_subquery()
    )
    quantity = ShipmentLine.quantity
    others = (
        select(ShipmentLine.line_n, func.sum(quantity), func.sum(quantity - items))
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(
            ShipmentLine.licence_id == row.licence_id,
            Shipment.id != row.id,
            Shipment.state.in_([state.value for state in states]),
        )
        .group_by(ShipmentLine.line_n)
    )
    return {line_n: _Many(int(whole), int(bare)) for line_n, whole, bare in work.session.execute(others)}


def _line(
    line: ShipmentLine, own: Belongings, goods: dict[int, GoodsFacts], bare: dict[int, int], waits: _Many
) -> LineFacts:
    licensed = own.licence_lines[line.line_n]
    return LineFacts(
        line.line_n,
        GoodsKind(licensed.goods),
        licensed.description,
        line.quantity,
        licensed.quantity - licensed.drawn,
        tuple(goods[item.n] for item in own.items if item.line_n == line.line_n),
        bare.get(line.line_n, 0),
        line.counted,
        waits.whole,
        waits.bare,
    )


def _goods(work: Work, row: Shipment, licence: Licence, own: Belongings) -> dict[int, GoodsFacts]:
    """Facts of each item by its number."""
    ids = {item.firearm_id for item in own.items if item.firearm_id is not None}
    guns = {gun.id: gun for gun in work.session.scalars(select(Firearm).where(Firearm.id.in_(ids)))}
    comes_in = row.direction == Direction.IN
    unmet = _unmet_at_import(work, list(guns.values())) if comes_in else {}
    named = _named_by_licence(work, row.licence_id)
    elsewhere = _elsewhere(work, row.id, ids)
    checked = {goods.n: goods.checked for goods in goods_of(own)}
    found = {}
    for item in own.items:
        span = span_of(item)
        gun = guns.get(item.firearm_id or 0)
        goods_kind = own.licence_lines[item.line_n].goods
        known = gun is not None or item.lot_id is not None or item.n in own.lots
        found[item.n] = GoodsFacts(
            name=item.name,
            quantity=span.size if span else 1,
            of_licence=(item.line_n, item.licence_item) in named,
            on_record=known or goods_kind == GoodsKind.PART,
            held=_is_held(work, item, span, gun, licence.holder_id),
            elsewhere=elsewhere.get((item.firearm_id, item.component_n), ""),
            checked=checked[item.n],
            unmet=unmet.get(item.firearm_id or 0, ()) if item.component_n == 0 else (),
        )
    return found


def _is_held(
    work: Work, item: ShipmentItem, span: spans.Span | None, gun: Firearm | None, holder_id: int
) -> bool:
    """Whether the licence's holder has it; what no record describes is not known to be elsewhere."""
    if span is not None and item.lot_id is not None:
        held = whereabouts.held_by(work.session, item.lot_id, holder_id)
        return spans.total(spans.inside(held, span)) == span.size
    return gun is None or gun.holder_id == holder_id


def _named_by_licence(work: Work, licence_id: int) -> set[tuple[int, int]]:
    query = select(Item.line_n, Item.n).where(Item.licence_id == licence_id)
    return {(row.line_n, row.n) for row in work.session.execute(query)}


def _elsewhere(work: Work, shipment_id: int, ids: set[int]) -> dict[tuple[int | None, int], str]:
    """Firearms and parts that are in another shipment which was announced, with its number."""
    query = select(ShipmentItem).where(
        ShipmentItem.firearm_id.in_(ids),
        ShipmentItem.stage == ANNOUNCED,
        ShipmentItem.shipment_id != shipment_id,
    )
    return {
        (item.firearm_id, item.component_n): registry_number("SH", item.shipment_id)
        for item in work.session.scalars(query)
    }


def _unmet_at_import(work: Work, guns: Sequence[Firearm]) -> dict[int, tuple[Unmet, ...]]:
    """What article 8(1)(b) asks of each firearm, were it imported to stay."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    query = select(Mark).where(Mark.firearm_id.in_([gun.id for gun in guns])).order_by(Mark.n)
    for mark in work.session.scalars(query):
        marks[mark.firearm_id].append(mark)
    found = {}
    for gun in guns:
        facts = firearm_rules.FirearmFacts(
            True, gun.country_made, gun.year_made, tuple(map(firearms.mark_facts, marks[gun.id]))
        )
        facts = replace(facts, imported=True, temporary_import=False, home=work.home)
        found[gun.id] = tuple(firearm_rules.unmet_at_import(facts))
    return found


def line_views(work: Work, own: Belongings) -> tuple[LineView, ...]:
    """The lines as people see them."""
    checked = {goods.n: goods.checked for goods in goods_of(own)}
    return tuple(
        LineView(
            line.line_n,
            own.licence_lines[line.line_n].goods,
            own.licence_lines[line.line_n].description,
            line.quantity,
            own.licence_lines[line.line_n].quantity - own.licence_lines[line.line_n].drawn,
            line.received,
            _unnamed(line, own),
            line.counted,
            tuple(_item_view(item, checked[item.n], own) for item in own.items if item.line_n == line.line_n),
        )
        for line in own.lines
    )


def _unnamed(line: ShipmentLine, own: Belongings) -> int:
    """How many pieces of a line bear no serial."""
    if own.licence_lines[line.line_n].goods != GoodsKind.PART:
        return 0
    return line.quantity - sum(item.line_n == line.line_n for item in own.items)


def _item_view(item: ShipmentItem, checked: int, own: Belongings) -> ItemView:
    span = span_of(item)
    return ItemView(
        item.n,
        item.name,
        item.licence_item,
        firearms.firearm_number(item.firearm_id) if item.firearm_id is not None else None,
        item.component_n or None,
        lot_number(item.lot_id) if item.lot_id is not None else None,
        item.first,
        item.last,
        span.size if span else 1,
        checked,
        item.share_first is not None,
        item.n in own.lots,
    )


def by_serial(work: Work, key: str, country_made: str | None) -> list[int]:
    """Firearms on record with a mark that reads so, made in a country where one is told; at most two."""
    query = (
        select(Firearm.id)
        .join(Mark, Mark.firearm_id == Firearm.id)
        .where(Mark.key == key, Firearm.superseded_by.is_(None))
        .distinct()
        .limit(2)
    )
    if country_made:
        query = query.where(Firearm.country_made == country_made)
    return list(work.session.scalars(query))
