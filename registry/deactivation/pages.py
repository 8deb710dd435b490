"""Pages of deactivations: the list, one deactivation with its steps, verifying bodies, incidents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access.approval_queries import ProposalView
from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, files, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, options, shown
from registry.core.work import Work
from registry.deactivation import acts, catalogue, queries, sealing, verifying
from registry.deactivation.pictures import plain_picture
from registry.deactivation.rules import MOVES
from registry.firearms.queries import parties_offered
from schemas import deactivation as shapes
from schemas.deactivation_vocabulary import DeactivationState, EssentialPart, IncidentOutcome, MarkForm
from schemas.paging import PageAskedSchema
from schemas.vocabulary import May

blueprint = Blueprint("deactivation", __name__, template_folder="templates")
NAVIGATION = (
    NavigationEntry("Deactivations", "deactivation.list", May.DEACTIVATION_READ, 48),
    NavigationEntry("Incidents", "deactivation.incidents", May.DEACTIVATION_READ, 49),
)
Answer = Response | str | tuple[str, int]
TONES = {
    "applied": "information",
    "work_done": "information",
    "failed": "alarm",
    "passed": "information",
    "verified": "good",
    "withdrawn": "neutral",
    "annulled": "warning",
}


def _render(template: str, **given: Any) -> str:
    may = context.actor().may
    return render_template(
        f"deactivation/{template}.html",
        label=label,
        tones=TONES,
        may={permission.name.lower(): permission in may for permission in May},
        **given,
    )


def _typed() -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name not in ("version", "csrf_token")}


@blueprint.get("/deactivations", endpoint="list")
@guard.may(May.DEACTIVATION_READ)
def deactivations() -> str:
    """Deactivations."""
    asked = load_form(shapes.DeactivationsAskedSchema(), request.args)
    with context.look() as work:
        page = queries.deactivations(work, asked)
    return _render("list", page=page, asked=asked, states=options(DeactivationState))


@blueprint.route("/deactivations/new", methods=["GET", "POST"])
@guard.may(May.DEACTIVATION_RECORD)
def new() -> Answer:
    """Apply to have a firearm deactivated."""
    errors, status = tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            taken = load_form(shapes.DeactivationNewSchema())
            with context.begin() as work:
                made = acts.apply(work, taken)
            flash(_("The application is recorded as %(number)s.", number=made.number), "good")
            return redirect(url_for("deactivation.show", number=made.number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        parties = parties_offered(work)
    typed = request.form if request.method == "POST" else request.args
    return _render("new", typed=typed, errors=errors, parties=parties), status


@blueprint.get("/deactivations/<number>")
@guard.may(May.DEACTIVATION_READ)
def show(number: str) -> str:
    """One deactivation: where it stands, what is still unmet, and what can be done now."""
    return _shown(number)


def _shown(number: str, typed: Mapping[str, str] | None = None, errors: Any = ()) -> str:
    with context.look() as work:
        found = queries.deactivation(work, find_registry_number("D", number))
    return _render(
        "show",
        found=found,
        to={state.value for state in MOVES[DeactivationState(found.state)]},
        measures=catalogue.measures_for(found.type),
        forms=options(MarkForm),
        parts=options(EssentialPart),
        typed=typed or {},
        errors=errors,
    )


def _step(number: str, change: Callable[[Work, int, int], object], done: str) -> Answer:
    """One step at the version the page was opened with, and the page again."""
    try:
        with context.begin() as work:
            made = change(work, find_registry_number("D", number), version_seen())
    except RegistryError as error:
        return _shown(number, _typed(), shown(error)), error.status
    flash(done, "good")
    if isinstance(made, ProposalView):
        return redirect(url_for("access.proposal", proposal_id=made.id), 303)
    return redirect(url_for("deactivation.show", number=number), 303)


@blueprint.post("/deactivations/<number>/work")
@guard.may(May.DEACTIVATION_RECORD)
def report_work(number: str) -> Answer:
    """Report what was done to each essential part."""

    def change(work: Work, key: int, version: int) -> object:
        return acts.report_work(work, key, load_form(shapes.WorkNewSchema(), _typed()), version)

    return _step(number, change, _("The work is recorded."))


@blueprint.post("/deactivations/<number>/photographs")
@guard.may(May.DEACTIVATION_RECORD, most_bytes=shapes.LONGEST_PHOTOGRAPH + 100_000)
def add_photograph(number: str) -> Answer:
    """Add a photograph."""
    file = request.files.get("file")
    sent = file.read() if file else b""

    def change(work: Work, key: int, version: int) -> object:
        caption = load_form(shapes.CaptionNewSchema(), _typed()).caption
        return acts.add_photograph(work, key, plain_picture(sent), caption, version)

    return _step(number, change, _("The photograph is kept."))


@blueprint.get("/deactivations/<number>/photographs/<int(max=999):n>.jpg")
@guard.may(May.DEACTIVATION_READ)
def photograph(number: str, n: int) -> Response:
    """A photograph."""
    with context.look() as work:
        content = queries.photograph(work, find_registry_number("D", number), n)
    return Response(content, mimetype="image/jpeg")


@blueprint.post("/deactivations/<number>/inspections")
@guard.may(May.DEACTIVATION_INSPECT)
def inspect(number: str) -> Answer:
    """Record an inspection."""

    def change(work: Work, key: int, version: int) -> object:
        return acts.inspect(work, key, load_form(shapes.InspectionNewSchema(), _typed()), version)

    return _step(number, change, _("The inspection is recorded."))


@blueprint.route("/deactivations/<number>/withdrawal", methods=["GET", "POST"])
@guard.may(May.DEACTIVATION_RECORD)
def withdraw(number: str) -> Answer:
    """Withdraw an application: ask for the reason, then do it."""
    key, errors, status = find_registry_number("D", number), tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                acts.withdraw(work, key, load_form(shapes.EndNewSchema(), _typed()), version_seen())
            flash(_("The application is withdrawn."), "good")
            return redirect(url_for("deactivation.show", number=number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = queries.deactivation(work, key)
    return _render("withdraw", found=found, typed=_typed(), errors=errors), status


@blueprint.post("/deactivations/<number>/verification")
@guard.may(May.DEACTIVATION_PROPOSE)
def verify(number: str) -> Answer:
    """Propose that a deactivation is verified."""

    def change(work: Work, key: int, version: int) -> object:
        return verifying.propose(work, key, load_form(shapes.VerificationNewSchema(), _typed()), version)

    return _step(number, change, _("This is proposed. It is done when somebody else has approved it."))


@blueprint.post("/deactivations/<number>/annulment")
@guard.may(May.DEACTIVATION_PROPOSE)
def annul(number: str) -> Answer:
    """Propose that a verified deactivation is annulled."""

    def change(work: Work, key: int, version: int) -> object:
        return verifying.propose_annulment(work, key, load_form(shapes.EndNewSchema(), _typed()), version)

    return _step(number, change, _("This is proposed. It is done when somebody else has approved it."))


@blueprint.get("/deactivations/<number>/certificate.pdf")
@guard.may(May.DEACTIVATION_READ)
def certificate(number: str) -> Response:
    """The certificate on paper."""
    with context.look() as work:
        found = queries.deactivation(work, find_registry_number("D", number))
    return files.shown(sealing.sealed_certificate(found), f"{found.number}.pdf")


@blueprint.get("/verifying-bodies", endpoint="bodies")
@guard.may(May.DEACTIVATION_READ)
def verifying_bodies() -> str:
    """Bodies that verify deactivations."""
    asked = load_form(PageAskedSchema(), request.args)
    with context.look() as work:
        page = queries.bodies(work, asked)
    return _render("bodies", page=page, asked=asked)


@blueprint.route("/verifying-bodies/new", methods=["GET", "POST"])
@guard.may(May.VERIFYING_BODY_SET)
def add_body() -> Answer:
    """Authorize a body to verify deactivations."""
    errors, status = tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            taken = load_form(shapes.VerifyingBodyNewSchema())
            with context.begin() as work:
                verifying.add_body(work, taken)
            flash(_("The body may verify deactivations."), "good")
            return redirect(url_for("deactivation.bodies"), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        parties, home = parties_offered(work), work.home
    typed = request.form if request.method == "POST" else {"country": home}
    return _render("body_new", typed=typed, errors=errors, parties=parties), status


@blueprint.route("/verifying-bodies/<number>", methods=["GET", "POST"])
@guard.may(May.VERIFYING_BODY_SET)
def body(number: str) -> Answer:
    """One verifying body, and the form that ends its authorization."""
    key, errors, status = find_registry_number("P", number), tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                taken = load_form(shapes.RevocationNewSchema(), _typed())
                verifying.revoke_body(work, key, taken, version_seen())
            flash(_("Its authorization is revoked. Look at the certificates it gave."), "good")
            return redirect(url_for("deactivation.list", body=number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = queries.body(work, key)
    return _render("body", found=found, typed=_typed(), errors=errors), status


@blueprint.get("/deactivation-incidents", endpoint="incidents")
@guard.may(May.DEACTIVATION_READ)
def incident_list() -> str:
    """Deactivated firearms that were recovered, or handed on as if they were live."""
    asked = load_form(shapes.IncidentsAskedSchema(), {"open": "1", "sort": "-number", **request.args})
    with context.look() as work:
        page = queries.incidents(work, asked)
    return _render("incidents", page=page, asked=asked)


@blueprint.route("/deactivation-incidents/<number>", methods=["GET", "POST"])
@guard.may(May.DEACTIVATION_READ)
def incident(number: str) -> Answer:
    """One incident, and what it came to."""
    key, errors, status = find_registry_number("I", number), tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                taken = load_form(shapes.IncidentDecisionSchema(), _typed())
                acts.decide_incident(work, key, taken, version_seen())
            flash(_("The incident is decided."), "good")
            return redirect(url_for("deactivation.incident", number=number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = queries.incident(work, key)
    outcomes = options(IncidentOutcome)
    return _render("incident", found=found, typed=_typed(), errors=errors, outcomes=outcomes), status
