"""Routes of the API for the directory of authorities; what is public of a card needs no token."""

from __future__ import annotations

from typing import Any

from registry.authorities import acts, queries
from registry.authorities.queries import OPEN, CardView, EntryView, TermView
from registry.core.web import api
from registry.core.work import Work
from schemas import authorities as shapes
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import May

blueprint: Any = api.blueprint(
    "authorities", "Authorities of States: whom to ask, what they answer, under which law (FP art. 13(2))"
)


@blueprint.route("/authorities", methods=["GET"])
@api.reads(
    blueprint, None, gives=shapes.CardSchema, query=shapes.CardsAskedSchema, paged=True, open_to_all=OPEN
)
def cards(work: Work, asked: shapes.CardsAsked) -> Page[CardView]:
    """Cards of States; without a token what is public of them."""
    return queries.cards(work, asked)


@blueprint.route("/authorities/<code>", methods=["GET"])
@api.reads(blueprint, None, gives=shapes.WholeCardSchema, open_to_all=OPEN)
def card(work: Work, code: str) -> CardView:
    """The card of a State; without a token what is public of it."""
    return queries.card(work, code)


@blueprint.route("/authorities/<code>", methods=["PUT"])
@api.writes(
    blueprint,
    May.DIRECTORY_WRITE,
    takes=shapes.CardNewSchema,
    gives=shapes.WholeCardSchema,
    status=200,
    versioned=True,
)
def enter(work: Work, new: shapes.CardNew, code: str, version: int) -> CardView:
    """Enter what is known of a State's authority; If-Match "0" where nothing was entered."""
    return acts.enter(work, code, new, version)


@blueprint.route("/authorities/<code>/confirmation", methods=["POST"])
@api.writes(
    blueprint,
    May.DIRECTORY_WRITE,
    takes=shapes.ConfirmationSchema,
    gives=shapes.WholeCardSchema,
    status=200,
    versioned=True,
)
def confirm(work: Work, new: shapes.Confirmation, code: str, version: int) -> CardView:
    """Say that what was entered was checked and is still right."""
    return acts.confirm(work, code, new, version)


@blueprint.route("/authorities/<code>/entries", methods=["GET"])
@api.reads(blueprint, May.AUTHORITY_READ, gives=shapes.EntrySchema, query=PageAskedSchema, paged=True)
def entries(work: Work, asked: PageAsked, code: str) -> Page[EntryView]:
    """All that officers entered of a State, the newest first."""
    return Page(queries.entries(work, queries.card(work, code).state))


@blueprint.route("/authority-term", methods=["GET"])
@api.reads(blueprint, May.AUTHORITY_READ, gives=shapes.CardTermSchema)
def term(work: Work) -> TermView:
    """After how many days without a check a card is old."""
    return queries.term(work)


@blueprint.route("/authority-term", methods=["POST"])
@api.writes(blueprint, May.AUTHORITY_TERM_SET, takes=shapes.CardTermNewSchema, gives=shapes.CardTermSchema)
def set_term(work: Work, new: shapes.CardTermNew) -> TermView:
    """Set after how many days without a check a card is old."""
    return acts.set_term(work, new)
