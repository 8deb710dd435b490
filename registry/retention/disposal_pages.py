"""Pages of disposals of records: what is proposed, what went, and the certificate."""

from __future__ import annotations

from flask import Response, redirect, request, url_for

from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard
from registry.core.web.forms import load_form
from registry.core.web.words import shown
from registry.retention import disposal_queries, disposing, ending, sealing
from registry.retention.pages import Answer, blueprint, render
from schemas import retention as shapes
from schemas.paging import PageAskedSchema
from schemas.vocabulary import May


@blueprint.get("/retention/disposals")
@guard.may(May.RETENTION_READ)
def disposals() -> Answer:
    """Records that were disposed of, the last first."""
    asked = load_form(PageAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        found = disposal_queries.disposals(work, asked)
    return render("disposals", page=found)


@blueprint.get("/retention/disposals/<number>")
@guard.may(May.RETENTION_READ)
def disposal(number: str) -> Answer:
    """One disposal: what went, by which law it was kept until when."""
    with context.look() as work:
        found = disposal_queries.disposal(work, find_registry_number("RD", number))
    return render("disposal", found=found)


@blueprint.get("/retention/disposals/<number>/certificate.pdf")
@guard.may(May.RETENTION_READ)
def certificate(number: str) -> Response:
    """The certificate."""
    with context.look() as work:
        found = disposal_queries.disposal(work, find_registry_number("RD", number))
    return Response(sealing.sealed_certificate(found), mimetype="application/pdf")


@blueprint.route("/retention/disposals/new", methods=["GET", "POST"])
@guard.may(May.RECORDS_DISPOSE)
def propose() -> Answer:
    """Propose that records go: chosen in the preview, or named one a line."""
    if request.method == "GET":
        return render("disposal_new", typed={}, chosen=request.args.getlist("record"), errors=())
    named = "\n".join([request.form.get("records", ""), *request.form.getlist("record")]).split()
    told = {f"records-{n}": number for n, number in enumerate(named)}
    try:
        with context.begin() as work:
            reason = {"reason": request.form.get("reason", "")}
            made = disposing.propose(work, load_form(shapes.RecordsDisposalNewSchema(), told | reason))
    except RegistryError as error:
        typed = request.form
        page = render("disposal_new", typed=typed, chosen=named, errors=shown(error))
        return page, error.status
    return redirect(url_for("access.proposal", proposal_id=made.id), 303)


@blueprint.route("/retention/ended", methods=["GET", "POST"])
@guard.may(May.RETENTION_READ)
def ended() -> Answer:
    """What other States let us keep until a day that is over, and the proposal that it goes."""
    errors, status = tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                made = ending.propose(work, load_form(shapes.EndingNewSchema()))
            return redirect(url_for("access.proposal", proposal_id=made.id), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = ending.ended(work)
    free = any(not one.held for one in found)
    return render("ended", found=found, free=free, typed=request.form, errors=errors), status
