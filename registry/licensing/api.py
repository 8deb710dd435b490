"""Routes of the API for applications: what applicants do, and what everybody reads."""

from __future__ import annotations

from registry.core.web import api
from registry.core.work import Work
from registry.licensing import acts, brokering_acts, queries
from registry.licensing.queries import licence_key
from registry.licensing.views import LicenceRow, LicenceView
from schemas import licensing as told
from schemas import licensing_review as review
from schemas import licensing_views as shapes
from schemas.access import NothingSchema
from schemas.paging import Page
from schemas.vocabulary import May

blueprint = api.blueprint("licensing", "Licences of export, import, transit and brokering (FP arts. 10, 15).")


@blueprint.route("/licences", methods=["GET"])
@api.reads(
    blueprint,
    May.LICENCE_READ,
    gives=shapes.LicenceRowSchema,
    query=told.LicencesAskedSchema,
    paged=True,
)
def licences(work: Work, asked: told.LicencesAsked) -> Page[LicenceRow]:
    """Licences that fit, with ages and what is overdue; traders see their own, customs what was issued."""
    return queries.licences(work, asked)


@blueprint.route("/licences", methods=["POST"])
@api.writes(blueprint, May.LICENCE_APPLY, takes=told.LicenceNewSchema, gives=shapes.LicenceSchema)
def draft(work: Work, new: told.LicenceNew) -> LicenceView:
    """Begin an application; all but its kind may follow later."""
    return acts.draft(work, new)


@blueprint.route("/licences/<number>", methods=["GET"])
@api.reads(blueprint, May.LICENCE_READ, gives=shapes.LicenceSchema)
def licence(work: Work, number: str) -> LicenceView:
    """One licence with all that belongs to it, what is still unmet, and for whom it waits."""
    return queries.licence(work, licence_key(number))


@blueprint.route("/licences/<number>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=told.ApplicationSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def change(work: Work, new: told.Application, number: str, version: int) -> LicenceView:
    """Say more of an application, or otherwise; what is left out stays."""
    return acts.change(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/submit", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=NothingSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def submit(work: Work, nothing: object, number: str, version: int) -> LicenceView:
    """Hand an application in."""
    return acts.submit(work, licence_key(number), version)


@blueprint.route("/licences/<number>/withdraw", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=told.BecauseSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def withdraw(work: Work, why: told.Because, number: str, version: int) -> LicenceView:
    """Take an application back."""
    return acts.withdraw(work, licence_key(number), why, version)


@blueprint.route("/licences/<number>/answer", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=told.SaidSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def answer(work: Work, said: told.Said, number: str, version: int) -> LicenceView:
    """Answer what the authority asked."""
    return acts.answer(work, licence_key(number), said, version)


@blueprint.route("/licences/<number>/import-licence", methods=["PUT"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=told.ImportToldSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def tell_import_licence(work: Work, new: told.ImportTold, number: str, version: int) -> LicenceView:
    """Show the importing State's licence; it is verified anew."""
    return acts.tell_import_licence(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/end-user-certificate", methods=["PUT"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=told.EndUserToldSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def tell_end_user(work: Work, new: told.EndUserTold, number: str, version: int) -> LicenceView:
    """Show the end-user certificate; it is verified anew."""
    return acts.tell_end_user(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/evidence", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=told.EvidenceNewSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def add_evidence(work: Work, new: told.EvidenceNew, number: str, version: int) -> LicenceView:
    """Add a document to the case."""
    return acts.add_evidence(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/deliveries", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=review.DeliveryNewSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def deliver(work: Work, new: review.DeliveryNew, number: str, version: int) -> LicenceView:
    """Report goods that went between two other States under a licence of brokering (FP 15)."""
    return brokering_acts.deliver(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/goods", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=told.GoodsSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def name_goods(work: Work, new: told.Goods, number: str, version: int) -> LicenceView:
    """Name serials or spans of a line of an issued licence, at the latest before they are shipped."""
    return acts.name_goods(work, licence_key(number), new, version)
