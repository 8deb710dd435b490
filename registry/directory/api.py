"""Routes of the API for the directory: parties, States, calibres."""

from __future__ import annotations

from typing import Any

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from registry.directory import acts, queries
from registry.directory.calibres import Calibre
from schemas import directory as shapes
from schemas.paging import Page
from schemas.vocabulary import May

blueprint: Any = api.blueprint("directory", "Parties, States, calibres")


@blueprint.route("/parties", methods=["GET"])
@api.reads(
    blueprint, May.DIRECTORY_READ, gives=shapes.PartySchema, query=shapes.PartiesAskedSchema, paged=True
)
def parties(work: Work, asked: shapes.PartiesAsked) -> Page[queries.PartyView]:
    """Parties that fit."""
    return queries.parties(work, asked)


@blueprint.route("/parties", methods=["POST"])
@api.writes(blueprint, May.DIRECTORY_WRITE, takes=shapes.PartyNewSchema, gives=shapes.PartySchema)
def register_party(work: Work, new: shapes.PartyNew) -> queries.PartyView:
    """Register a maker, importer, dealer, public body or natural person."""
    return acts.register_party(work, new)


@blueprint.route("/parties/<number>", methods=["GET"])
@api.reads(blueprint, May.DIRECTORY_READ, gives=shapes.PartySchema)
def party(work: Work, number: str) -> queries.PartyView:
    """One party, without personal data."""
    return queries.party(work, find_registry_number("P", number))


@blueprint.route("/parties/<number>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.DIRECTORY_WRITE,
    takes=shapes.PartyChangeSchema,
    gives=shapes.PartySchema,
    status=200,
    versioned=True,
)
def change_party(work: Work, change: shapes.PartyChange, number: str, version: int) -> queries.PartyView:
    """Correct a party's entry."""
    return acts.change_party(work, find_registry_number("P", number), change, version)


@blueprint.route("/parties/<number>/death", methods=["POST"])
@api.writes(blueprint, May.DIRECTORY_WRITE, takes=shapes.DeathNewSchema, gives=shapes.PartySchema, status=200)
def record_death(work: Work, new: shapes.DeathNew, number: str) -> queries.PartyView:
    """Record that a natural person died."""
    return acts.record_death(work, find_registry_number("P", number), new)


@blueprint.route("/parties/<number>/closure", methods=["POST"])
@api.writes(
    blueprint, May.DIRECTORY_WRITE, takes=shapes.ClosureNewSchema, gives=shapes.PartySchema, status=200
)
def record_closure(work: Work, new: shapes.ClosureNew, number: str) -> queries.PartyView:
    """Record that a company closed (FP 7)."""
    return acts.record_closure(work, find_registry_number("P", number), new)


@blueprint.route("/parties/<number>/person", methods=["GET"])
@api.reads(blueprint, May.PERSON_READ, gives=shapes.PersonSchema, query=shapes.PersonAskedSchema)
def person(work: Work, asked: shapes.PersonAsked, number: str) -> queries.PersonView:
    """Personal data of a natural person, for a purpose that is noted."""
    return queries.person(work, find_registry_number("P", number), asked.purpose)


@blueprint.route("/parties/<number>/person", methods=["PATCH"])
@api.writes(
    blueprint,
    May.DIRECTORY_WRITE,
    takes=shapes.PersonChangeSchema,
    gives=shapes.PersonSchema,
    status=200,
    versioned=True,
)
def change_person(work: Work, change: shapes.PersonChange, number: str, version: int) -> queries.PersonView:
    """Correct personal data of a natural person."""
    return acts.change_person(work, find_registry_number("P", number), change, version)


@blueprint.route("/states", methods=["GET"])
@api.reads(
    blueprint, May.DIRECTORY_READ, gives=shapes.StateSchema, query=shapes.StatesAskedSchema, paged=True
)
def states(work: Work, asked: shapes.StatesAsked) -> Page[queries.StateView]:
    """States, present and historic."""
    return queries.states(work, asked)


@blueprint.route("/states/<code>", methods=["GET"])
@api.reads(blueprint, May.DIRECTORY_READ, gives=shapes.StateSchema)
def state(work: Work, code: str) -> queries.StateView:
    """One State."""
    return queries.state(work, code)


@blueprint.route("/calibres", methods=["GET"])
@api.reads(
    blueprint, May.DIRECTORY_READ, gives=shapes.CalibreSchema, query=shapes.CalibresAskedSchema, paged=True
)
def calibres(work: Work, asked: shapes.CalibresAsked) -> Page[Calibre]:
    """Calibres, and what is often taken for them."""
    return queries.listed_calibres(work, asked)
