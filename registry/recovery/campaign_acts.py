"""Opening and closing campaigns."""

from __future__ import annotations

from registry.core.errors import Conflict, Invalid, Stale, refuse_if
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.directory.tables import Party
from registry.recovery import queries, rules
from registry.recovery.tables import Campaign, Post
from registry.recovery.views import CampaignView
from schemas.recovery import CampaignNew, ClosingNew
from schemas.vocabulary import May, PartyKind


def agency_named(work: Work, number: str) -> Party:
    """The public body that keeps what is recovered; raises Invalid."""
    agency = directory.party_by_number(work, number, "agency")
    if agency.kind != PartyKind.PUBLIC_BODY:
        raise Invalid.at("agency", "A public body keeps what is recovered.", "FP 6")
    return agency


@act(May.CAMPAIGN_WRITE)
def open_campaign(work: Work, new: CampaignNew) -> CampaignView:
    """Open a campaign with its posts; raises Invalid, Refused, Conflict for a name that is taken."""
    agency = agency_named(work, new.agency)
    refuse_if(rules.unmet_for_campaign(new.starts_on, new.ends_on, len(new.posts)))
    row = Campaign(
        kind=new.kind.value,
        name=new.name,
        legal_basis=new.legal_basis,
        agency_id=agency.id,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        anonymous=new.anonymous,
        traced=new.traced,
        target=new.target,
        created_by=work.actor.user_id,
        created_at=work.now,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    work.session.add_all(
        Post(campaign_id=row.id, n=n, name=post.name, place=post.place, target=post.target)
        for n, post in enumerate(new.posts, 1)
    )
    work.session.flush()
    return queries.campaign(work, row.id)


@act(May.CAMPAIGN_WRITE)
def close_campaign(work: Work, campaign_id: int, new: ClosingNew, version: int) -> CampaignView:
    """Take nothing more; raises NotFound, Stale, Conflict."""
    row = queries.campaign_row(work, campaign_id, locked=True)
    if row.version != version:
        raise Stale
    if row.closed_at is not None:
        raise Conflict("This campaign is closed.")
    row.closed_at, row.version = work.now, row.version + 1
    work.note["reason"] = new.reason
    work.session.flush()
    return queries.campaign(work, row.id)
