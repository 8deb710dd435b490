"""Recording what was recovered. Each item is traced on entry and begins its chain of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from registry.core.errors import Conflict, Invalid, Refused, Stale, Unmet, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.directory.tables import Party
from registry.firearms import chain as firearm_chain
from registry.recovery import checking, evidence_queries, queries, recording, rules
from registry.recovery.campaign_acts import agency_named
from registry.recovery.tables import Campaign, Item, Recovery
from registry.recovery.views import ItemView, RecoveryView
from schemas.firearms import CustodyNew
from schemas.recovery import HoldNew, MatchNew, RecoveryNew
from schemas.recovery_vocabulary import ItemKind, ItemState, RecoveryKind
from schemas.vocabulary import CustodyKind, DocumentKind, May, Purpose
from schemas.words import said

_STEP = {
    RecoveryKind.SEIZED: CustodyKind.SEIZED,
    RecoveryKind.FOUND: CustodyKind.FOUND,
    RecoveryKind.SURRENDERED: CustodyKind.SURRENDERED,
    RecoveryKind.COLLECTED: CustodyKind.SURRENDERED,
}


@act(May.RECOVERY_RECORD)
def record(work: Work, new: RecoveryNew) -> RecoveryView:
    """Record a recovery with all its items, or none of them.

    Raises Invalid naming the item's field, Refused with what law or campaign asks, Conflict for a bag that
    is in use.
    """
    return queries.recovery(work, record_one(work, new))


@act(May.RECOVERY_RECORD)
def record_day(work: Work, many: Sequence[RecoveryNew]) -> list[str]:
    """A day's collection: each person's items a recovery with a receipt of its own. All of them, or none."""
    return [queries.recovery_number(_of_day(work, g, new)) for g, new in enumerate(many)]


@act(May.RECOVERY_RECORD)
def record_many(work: Work, many: Sequence[RecoveryNew]) -> list[int]:
    """As record_day, of whatever days; answers their keys."""
    return [record_one(work, new) for new in many]


def _of_day(work: Work, g: int, new: RecoveryNew) -> int:
    """One person's items; a refusal names them by their place in the day: "3.items.0.mark"."""
    try:
        return record_one(work, new)
    except (Invalid, Refused) as error:
        unmet = [replace(one, field=f"{g}.{one.field}") for one in error.unmet]
        raise type(error)(error.message, unmet) from None


def record_one(work: Work, new: RecoveryNew) -> int:
    """As `record`; answers the key."""
    agency, campaign = _judged(work, new)
    row = recording.recovery(work, new, agency.id, campaign.id if campaign else None)
    work.session.add(row)
    work.session.flush()
    for n in range(len(new.items)):
        _enter(work, row, n, new, traced=campaign is None or campaign.traced)
    return row.id


def judge(work: Work, new: RecoveryNew) -> None:
    """Raise what record would raise, without a record; marks are looked up, and no trace is kept."""
    _, campaign = _judged(work, new)
    if campaign is None or campaign.traced:
        for n, item in enumerate(new.items):
            checking.ask(work, n, new, item, new.case_number)


def _judged(work: Work, new: RecoveryNew) -> tuple[Party, Campaign | None]:
    work.purpose = Purpose.RECOVERED_FIREARM
    agency = agency_named(work, new.agency)
    for n, item in enumerate(new.items):
        directory.check_country(work, item.country, f"items.{n}.country", historic_ok=True)
    campaign = _campaign(work, new)
    refuse_if(rules.unmet_for_recovery(_facts(work, new, campaign), work.today))
    _refuse_used_bags(work, new)
    return agency, campaign


def _campaign(work: Work, new: RecoveryNew) -> Campaign | None:
    if new.campaign is None:
        if new.post is not None:
            raise Invalid.at("campaign", "A post belongs to a campaign.")
        return None
    return queries.campaign_row(work, parse_registry_number("RC", new.campaign, "campaign"))


def _facts(work: Work, new: RecoveryNew, campaign: Campaign | None) -> rules.RecoveryFacts:
    told = campaign and rules.CampaignFacts(
        campaign.starts_on,
        campaign.ends_on,
        campaign.closed_at is not None,
        campaign.anonymous,
        {post.n for post in queries.posts(work, campaign.id)},
    )
    return rules.RecoveryFacts(
        new.kind,
        new.recovered_on,
        new.circumstances,
        new.anonymous,
        new.person_name or new.person_document,
        told or None,
        new.post,
    )


