"""Reading one item of evidence with its chain, and hand-overs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select

from registry.core.errors import NotFound
from registry.core.numbers import parse_registry_number, registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work, is_own
from registry.recovery import chain, queries
from registry.recovery.tables import EvidenceStep, Handover, HandoverItem, Item, ItemOrigin
from registry.recovery.views import HandoverView, ItemView, LinkView, OriginView
from registry.tracing import keeping
from registry.tracing.queries import trace_number
from registry.tracing.tables import Trace
from schemas.paging import Page
from schemas.recovery import HandoversAsked
from schemas.recovery_vocabulary import ItemState
from schemas.vocabulary import May
from schemas.words import said


def handover_number(handover_id: int) -> str:
    """The number people see: EH-…."""
    return registry_number("EH", handover_id)


def item_row(work: Work, item_id: int, *, locked: bool = False) -> Item:
    """The row; raises NotFound."""
    row = work.session.get(Item, item_id, with_for_update=True if locked else None, populate_existing=locked)
    if row is None:
        raise NotFound(said("No evidence has the number %(number)s", number=queries.item_number(item_id)))
    return row


def named_items(work: Work, numbers: Sequence[str], field: str = "items") -> list[Item]:
    """Items by number, locked in one order so that two who want the same never wait for each other.

    Raises Invalid for what is no number, NotFound. Answered in the order they were named.
    """
    keys = [parse_registry_number("EV", number, f"{field}.{n}") for n, number in enumerate(numbers)]
    rows = {key: item_row(work, key, locked=True) for key in sorted(set(keys))}
    return [rows[key] for key in keys]


def links(work: Work, item_id: int) -> list[tuple[chain.Link, bytes]]:
    """The chain of an item, with the digests as they were kept."""
    query = select(EvidenceStep).where(EvidenceStep.item_id == item_id).order_by(EvidenceStep.n)
    return [(link_of(row), row.digest) for row in work.session.scalars(query)]


def link_of(row: EvidenceStep) -> chain.Link:
    """A row as the rules read it."""
    return chain.Link(
        row.n,
        row.giver_id,
        row.taker_id,
        row.given_at,
        row.taken_at,
        row.purpose,
        row.place,
        row.bag,
        row.intact,
        row.note,
    )


def held(row: Item) -> chain.Held:
    """What of an item counts when it is to change hands."""
    return chain.Held(
        queries.item_number(row.id),
        row.custodian_id,
        row.handover_id is not None,
        row.state == ItemState.IN_EVIDENCE,
    )


def item(work: Work, item_id: int) -> ItemView:
    """One item; raises NotFound."""
    row = item_row(work, item_id)
    told = links(work, row.id)
    recovery = queries.recovery_row(work, row.recovery_id)
    known = queries.people(
        work, [row.custodian_id, *(link.giver for link, _ in told), *(link.taker for link, _ in told)]
    )
    answer = _answer(work, row)
    fits = () if row.firearm_id or row.numbered else tuple(c["number"] for c in answer["candidates"][:10])
    number = queries.item_number(row.id)
    return ItemView(
        **queries.row_of(row, known),
        country=row.country,
        note=row.note,
        trace=trace_number(row.trace_id) if row.trace_id else None,
        custody_step=row.custody_n,
        findings=tuple(answer["findings"]),
        fits=fits,
        chain=tuple(_link(link, digest, known) for link, digest in told),
        chain_is_whole=not chain.broken(number, told),
        handover=handover_number(row.handover_id) if row.handover_id else None,
        recovered_on=recovery.recovered_on,
        place=recovery.place,
        recovery_kind=recovery.kind,
        origin=_origin(work.session.get(ItemOrigin, row.id)),
    )


def _origin(row: ItemOrigin | None) -> OriginView | None:
    return OriginView(row.basis, row.established_on, row.origin, row.source) if row else None


def _answer(work: Work, row: Item) -> dict[str, Any]:
    kept = work.session.get(Trace, row.trace_id) if row.trace_id else None
    if kept is None:
        return {"candidates": [], "findings": []}
    return keeping.read(kept.answer, kept.sentences)


def _link(link: chain.Link, digest: bytes, known: dict[int, str]) -> LinkView:
    return LinkView(
        link.n,
        None if link.giver is None else known[link.giver],
        known[link.taker],
        link.given_at,
        link.taken_at,
        link.purpose,
        link.place,
        link.bag,
        link.intact,
        link.note,
        digest.hex(),
    )


def handover_row(work: Work, handover_id: int, *, locked: bool = False) -> Handover:
    """The row, if whoever asks may see it: who gives, who takes, and whoever reaches all; raises NotFound."""
    row = work.session.get(
        Handover, handover_id, with_for_update=True if locked else None, populate_existing=locked
    )
    asks = work.actor.user_id
    if row is None or (is_own(work.actor, May.EVIDENCE_HAND) and asks not in (row.giver_id, row.taker_id)):
        raise NotFound(said("No hand-over has the number %(number)s", number=handover_number(handover_id)))
    return row


def item_keys(work: Work, handover_id: int) -> list[int]:
    """What a hand-over is about, in one order."""
    query = select(HandoverItem.item_id).where(HandoverItem.handover_id == handover_id)
    return list(work.session.scalars(query.order_by(HandoverItem.item_id)))


def handover(work: Work, handover_id: int) -> HandoverView:
    """One hand-over; raises NotFound."""
    row = handover_row(work, handover_id)
    return _view(work, row, queries.people(work, [row.giver_id, row.taker_id]))


def handovers(work: Work, asked: HandoversAsked) -> Page[HandoverView]:
    """Hand-overs: one's own, or all for whoever reaches all."""
    query: AnySelect = select(Handover)
    if is_own(work.actor, May.EVIDENCE_HAND):
        asks = work.actor.user_id
        query = query.where(or_(Handover.giver_id == asks, Handover.taker_id == asks))
    if asked.state is not None:
        query = query.where(Handover.state == asked.state.value)
    found = page(work.session, query, asked, {"number": Handover.id}, Handover.id)
    rows = [row.Handover for row in found.items]
    known = queries.people(work, [key for row in rows for key in (row.giver_id, row.taker_id)])
    return Page(tuple(_view(work, row, known) for row in rows), found.next)


def _view(work: Work, row: Handover, known: dict[int, str]) -> HandoverView:
    return HandoverView(
        handover_number(row.id),
        row.version,
        known.get(row.giver_id, ""),
        known.get(row.taker_id, ""),
        row.giver_id,
        row.taker_id,
        row.purpose,
        row.place,
        row.note,
        row.state,
        row.reason,
        tuple(queries.item_number(key) for key in item_keys(work, row.id)),
        row.offered_at,
        row.decided_at,
    )
