"""Reading campaigns, recoveries and what was recovered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from registry.access.tables import Account
from registry.core.errors import NotFound
from registry.core.numbers import key_of, parse_registry_number, registry_number
from registry.core.paging import AnySelect, page, sorted_by, walk_of
from registry.core.policy import STANDING
from registry.core.work import Work, shows_persons
from registry.directory.queries import names, party_number
from registry.directory.tables import Party
from registry.firearms.queries import firearm_number, key_of_mark
from registry.recovery.tables import Campaign, Item, Post, Recovery
from registry.recovery.views import (
    CampaignPlaces,
    CampaignView,
    ItemRow,
    PostView,
    RecoveryRow,
    RecoveryView,
    Tally,
)
from schemas.paging import Page
from schemas.recovery import CampaignsAsked, ItemsAsked, RecoveriesAsked
from schemas.recovery_vocabulary import ItemKind, ItemState
from schemas.vocabulary import Outcome, PartyKind, Purpose
from schemas.words import said, word

MOST_OFFERED = 200
"""Open campaigns that a form offers."""


def campaign_number(campaign_id: int) -> str:
    """The number people see: RC-…."""
    return registry_number("RC", campaign_id)


def recovery_number(recovery_id: int) -> str:
    """The number people see: RV-…."""
    return registry_number("RV", recovery_id)


def item_number(item_id: int) -> str:
    """The number of evidence: EV-…."""
    return registry_number("EV", item_id)


def authority_number(item: Item) -> str:
    """The number that the authority gave it, AN-…, to be marked on it; "" where it needs none."""
    return registry_number("AN", item.id) if item.numbered else ""


def people(work: Work, accounts: Iterable[int | None]) -> dict[int, str]:
    """Names of accounts; 0 is the operator."""
    wanted = {key for key in accounts if key}
    query = select(Account.id, Account.full_name).where(Account.id.in_(wanted))
    found: dict[int, str] = {0: word("operator")}
    if wanted:
        found |= {row.id: row.full_name for row in work.session.execute(query)}
    return {key: found.get(key, f"account {key}") for key in {0, *wanted}}


def public_bodies(work: Work) -> list[tuple[str, str]]:
    """Bodies that may keep what is recovered: (number, name)."""
    query = select(Party).where(Party.kind == PartyKind.PUBLIC_BODY.value).order_by(Party.name_key)
    return [(registry_number("P", row.id), row.name) for row in work.session.scalars(query.limit(400))]


def campaign_row(work: Work, campaign_id: int, *, locked: bool = False) -> Campaign:
    """The row; raises NotFound."""
    row = work.session.get(Campaign, campaign_id, with_for_update=True if locked else None)
    if row is None:
        raise NotFound(said("No campaign has the number %(number)s", number=campaign_number(campaign_id)))
    return row


def posts(work: Work, campaign_id: int) -> Sequence[Post]:
    """The posts of a campaign, in their order."""
    query = select(Post).where(Post.campaign_id == campaign_id).order_by(Post.n)
    return work.session.scalars(query).all()


def campaign(work: Work, campaign_id: int) -> CampaignView:
    """One campaign with its posts and what they took; raises NotFound."""
    return _campaigns(work, [campaign_row(work, campaign_id)])[0]


def campaigns(work: Work, asked: CampaignsAsked) -> Page[CampaignView]:
    """Campaigns, the open ones only or all."""
    query: AnySelect = select(Campaign)
    if asked.open is not None:
        ended = Campaign.closed_at.is_not(None)
        query = query.where(~ended if asked.open else ended)
    found = page(work.session, query, asked, {"number": Campaign.id, "name": Campaign.name}, Campaign.id)
    return Page(_campaigns(work, [row.Campaign for row in found.items]), found.next)


def _campaigns(work: Work, rows: Sequence[Campaign]) -> tuple[CampaignView, ...]:
    ids = [row.id for row in rows]
    brought, places = tallies(work, ids), defaultdict[int, list[Post]](list)
    for post in work.session.scalars(select(Post).where(Post.campaign_id.in_(ids)).order_by(Post.n)):
        places[post.campaign_id].append(post)
    known = names(work, [row.agency_id for row in rows])
    return tuple(_campaign(row, known[row.agency_id], places[row.id], brought[row.id]) for row in rows)


def _campaign(
    row: Campaign, agency: Any, places: Sequence[Post], brought: Mapping[int, Tally]
) -> CampaignView:
    whole = Tally(
        sum(t.firearms for t in brought.values()),
        sum(t.parts for t in brought.values()),
        sum(t.ammunition for t in brought.values()),
    )
    return CampaignView(
        campaign_number(row.id),
        row.version,
        row.kind,
        row.name,
        row.legal_basis,
        agency,
        row.starts_on,
        row.ends_on,
        row.anonymous,
        row.traced,
        row.target,
        whole.firearms,
        whole.parts,
        whole.ammunition,
        tuple(_post(post, brought.get(post.n, Tally())) for post in places),
        row.closed_at,
    )


def _post(row: Post, brought: Tally) -> PostView:
    return PostView(
        row.n, row.name, row.place, row.target, brought.firearms, brought.parts, brought.ammunition
    )


def tallies(work: Work, campaigns: Sequence[int]) -> Mapping[int, dict[int, Tally]]:
    """What each post of these campaigns took."""

    def of(kind: ItemKind) -> Any:
        return func.coalesce(func.sum(case((Item.kind == kind.value, Item.quantity), else_=0)), 0)

    query = (
        select(
            Recovery.campaign_id,
            Recovery.post_n,
            of(ItemKind.FIREARM),
            of(ItemKind.PART),
            of(ItemKind.AMMUNITION),
        )
        .join(Item, Item.recovery_id == Recovery.id)
        .where(Recovery.campaign_id.in_(campaigns))
        .group_by(Recovery.campaign_id, Recovery.post_n)
    )
    found: dict[int, dict[int, Tally]] = defaultdict(dict)
    for campaign_id, post, *many in work.session.execute(query):
        found[campaign_id or 0][int(post or 0)] = Tally(*map(int, many))
    return found


def recovery_row(work: Work, recovery_id: int) -> Recovery:
    """The row; raises NotFound."""
    row = work.session.get(Recovery, recovery_id)
    if row is None:
        raise NotFound(said("No recovery has the number %(number)s", number=recovery_number(recovery_id)))
    return row


def recovery(work: Work, recovery_id: int) -> RecoveryView:
    """One recovery; who handed it in is told only to those who may see personal data, and noted."""
    row = recovery_row(work, recovery_id)
    query = select(Item).where(Item.recovery_id == row.id).order_by(Item.n)
    items = work.session.scalars(query).all()
    for_recovery(work)
    personal = shows_persons(work) and bool(row.person_name or row.person_document)
    if personal:
        work.saw("recovery", [row.id])
    known = people(work, [item.custodian_id for item in items])
    return RecoveryView(
        recovery_number(row.id),
        row.kind,
        row.recovered_on,
        row.place,
        row.circumstances,
        row.case_number,
        names(work, [row.agency_id])[row.agency_id],
        campaign_number(row.campaign_id) if row.campaign_id else None,
        campaign_row(work, row.campaign_id).name if row.campaign_id else "",
        row.post_n,
        row.anonymous,
        row.person_name if personal else "",
        row.person_document if personal else "",
        tuple(ItemRow(**row_of(item, known)) for item in items),
        row.recorded_at,
    )


def for_recovery(work: Work) -> None:
    """State the purpose where nobody has: what whoever has no standing one looks at a recovery for."""
    work.purpose = work.purpose or STANDING.get(work.actor.role) or Purpose.RECOVERED_FIREARM


def row_of(item: Item, known: dict[int, str]) -> dict[str, Any]:
    """What lists show of an item. known: names of accounts."""
    return {
        "number": item_number(item.id),
        "recovery": recovery_number(item.recovery_id),
        "version": item.version,
        "kind": item.kind,
        "type": item.type,
        "maker": item.maker,
        "model": item.model,
        "calibre": item.calibre,
        "mark": item.mark,
        "mark_condition": item.mark_condition,
        "condition": item.condition,
        "quantity": item.quantity,
        "bag": item.bag or "",
        "authority_number": authority_number(item),
        "outcome": item.outcome,
        "severity": item.severity,
        "firearm": firearm_number(item.firearm_id) if item.firearm_id else None,
        "held_for": item.held_for,
        "state": item.state,
        "custodian": known.get(item.custodian_id, ""),
    }


def recoveries(work: Work, asked: RecoveriesAsked) -> Page[RecoveryRow]:
    """Recoveries that fit."""
    filters: list[ColumnElement[bool]] = []  # those first that fewest fit; each has an index
    if asked.case_number:
        filters.append(Recovery.case_number == asked.case_number)
    if asked.on is not None:
        filters.append(Recovery.recovered_on == asked.on)
    if asked.campaign:
        filters.append(Recovery.campaign_id == parse_registry_number("RC", asked.campaign, "campaign"))
    if asked.kind is not None:
        filters.append(Recovery.kind == asked.kind.value)
    sorts = {"number": Recovery.id, "on": Recovery.recovered_on}
    walk = walk_of(work.session, asked, sorts[sorted_by(asked, sorts)], Recovery.id, [], filters)
    found = page(work.session, select(Recovery).where(*filters), asked, sorts, Recovery.id, walk)
    return Page(tuple(_recovery_row(row.Recovery) for row in found.items), found.next)


def _recovery_row(row: Recovery) -> RecoveryRow:
    return RecoveryRow(
        recovery_number(row.id),
        row.kind,
        row.recovered_on,
        row.place,
        row.case_number,
        campaign_number(row.campaign_id) if row.campaign_id else None,
        row.anonymous,
        row.items,
    )


def items(work: Work, asked: ItemsAsked) -> Page[ItemRow]:
    """What was recovered, as far as it fits."""
    query: AnySelect = select(Item).where(*_filters(work, asked))
    if asked.campaign:
        key = parse_registry_number("RC", asked.campaign, "campaign")
        query = query.join(Recovery, Recovery.id == Item.recovery_id).where(Recovery.campaign_id == key)
    found = page(work.session, query, asked, {"number": Item.id}, Item.id)
    known = people(work, [row.Item.custodian_id for row in found.items])
    return Page(tuple(ItemRow(**row_of(row.Item, known)) for row in found.items), found.next)


def _filters(work: Work, asked: ItemsAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.q:
        found.append(_named(asked.q))
    if asked.state is not None:
        found.append(Item.state == asked.state.value)
    if asked.kind is not None:
        found.append(Item.kind == asked.kind.value)
    if asked.mine:
        found.append(Item.custodian_id == work.actor.user_id)
        found.append(Item.state == ItemState.IN_EVIDENCE.value)
    if asked.open is not None:
        undecided = (Item.outcome == Outcome.CANDIDATES.value) & Item.firearm_id.is_(None) & ~Item.numbered
        found.append(undecided if asked.open else ~undecided)
    return found


def _named(q: str) -> ColumnElement[bool]:
    for prefix in ("EV", "AN"):
        if (key := key_of(prefix, q)) is not None:
            return Item.id == key
    if (firearm := key_of("F", q)) is not None:
        return Item.firearm_id == firearm
    return or_(Item.bag == q, (Item.key == key_of_mark(q)) & (Item.key != ""))


def bags_in_use(work: Work, bags: Sequence[str]) -> set[str]:
    """Which of these bags hold something already."""
    if not bags:
        return set()
    return {bag for bag in work.session.scalars(select(Item.bag).where(Item.bag.in_(bags))) if bag}


def held_as(work: Work, firearm_id: int) -> int | None:
    """The item under which a firearm is in evidence."""
    held = Item.state == ItemState.IN_EVIDENCE.value
    return work.session.scalar(select(Item.id).where(Item.firearm_id == firearm_id, held))


def places(work: Work, campaign_id: int) -> CampaignPlaces | None:
    """Where a campaign takes, without what it took; None where there is none with this key."""
    row = work.session.get(Campaign, campaign_id)
    if row is None:
        return None
    there = tuple((post.n, post.name, post.place) for post in posts(work, row.id))
    return CampaignPlaces(campaign_number(row.id), row.name, party_number(row.agency_id), there)


def open_campaigns(work: Work) -> Sequence[tuple[str, str]]:
    """Numbers and names of the open ones, by name."""
    query = select(Campaign.id, Campaign.name).where(Campaign.closed_at.is_(None))
    rows = work.session.execute(query.order_by(Campaign.name, Campaign.id).limit(MOST_OFFERED))
    return [(campaign_number(key), name) for key, name in rows]
