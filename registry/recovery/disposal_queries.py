"""Reading disposals, and the facts that the law asks for before one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from registry.access.approval_queries import waiting_on
from registry.core.errors import NotFound
from registry.core.numbers import registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work, shows_persons
from registry.directory.queries import names
from registry.firearms import queries as firearms
from registry.firearms import rules as firearm_rules
from registry.firearms.tables import Firearm, Mark
from registry.recovery import disposal_rules as rules
from registry.recovery import queries
from registry.recovery.disposal_tables import Disposal, DisposalItem, Witness
from registry.recovery.disposal_views import DisposalRow, DisposalView, WitnessView
from registry.recovery.tables import Item
from registry.recovery.views import ItemRow
from schemas.disposal import DisposalsAsked
from schemas.paging import Page
from schemas.recovery_vocabulary import DisposalState, ItemKind, ItemState
from schemas.vocabulary import ApprovalKind
from schemas.words import said


def disposal_number(disposal_id: int) -> str:
    """The number people see, also of the certificate: DC-…."""
    return registry_number("DC", disposal_id)


def row_of(work: Work, disposal_id: int, *, locked: bool = False) -> Disposal:
    """The row; raises NotFound."""
    row = work.session.get(
        Disposal, disposal_id, with_for_update=True if locked else None, populate_existing=locked
    )
    if row is None:
        raise NotFound(said("No disposal has the number %(number)s", number=disposal_number(disposal_id)))
    return row


def batch_of(work: Work, item_id: int) -> Disposal | None:
    """The batch that an item is in."""
    query = select(Disposal).join(DisposalItem, DisposalItem.disposal_id == Disposal.id)
    return work.session.scalar(query.where(DisposalItem.item_id == item_id))


def items_of(work: Work, disposal_id: int, *, locked: bool = False) -> Sequence[Item]:
    """What is in a batch, in one order."""
    query = (
        select(Item)
        .join(DisposalItem, DisposalItem.item_id == Item.id)
        .where(DisposalItem.disposal_id == disposal_id)
        .order_by(Item.id)
    )
    if locked:
        query = query.with_for_update(of=Item).execution_options(populate_existing=True)
    return work.session.scalars(query).all()


def facts_of(work: Work, items: Sequence[Item], own: int | None = None) -> list[rules.ItemFacts]:
    """What of these items counts in law. own: the batch they are in already, if it is the one asked about."""
    keys = [item.id for item in items]
    query = select(DisposalItem).where(DisposalItem.item_id.in_(keys))
    batches = {row.item_id: row.disposal_id for row in work.session.scalars(query) if row.disposal_id != own}
    return [_facts(work, item, batches.get(item.id)) for item in items]


def _facts(work: Work, item: Item, batch: int | None) -> rules.ItemFacts:
    return rules.ItemFacts(
        queries.item_number(item.id),
        ItemKind(item.kind),
        item.state == ItemState.IN_EVIDENCE,
        item.handover_id is not None,
        item.held_for,
        item.kind == ItemKind.FIREARM and item.firearm_id is None and not item.numbered,
        disposal_number(batch) if batch else "",
        _firearm(work, item.firearm_id) if item.firearm_id else None,
    )


def _firearm(work: Work, firearm_id: int) -> firearm_rules.FirearmFacts:
    """The marks of a firearm as it would leave the State's stock."""
    row = work.session.get_one(Firearm, firearm_id)
    marks = work.session.scalars(select(Mark).where(Mark.firearm_id == firearm_id).order_by(Mark.n)).all()
    return firearm_rules.FirearmFacts(
        maker_named=True,
        country_made=row.country_made,
        year_made=row.year_made,
        marks=tuple(firearms.mark_facts(mark) for mark in marks),
        from_state_stock=True,
        home=work.home,
    )


def disposal(work: Work, disposal_id: int) -> DisposalView:
    """One disposal; raises NotFound."""
    row = row_of(work, disposal_id)
    items = items_of(work, row.id)
    known = queries.people(
        work, [row.proposed_by, row.approved_by, row.done_by, *(item.custodian_id for item in items)]
    )
    number = disposal_number(row.id)
    waits = waiting_on(work, ApprovalKind.DISPOSE, number) if row.state == DisposalState.PROPOSED else None
    told = _row(row)
    return DisposalView(
        **{name: getattr(told, name) for name in DisposalRow.__dataclass_fields__},
        method_note=row.method_note,
        reason=row.reason,
        authorization=row.authorization_number,
        authorized_by=row.authorized_by,
        authorized_on=row.authorized_on,
        recipient=names(work, [row.recipient_id]).get(row.recipient_id or 0),
        proposal=waits,
        proposed_by=known[row.proposed_by],
        approved_by="" if row.approved_by is None else known[row.approved_by],
        done_by="" if row.done_by is None else known[row.done_by],
        weight_kg=None if row.grams is None else Decimal(row.grams) / 1000,
        witnesses=_witnesses(work, row.id),
        note=row.note,
        rows=tuple(ItemRow(**queries.row_of(item, known)) for item in items),
    )


def _witnesses(work: Work, disposal_id: int) -> tuple[WitnessView, ...]:
    query = select(Witness).where(Witness.disposal_id == disposal_id).order_by(Witness.n)
    rows = work.session.scalars(query).all()
    queries.for_recovery(work)
    named = shows_persons(work) and bool(rows)
    if named:
        work.saw("disposal", [disposal_id])
    return tuple(WitnessView(row.name if named else "", row.capacity) for row in rows)


def disposals(work: Work, asked: DisposalsAsked) -> Page[DisposalRow]:
    """Disposals that fit."""
    query: AnySelect = select(Disposal)
    if asked.state is not None:
        query = query.where(Disposal.state == asked.state.value)
    if asked.kind is not None:
        query = query.where(Disposal.kind == asked.kind.value)
    found = page(work.session, query, asked, {"number": Disposal.id}, Disposal.id)
    return Page(tuple(_row(row.Disposal) for row in found.items), found.next)


def _row(row: Disposal) -> DisposalRow:
    return DisposalRow(
        disposal_number(row.id),
        row.version,
        row.kind,
        row.method,
        row.place,
        row.items,
        row.state,
        row.proposed_at,
        row.done_on,
    )
