"""Pages of the records that companies handed over."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from registry.core.errors import RegistryError
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import options, shown
from registry.retention import received_acts, received_queries, sealing
from registry.retention.pages import Answer, blueprint, render
from schemas import received as shapes
from schemas.retention_vocabulary import ReceivedKind
from schemas.vocabulary import May


@blueprint.get("/retention/received", endpoint="received")
@guard.may(May.RETENTION_READ)
def received_list() -> Answer:
    """Records that companies handed over, the newest first."""
    asked = load_form(shapes.ReceivedAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        found = received_queries.received(work, asked)
    return render("received", page=found, asked=asked)


@blueprint.route("/retention/received/new", methods=["GET", "POST"])
@guard.may(May.RECORDS_RECEIVE)
def receive() -> Answer:
    """Record what a company handed over."""
    errors: Any = ()
    status = 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                made = received_acts.receive(work, load_form(shapes.ReceivedRecordsNewSchema()))
            flash(_("The records are taken over as %(number)s.", number=made.number), "good")
            return redirect(url_for("retention.received_one", number=made.number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    typed = request.form or request.args
    return render("received_new", errors=errors, typed=typed, forms=options(ReceivedKind)), status


@blueprint.route("/retention/received/<number>", methods=["GET"])
@guard.may(May.RETENTION_READ)
def received_one(number: str) -> Answer:
    """One of them, where it has been kept, and until when."""
    return _one(number)


def _one(number: str, errors: Any = ()) -> str:
    key = find_registry_number(received_queries.PREFIX, number)
    with context.look() as work:
        found = received_queries.one(work, key)
        copies = [one for tell in work.offers.get("copies", {}).values() for one in tell(work, key)]
    return render("received_one", found=found, copies=copies, errors=errors, typed=request.form)


@blueprint.post("/retention/received/<number>/moves")
@guard.may(May.RECORDS_RECEIVE)
def move_received(number: str) -> Answer:
    """They go to another place."""
    typed = {name: value for name, value in request.form.items() if name != "version"}
    try:
        with context.begin() as work:
            taken = load_form(shapes.ReceivedRecordsMoveSchema(), typed)
            key = find_registry_number(received_queries.PREFIX, number)
            received_acts.move(work, key, taken, version_seen())
    except RegistryError as error:
        return _one(number, shown(error)), error.status
    flash(_("The new place is recorded."), "good")
    return redirect(url_for("retention.received_one", number=number), 303)


@blueprint.get("/retention/received/<number>/receipt.pdf")
@guard.may(May.RETENTION_READ)
def received_receipt(number: str) -> Response:
    """The receipt for the company."""
    with context.look() as work:
        found = received_queries.one(work, find_registry_number(received_queries.PREFIX, number))
    return Response(sealing.sealed_receipt(found), mimetype="application/pdf")
