"""Routes of the API for campaigns, recoveries and evidence. Hand-overs are signed on the pages."""

from __future__ import annotations

from typing import Any

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.recovery import acts, campaign_acts, evidence_queries, queries, sealing, views
from schemas import recovery as shapes
from schemas.paging import Page
from schemas.vocabulary import May

blueprint: Any = api.blueprint("recovery", "Campaigns, recoveries, evidence and disposal (FP art. 6)")


@blueprint.route("/campaigns", methods=["GET"])
@api.reads(
    blueprint, May.RECOVERY_READ, gives=shapes.CampaignSchema, query=shapes.CampaignsAskedSchema, paged=True
)
def campaigns(work: Work, asked: shapes.CampaignsAsked) -> Page[views.CampaignView]:
    """Amnesties and drives to collect firearms."""
    return queries.campaigns(work, asked)


@blueprint.route("/campaigns", methods=["POST"])
@api.writes(blueprint, May.CAMPAIGN_WRITE, takes=shapes.CampaignNewSchema, gives=shapes.CampaignSchema)
def open_campaign(work: Work, new: shapes.CampaignNew) -> views.CampaignView:
    """Open a campaign with its posts."""
    return campaign_acts.open_campaign(work, new)


@blueprint.route("/campaigns/<number>", methods=["GET"])
@api.reads(blueprint, May.RECOVERY_READ, gives=shapes.CampaignSchema)
def campaign(work: Work, number: str) -> views.CampaignView:
    """One campaign with what its posts took."""
    return queries.campaign(work, find_registry_number("RC", number))


@blueprint.route("/campaigns/<number>/closing", methods=["POST"])
@api.writes(
    blueprint,
    May.CAMPAIGN_WRITE,
    takes=shapes.ClosingNewSchema,
    gives=shapes.CampaignSchema,
    status=200,
    versioned=True,
)
def close_campaign(work: Work, new: shapes.ClosingNew, number: str, version: int) -> views.CampaignView:
    """Close a campaign."""
    return campaign_acts.close_campaign(work, find_registry_number("RC", number), new, version)


@blueprint.route("/recoveries", methods=["GET"])
@api.reads(
    blueprint,
    May.RECOVERY_READ,
    gives=shapes.RecoveryRowSchema,
    query=shapes.RecoveriesAskedSchema,
    paged=True,
)
def recoveries(work: Work, asked: shapes.RecoveriesAsked) -> Page[views.RecoveryRow]:
    """Recoveries that fit."""
    return queries.recoveries(work, asked)


@blueprint.route("/recoveries", methods=["POST"])
@api.writes(blueprint, May.RECOVERY_RECORD, takes=shapes.RecoveryNewSchema, gives=shapes.RecoverySchema)
def record(work: Work, new: shapes.RecoveryNew) -> views.RecoveryView:
    """Record what was seized, found, surrendered or collected; each item is traced."""
    return acts.record(work, new)


@blueprint.route("/recoveries/<number>", methods=["GET"])
@api.reads(blueprint, May.RECOVERY_READ, gives=shapes.RecoverySchema)
def recovery(work: Work, number: str) -> views.RecoveryView:
    """One recovery with its items."""
    return queries.recovery(work, find_registry_number("RV", number))


@blueprint.route("/recoveries/<number>/receipt.pdf", methods=["GET"])
@api.prints(blueprint, May.RECOVERY_READ)
def receipt(number: str) -> bytes:
    """The receipt for whoever handed it in."""
    with look() as work:
        found = queries.recovery(work, find_registry_number("RV", number))
    return sealing.sealed_receipt(found)


@blueprint.route("/evidence", methods=["GET"])
@api.reads(
    blueprint, May.RECOVERY_READ, gives=shapes.ItemRowSchema, query=shapes.ItemsAskedSchema, paged=True
)
def items(work: Work, asked: shapes.ItemsAsked) -> Page[views.ItemRow]:
    """What was recovered."""
    return queries.items(work, asked)


@blueprint.route("/evidence/<number>", methods=["GET"])
@api.reads(blueprint, May.RECOVERY_READ, gives=shapes.RecoveredItemSchema)
def item(work: Work, number: str) -> views.ItemView:
    """One item with what its trace found and its chain of evidence."""
    return evidence_queries.item(work, find_registry_number("EV", number))


@blueprint.route("/evidence/<number>/match", methods=["POST"])
@api.writes(
    blueprint,
    May.RECOVERY_RECORD,
    takes=shapes.MatchNewSchema,
    gives=shapes.RecoveredItemSchema,
    status=200,
    versioned=True,
)
def match(work: Work, new: shapes.MatchNew, number: str, version: int) -> views.ItemView:
    """Say which firearm an item is, or that it is none on record."""
    return acts.match(work, find_registry_number("EV", number), new, version)


@blueprint.route("/evidence/<number>/hold", methods=["POST"])
@api.writes(
    blueprint,
    May.RECOVERY_RECORD,
    takes=shapes.HoldNewSchema,
    gives=shapes.RecoveredItemSchema,
    status=200,
    versioned=True,
)
def hold(work: Work, new: shapes.HoldNew, number: str, version: int) -> views.ItemView:
    """Keep an item from being disposed of, or release it."""
    return acts.hold(work, find_registry_number("EV", number), new, version)


@blueprint.route("/handovers", methods=["GET"])
@api.reads(
    blueprint, May.EVIDENCE_HAND, gives=shapes.HandoverSchema, query=shapes.HandoversAskedSchema, paged=True
)
def handovers(work: Work, asked: shapes.HandoversAsked) -> Page[views.HandoverView]:
    """Evidence on its way from one person to another."""
    return evidence_queries.handovers(work, asked)


@blueprint.route("/handovers/<number>", methods=["GET"])
@api.reads(blueprint, May.EVIDENCE_HAND, gives=shapes.HandoverSchema)
def handover(work: Work, number: str) -> views.HandoverView:
    """One hand-over."""
    return evidence_queries.handover(work, find_registry_number("EH", number))
