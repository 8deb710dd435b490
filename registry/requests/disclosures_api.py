"""Routes of the API for disclosures that the law compels, told to the source before."""

from __future__ import annotations

from typing import Any

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from registry.requests import disclosing
from registry.requests.api import blueprint
from registry.requests.views import RequestView
from schemas.access import NothingSchema
from schemas.disclosures import DisclosureDone, DisclosureDoneSchema, DisclosureNew, DisclosureNewSchema
from schemas.requests import RequestSchema
from schemas.vocabulary import May


def _key(number: str) -> int:
    return find_registry_number("RQ", number)


@blueprint.route("/requests/<number>/disclosures", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_SEND,
    takes=DisclosureNewSchema,
    gives=RequestSchema,
    versioned=True,
    at="/requests/{number}",
)
def tell(work: Work, new: DisclosureNew, number: str, version: int) -> RequestView:
    """Tell the source, before, that what it told will have to be disclosed."""
    return disclosing.tell(work, _key(number), new, version)


@blueprint.route("/requests/<number>/disclosures/<int(max=9999):n>/disclosed", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_SEND,
    takes=DisclosureDoneSchema,
    gives=RequestSchema,
    status=200,
    versioned=True,
)
def disclose(work: Work, done: DisclosureDone, number: str, n: int, version: int) -> RequestView:
    """Write down that it was disclosed, once the source has the notice."""
    return disclosing.disclose(work, _key(number), n, done, version)


@blueprint.route("/requests/<number>/disclosures/<int(max=9999):n>/seen", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_ANSWER,
    takes=NothingSchema,
    gives=RequestSchema,
    status=200,
    versioned=True,
)
def see(work: Work, nothing: Any, number: str, n: int, version: int) -> RequestView:
    """As the source, say that somebody has read it."""
    return disclosing.see(work, _key(number), n, version)
