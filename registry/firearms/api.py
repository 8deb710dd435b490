"""Routes of the API for firearms and identity conflicts."""

from __future__ import annotations

from typing import Any

from registry.access.approval_queries import ProposalView
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.firearms import acts, list_queries, mark_texts, queries, views
from registry.firearms import conflicts as settling
from registry.firearms.sealing import sealed_extract, sealed_record
from schemas import firearms as shapes
from schemas.approvals import ProposalSchema
from schemas.paging import Page
from schemas.vocabulary import May

blueprint: Any = api.blueprint("firearms", "Firearms, their marks and their custody (FP arts. 7 and 8)")


@blueprint.route("/firearms", methods=["GET"])
@api.reads(
    blueprint, May.FIREARM_READ, gives=shapes.FirearmRowSchema, query=shapes.FirearmsAskedSchema, paged=True
)
def firearms(work: Work, asked: shapes.FirearmsAsked) -> Page[views.FirearmRow]:
    """Firearms that fit."""
    return list_queries.firearms(work, asked)


@blueprint.route("/firearms", methods=["POST"])
@api.writes(blueprint, May.FIREARM_REGISTER, takes=shapes.FirearmNewSchema, gives=shapes.FirearmSchema)
def register(work: Work, new: shapes.FirearmNew) -> views.FirearmView:
    """Record a firearm with its marks and custody so far."""
    return acts.register(work, new)


@blueprint.route("/firearms/<number>", methods=["GET"])
@api.reads(blueprint, May.FIREARM_READ, gives=shapes.FirearmSchema)
def firearm(work: Work, number: str) -> views.FirearmView:
    """One firearm with all that belongs to it."""
    return queries.firearm(work, find_registry_number("F", number))


@blueprint.route("/firearms/<number>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.FIREARM_CORRECT,
    takes=shapes.FirearmChangeSchema,
    gives=shapes.FirearmSchema,
    status=200,
    versioned=True,
)
def correct(work: Work, change: shapes.FirearmChange, number: str, version: int) -> views.FirearmView:
    """Correct what was recorded wrongly."""
    return acts.correct(work, find_registry_number("F", number), change, version)


@blueprint.route("/firearms/<number>/marks", methods=["POST"])
@api.writes(
    blueprint,
    May.MARK_RECORD,
    takes=shapes.MarkNewSchema,
    gives=shapes.FirearmSchema,
    status=200,
    versioned=True,
)
def add_mark(work: Work, new: shapes.MarkNew, number: str, version: int) -> views.FirearmView:
    """Record a further mark."""
    return acts.add_mark(work, find_registry_number("F", number), new, version)


@blueprint.route("/firearms/<number>/marks/<int(max=999):n>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.MARK_RECORD,
    takes=shapes.MarkChangeSchema,
    gives=shapes.FirearmSchema,
    status=200,
    versioned=True,
)
def change_mark(
    work: Work, change: shapes.MarkChange, number: str, n: int, version: int
) -> views.FirearmView:
    """Record in which condition a mark is found now."""
    return acts.change_mark(work, find_registry_number("F", number), n, change, version)


@blueprint.route("/firearms/<number>/marks/<int(max=999):n>/text", methods=["POST"])
@api.writes(
    blueprint,
    May.FIREARM_CORRECT,
    takes=shapes.MarkTextSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def correct_text(work: Work, change: shapes.MarkText, number: str, n: int, version: int) -> ProposalView:
    """Propose what a mark really says; it is corrected when somebody else has approved it."""
    return mark_texts.propose(work, find_registry_number("F", number), n, change, version)


@blueprint.route("/firearms/<number>/custody", methods=["POST"])
@api.writes(
    blueprint,
    May.CUSTODY_RECORD,
    takes=shapes.CustodyNewSchema,
    gives=shapes.FirearmSchema,
    status=200,
    versioned=True,
)
def add_custody(work: Work, new: shapes.CustodyNew, number: str, version: int) -> views.FirearmView:
    """Record a step of custody."""
    return acts.add_custody(work, find_registry_number("F", number), new, version)


@blueprint.route("/firearms/<number>/record.pdf", methods=["GET"])
@api.prints(blueprint, May.FIREARM_READ)
def record_document(number: str) -> bytes:
    """The record of a firearm on paper, with a code by which everyone can verify it."""
    with look() as work:
        found, day = queries.firearm(work, find_registry_number("F", number)), work.today
    return sealed_record(found, day)


@blueprint.route("/firearms/<number>/custody.pdf", methods=["GET"])
@api.prints(blueprint, May.FIREARM_CORRECT)
def custody_document(number: str) -> bytes:
    """All steps of custody with their documents, as a certified copy that everyone can verify."""
    with look() as work:
        found, day = queries.firearm(work, find_registry_number("F", number)), work.today
    return sealed_extract(found, day)


@blueprint.route("/conflicts", methods=["GET"])
@api.reads(
    blueprint, May.CONFLICT_READ, gives=shapes.ConflictSchema, query=shapes.ConflictsAskedSchema, paged=True
)
def conflicts(work: Work, asked: shapes.ConflictsAsked) -> Page[views.ConflictView]:
    """Identities that two records claim."""
    return queries.conflicts(work, asked)


@blueprint.route("/conflicts/<int(max=9223372036854775807):conflict_id>", methods=["GET"])
@api.reads(blueprint, May.CONFLICT_READ, gives=shapes.ConflictSchema)
def conflict(work: Work, conflict_id: int) -> views.ConflictView:
    """One conflict."""
    return queries.conflict(work, conflict_id)


@blueprint.route("/conflicts/<int(max=9223372036854775807):conflict_id>/decision", methods=["POST"])
@api.writes(
    blueprint,
    May.CONFLICT_PROPOSE,
    takes=shapes.DecisionNewSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def decide(work: Work, new: shapes.DecisionNew, conflict_id: int, version: int) -> ProposalView:
    """Propose how a conflict is settled; it is when somebody else has approved it."""
    return settling.propose(work, conflict_id, new, version)
