"""Reading what licences are made of: firearms with their marks, spans of lots, goods not on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import select

from registry.ammunition.queries import lot_number
from registry.ammunition.tables import Lot
from registry.core.errors import Unmet
from registry.core.work import Work
from registry.directory.queries import PartyName, party_number
from registry.directory.tables import Party
from registry.firearms import queries as firearms
from registry.firearms import rules as firearm_rules
from registry.firearms.tables import Custody, Firearm, Mark
from registry.licensing.facts import ItemFacts
from registry.licensing.tables import Item
from registry.licensing.views import ItemView
from registry.marks.queries import stands
from schemas.vocabulary import FirearmAction, FirearmType
from schemas.words import said

AUTOMATIC = frozenset({FirearmType.MACHINE_GUN.value, FirearmType.SUBMACHINE_GUN.value})
T = TypeVar("T", Mark, Custody)


@dataclass(frozen=True)
class Named:
    """Goods as rules and as people see them."""

    line_n: int
    facts: ItemFacts
    view: ItemView


def named(work: Work, items: Sequence[Item], holder_id: int | None = None) -> list[Named]:
    """What items are, asked for at once; holder_id: who has to hold them, None where nobody here does."""
    guns = _guns(work, {item.firearm_id for item in items if item.firearm_id is not None})
    lots = _lots(work, {item.lot_id for item in items if item.lot_id is not None})
    return [_named(item, guns, lots, holder_id) for item in items]


@dataclass(frozen=True)
class _Gun:
    mark: str
    unmet: tuple[Unmet, ...]
    war_material: bool
    holder_id: int | None


def _named(item: Item, guns: dict[int, _Gun], lots: dict[int, Lot], holder_id: int | None) -> Named:
    quantity, unmet, war, held = 1, _unmarked(item), False, True
    if item.firearm_id is not None:
        gun = guns[item.firearm_id]
        name, war = gun.mark or firearms.firearm_number(item.firearm_id), gun.war_material
        unmet = gun.unmet if item.component_n is None else ()
        held = holder_id is None or gun.holder_id == holder_id
    elif item.lot_id is not None and item.first is not None and item.last is not None:
        quantity = item.last - item.first + 1
        name = f"{lots[item.lot_id].code} {item.first}–{item.last}"
    else:
        name = " ".join(filter(None, (item.maker, item.serial)))
        quantity = 1 if item.first is None or item.last is None else item.last - item.first + 1
    facts = ItemFacts(name, quantity, unmet, war, held)
    return Named(item.line_n, facts, _view(item, name, quantity))


def _unmarked(item: Item) -> tuple[Unmet, ...]:
    """FP 8(1)(a), of goods that are not on record here: maker, country and serial are told."""
    if not item.serial:
        return ()
    told = (
        (item.maker, "maker", said("The name of the manufacturer is missing.")),
        (item.country_made, "country_made", said("The country of manufacture is missing.")),
    )
    return tuple(Unmet(words, field, "FP 8(1)(a)") for value, field, words in told if not value)


def _view(item: Item, name: str, quantity: int) -> ItemView:
    return ItemView(
        item.n,
        firearms.firearm_number(item.firearm_id) if item.firearm_id is not None else None,
        item.component_n,
        lot_number(item.lot_id) if item.lot_id is not None else None,
        item.first,
        item.last,
        item.serial,
        item.maker,
        item.country_made,
        name,
        quantity,
    )


def _guns(work: Work, ids: set[int]) -> dict[int, _Gun]:
    """Firearms with what article 8 asks of each and is not there."""
    if not ids:
        return {}
    rows = work.session.scalars(select(Firearm).where(Firearm.id.in_(ids))).all()
    marks = _belonging(work, Mark, ids, Mark.n)
    steps = _belonging(work, Custody, ids, Custody.happened_on, Custody.n)
    parties = {row.maker_id for row in rows} | {
        party for chain in steps.values() for step in chain for party in (step.from_id, step.to_id)
    }
    known, signs = _known(work, parties), stands(work)
    found = {}
    for row in rows:
        facts = firearms.facts_of(row, marks[row.id], steps[row.id], known, work.home)
        facts = replace(facts, stands=signs)
        text = next((mark.text for mark in marks[row.id] if mark.text), "")
        unmet = () if row.out_of_scope else tuple(firearm_rules.unmet_in_law(facts))
        war = row.type in AUTOMATIC or row.action == FirearmAction.AUTOMATIC
        found[row.id] = _Gun(text, unmet, war, row.holder_id)
    return found


def _known(work: Work, ids: set[int | None]) -> dict[int, PartyName]:
    """Kinds and names of parties; of natural persons their numbers, which is all that is needed."""
    query = select(Party).where(Party.id.in_(ids - {None}))
    return {
        row.id: PartyName(party_number(row.id), row.name, row.kind, row.country)
        for row in work.session.scalars(query)
    }


def _belonging(work: Work, table: type[T], ids: Iterable[int], *order: Any) -> dict[int, list[T]]:
    query = select(table).where(table.firearm_id.in_(ids)).order_by(table.firearm_id, *order)
    found: dict[int, list[T]] = defaultdict(list)
    for row in work.session.scalars(query):
        found[row.firearm_id].append(row)
    return found


def _lots(work: Work, ids: set[int]) -> dict[int, Lot]:
    if not ids:
        return {}
    return {lot.id: lot for lot in work.session.scalars(select(Lot).where(Lot.id.in_(ids)))}
