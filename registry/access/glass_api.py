"""Routes of the API for records opened beyond a role."""

from __future__ import annotations

from flask import Response

from registry.access import glass, glass_queries
from registry.access.api import blueprint, shown_by
from registry.access.glass_queries import GlassView
from registry.core.numbers import find_registry_number
from registry.core.web import api, context
from registry.core.work import Work
from schemas import break_glass as shapes
from schemas.access import NothingSchema
from schemas.paging import Page
from schemas.vocabulary import May


@blueprint.route("/break-glass", methods=["GET"])
@api.reads(
    blueprint,
    May.GLASS_READ,
    gives=shapes.BreakGlassSchema,
    query=shapes.BreakGlassAskedSchema,
    paged=True,
)
def opened_records(work: Work, asked: shapes.GlassAsked) -> Page[GlassView]:
    """Records opened beyond a role; police and customs see their own."""
    return glass_queries.listed(work, asked)


@blueprint.route("/break-glass", methods=["POST"])
@api.takes(
    blueprint,
    May.GLASS_BREAK,
    takes=shapes.BreakGlassNewSchema,
    gives=shapes.BreakGlassSchema,
    keyed=False,
)
def break_glass(new: shapes.GlassNew) -> Response:
    """Open one record beyond one's role for a short time; the auditors see it at once, and it is reviewed."""
    limits = glass.limits_of(context.registry().settings)
    with context.registry().office.begin(shown_by(new.code), request_id=context.request_id()) as work:
        opened = glass.break_glass(work, new, limits)
    glass.tell(opened, context.request_id())
    return api.respond(shapes.BreakGlassSchema, opened, 201)


@blueprint.route("/break-glass/<number>", methods=["GET"])
@api.reads(blueprint, May.GLASS_READ, gives=shapes.BreakGlassSchema)
def opened_record(work: Work, number: str) -> GlassView:
    """One of them, with how often the record was read by it."""
    return glass_queries.one(work, find_registry_number("BG", number))


@blueprint.route("/break-glass/<number>/ending", methods=["POST"])
@api.writes(blueprint, May.GLASS_BREAK, takes=NothingSchema, gives=shapes.BreakGlassSchema, status=200)
def end_own(work: Work, nothing: object, number: str) -> GlassView:
    """End what one opened oneself, before its time."""
    return glass.end_own(work, find_registry_number("BG", number))


@blueprint.route("/break-glass/<number>/stopping", methods=["POST"])
@api.writes(blueprint, May.GLASS_REVIEW, takes=NothingSchema, gives=shapes.BreakGlassSchema, status=200)
def stop(work: Work, nothing: object, number: str) -> GlassView:
    """End what another opened."""
    return glass.end(work, find_registry_number("BG", number))


@blueprint.route("/break-glass/<number>/review", methods=["POST"])
@api.writes(
    blueprint,
    May.GLASS_REVIEW,
    takes=shapes.BreakGlassReviewSchema,
    gives=shapes.BreakGlassSchema,
    status=200,
)
def review(work: Work, told: shapes.GlassReview, number: str) -> GlassView:
    """Say whether it was justified; never by who opened it."""
    return glass.review(work, find_registry_number("BG", number), told)