def _refuse_used_bags(work: Work, new: RecoveryNew) -> None:
    bags = [item.bag for item in new.items if item.bag]
    used = queries.bags_in_use(work, bags)
    unmet = [
        Unmet(said("The bag %(bag)s is in use.", bag=item.bag), f"items.{n}.bag", "FP 6")
        for n, item in enumerate(new.items)
        if item.bag and (item.bag in used or bags.count(item.bag) > 1)
    ]
    refuse_if(unmet)


def _enter(work: Work, recovery: Recovery, n: int, new: RecoveryNew, traced: bool) -> None:
    """One item: traced, numbered where it must be, its chain begun, its firearm's custody recorded."""
    told = new.items[n]
    case = new.case_number or queries.recovery_number(recovery.id)
    found = checking.check(work, n, new, told, case) if traced else checking.Checked()
    row = recording.item(work, recovery.id, n + 1, told, found)
    work.session.add(row)
    work.session.flush()
    work.session.add(recording.first_step(work, row, new.place))
    if found.firearm is not None and not _already_held(work, found.firearm):
        _match(work, row, recovery, found.firearm)
    else:
        row.numbered = rules.needs_number(told.kind, matched=False) and not found.open
    work.session.flush()


def _already_held(work: Work, firearm_id: int) -> bool:
    """Whether the firearm is in evidence already: then one of the two is another one, and somebody looks."""
    work.lock(f"recovered:{firearm_id}")
    return queries.held_as(work, firearm_id) is not None


def _match(work: Work, row: Item, recovery: Recovery, firearm_id: int) -> list[Unmet]:
    """Tie an item to its firearm, and record there that it was recovered, where its chain allows it."""
    row.firearm_id = firearm_id
    step = CustodyNew(
        _STEP[RecoveryKind(recovery.kind)],
        recovery.recovered_on,
        place=recovery.place,
        document_kind=DocumentKind.POLICE_REPORT if recovery.case_number else DocumentKind.HANDOVER_RECORD,
        document_number=recovery.case_number or queries.recovery_number(recovery.id),
    )
    row.custody_n, unmet = firearm_chain.take(work, firearm_id, step, to_id=recovery.agency_id)
    return unmet


@act(May.RECOVERY_RECORD)
def match(work: Work, item_id: int, new: MatchNew, version: int) -> ItemView:
    """Say which record an item is of, or that it is of none: then the authority gives it a number.

    The reason stays in the ledger. Raises NotFound, Stale, Invalid, Conflict, Refused.
    """
    row = _locked(work, item_id, version)
    if row.kind != ItemKind.FIREARM:
        raise Invalid.at("firearm", "Only a firearm is matched with a firearm.")
    if row.firearm_id is not None:
        raise Conflict("It is matched already.")
    work.note["reason"] = new.reason
    if new.firearm is None:
        row.numbered = True
    else:
        firearm_id = parse_registry_number("F", new.firearm, "firearm")
        if _already_held(work, firearm_id):
            raise Conflict("This firearm is in evidence already.")
        refuse_if(_match(work, row, queries.recovery_row(work, row.recovery_id), firearm_id))
    row.version += 1
    work.session.flush()
    return evidence_queries.item(work, row.id)


@act(May.RECOVERY_RECORD)
def hold(work: Work, item_id: int, new: HoldNew, version: int) -> ItemView:
    """Keep an item from being disposed of, or release it with a reason; raises NotFound, Stale, Invalid."""
    row = _locked(work, item_id, version)
    if new.held_for == row.held_for:
        raise Invalid.at("held_for", "Nothing of this differs from what is recorded.")
    row.held_for = new.held_for
    if new.reason:
        work.note["reason"] = new.reason
    row.version += 1
    work.session.flush()
    return evidence_queries.item(work, row.id)


def _locked(work: Work, item_id: int, version: int) -> Item:
    row = evidence_queries.item_row(work, item_id, locked=True)
    if row.version != version:
        raise Stale
    if row.state != ItemState.IN_EVIDENCE:
        raise Conflict("It is no longer in evidence.")
    return row
