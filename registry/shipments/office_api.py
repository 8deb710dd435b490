"""Routes of the API for customs offices."""

from __future__ import annotations

from registry.core.web import api
from registry.core.work import Work
from registry.shipments import offices
from registry.shipments.api import blueprint
from registry.shipments.views import OfficeView
from schemas import shipments as shapes
from schemas.paging import Page, page_of
from schemas.vocabulary import May


@blueprint.route("/customs-offices", methods=["GET"])
@api.reads(blueprint, May.SHIPMENT_READ, gives=shapes.OfficeSchema, paged=True)
def offices_listed(work: Work) -> Page[OfficeView]:
    """Customs offices; they are few, so they come in one page."""
    return offices.offices(work)


@blueprint.route("/customs-offices", methods=["POST"])
@api.writes(blueprint, May.OFFICE_WRITE, takes=shapes.OfficeNewSchema, gives=shapes.OfficeSchema)
def open_office(work: Work, new: shapes.OfficeNew) -> OfficeView:
    """Open a customs office."""
    return offices.open_office(work, new)


@blueprint.route("/customs-offices/posts", methods=["POST"])
@api.writes(
    blueprint, May.OFFICE_WRITE, takes=shapes.PostNewSchema, gives=page_of(shapes.OfficeSchema), status=200
)
def post(work: Work, new: shapes.PostNew) -> Page[OfficeView]:
    """Say at which office somebody of customs works."""
    return offices.post(work, new)
