"""Pages of disposal: batches, what is proposed, what was done, and the certificate."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError

from registry.core.errors import RegistryError
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard
from registry.core.web.forms import load_form
from registry.core.web.problems import from_validation
from registry.core.web.words import options, shown
from registry.recovery import disposal_acts, disposal_queries, sealing
from registry.recovery.pages import Answer, blueprint, pdf, render
from schemas import disposal as shapes
from schemas.recovery_vocabulary import DisposalKind, DisposalMethod, DisposalState
from schemas.vocabulary import May

WITNESSES = 4
"""Rows for witnesses that a form offers."""


@blueprint.get("/disposals")
@guard.may(May.RECOVERY_READ)
def disposals() -> Answer:
    """Batches that were or are to be disposed of, the newest first."""
    asked = load_form(shapes.DisposalsAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        page = disposal_queries.disposals(work, asked)
    return render(
        "disposals",
        page=page,
        asked=asked,
        states=options(DisposalState),
        disposal_kinds=options(DisposalKind),
    )


@blueprint.route("/disposals/new", methods=["GET", "POST"])
@guard.may(May.DISPOSAL_PROPOSE)
def propose_disposal() -> Answer:
    """Propose to destroy a batch, or what else was authorized: scan its labels, one a line."""
    typed = {name: value for name, value in request.form.items() if name != "csrf_token"}
    if request.method == "GET":
        return _proposing({"kind": "destruction", **request.args})
    try:
        taken = _proposed(typed)
        with context.begin() as work:
            made = disposal_acts.propose(work, taken)
    except RegistryError as error:
        return _proposing(typed, shown(error)), error.status
    flash(_("This is proposed. It is done when somebody else has approved it."), "good")
    return redirect(url_for("recovery.disposal", number=made.number), 303)


def _proposed(typed: dict[str, str]) -> shapes.DisposalNew:
    told: dict[str, Any] = {name: value.strip() for name, value in typed.items() if value.strip()}
    told["items"] = typed.get("items", "").upper().split()
    try:
        taken: shapes.DisposalNew = shapes.DisposalNewSchema().load(told)
    except ValidationError as error:
        raise from_validation(error.messages) from None
    return taken


def _proposing(typed: dict[str, str], errors: Any = ()) -> str:
    return render(
        "disposal_new",
        typed=typed,
        errors=errors,
        disposal_kinds=options(DisposalKind),
        methods=options(DisposalMethod),
    )


@blueprint.get("/disposals/<number>")
@guard.may(May.RECOVERY_READ)
def disposal(number: str) -> Answer:
    """One disposal with all that its certificate says."""
    return _disposal(number)


def _disposal(number: str, errors: Any = ()) -> str:
    with context.look() as work:
        found = disposal_queries.disposal(work, find_registry_number("DC", number))
        today = work.today
    return render(
        "disposal",
        found=found,
        errors=errors,
        typed={"done_on": today.isoformat(), **request.form},
        witnesses=range(WITNESSES),
    )


@blueprint.post("/disposals/<number>/completion")
@guard.may(May.DISPOSAL_PROPOSE)
def complete_disposal(number: str) -> Answer:
    """Record that it was done, before whom, and what it weighed."""
    typed = {name: value for name, value in request.form.items() if name != "version"}
    try:
        taken = load_form(shapes.CompletionNewSchema(), typed)
        version = request.form.get("version", -1, int)
        with context.begin() as work:
            disposal_acts.complete(work, find_registry_number("DC", number), taken, version)
    except RegistryError as error:
        return _disposal(number, shown(error)), error.status
    flash(_("It is recorded as done; the certificate can be printed."), "good")
    return redirect(url_for("recovery.disposal", number=number), 303)


@blueprint.post("/disposals/<number>/cancellation")
@guard.may(May.DISPOSAL_PROPOSE)
def cancel_disposal(number: str) -> Answer:
    """Give it up; its items are free again."""
    typed = {name: value for name, value in request.form.items() if name != "version"}
    try:
        taken = load_form(shapes.CancellationNewSchema(), typed)
        version = request.form.get("version", -1, int)
        with context.begin() as work:
            disposal_acts.cancel(work, find_registry_number("DC", number), taken.reason, version)
    except RegistryError as error:
        return _disposal(number, shown(error)), error.status
    flash(_("It is given up; its items are free again."), "good")
    return redirect(url_for("recovery.disposal", number=number), 303)


@blueprint.get("/disposals/<number>/certificate.pdf")
@guard.may(May.RECOVERY_READ)
def certificate(number: str) -> Response:
    """The certificate of what was done."""
    with context.look() as work:
        found = disposal_queries.disposal(work, find_registry_number("DC", number))
    return pdf(sealing.sealed_certificate(found))
