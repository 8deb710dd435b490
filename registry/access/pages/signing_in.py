"""Signing in, step by step, out, and showing once more who one is."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from registry.access import passkeys, proofs, queries, sessions
from registry.access.pages.room import (
    STEP_PAGES,
    Answer,
    blueprint,
    lead_on,
    life,
    visit,
)
from registry.access.policy import Step
from registry.core.errors import RegistryError
from registry.core.web import context, guard
from registry.core.web.context import registry
from registry.core.web.words import shown
from schemas import access as shapes


@blueprint.route("/sign-in", methods=["GET", "POST"])
@guard.public("nobody is known before signing in")
def sign_in() -> Answer:
    """Ask who someone is; leads on to the page they wanted, or to the step that is left."""
    target = context.local_path(request.values.get("next", ""))
    if request.method == "GET":
        known = context.visitor()
        if known and known.step:
            return redirect(url_for(STEP_PAGES[Step(known.step)]))
        return redirect(target) if known else _sign_in_form(target)
    asked = _sign_in_asked()
    try:
        signed = sessions.sign_in(registry().office, asked, visit(), life())
    except RegistryError as error:
        return _sign_in_form(target, asked.login, shown(error)), error.status
    return lead_on(signed, target)


def _sign_in_form(target: str, login: str = "", errors: Any = ()) -> str:
    return render_template("access/sign_in.html", target=target, login=login, errors=errors)


def _sign_in_asked() -> shapes.SignInAsked:
    """The form; what has not even the shape of a login is nobody's, and answered as such."""
    given = {name: request.form.get(name, "") for name in ("login", "password")}
    try:
        asked: shapes.SignInAsked = shapes.SignInSchema().load(given)
    except ValidationError:
        return shapes.SignInAsked("", "")
    return asked


@blueprint.route("/sign-in/second-factor", methods=["GET", "POST"])
@guard.unfinished(Step.FACTOR)
def second_step() -> Answer:
    """Ask for the second factor one has."""
    known = context.visitor()
    if known is None or known.step != Step.FACTOR:
        return redirect(url_for("access.sign_in"))
    if request.method == "GET":
        return _factor_page("access/second_step.html")
    try:
        signed = sessions.second_step(registry().office, context.actor(), answer(), visit(), life())
    except RegistryError as error:
        return _factor_page("access/second_step.html", errors=shown(error)), error.status
    return lead_on(signed)


def answer() -> proofs.Answer:
    """What was given for a second factor."""
    return proofs.Answer(request.form.get("code", ""), request.form.get("credential", ""))


def _factor_page(template: str, **words: Any) -> str:
    """A page that asks for one's second factor: by code, and by passkey where one was made for this site."""
    site = visit().site
    with context.look() as work:
        held = queries.factors(work)
        keys = queries.credential_ids(work, site.host) if site else ()
    options = passkeys.to_use(site, _challenge(), keys) if site and keys else ""
    return render_template(template, held=held, options=options, **({"errors": ()} | words))


def _challenge() -> bytes:
    proof = context.actor().proof
    return proofs.ask_challenge(registry().office, proof.sign_in if proof else 0)


@blueprint.route("/confirm", methods=["GET", "POST"])
@guard.unfinished(Step.ENROLMENT)
def confirm() -> Answer:
    """Show once more who one is, before what a stolen session must not be able to do."""
    target = context.local_path(request.values.get("next", ""))
    if request.method == "GET":
        return _factor_page("access/confirm.html", target=target)
    given = request.form.get("password", "")
    try:
        signed = sessions.confirm(registry().office, context.actor(), given, answer(), visit(), life())
    except RegistryError as error:
        return _factor_page("access/confirm.html", target=target, errors=shown(error)), error.status
    return lead_on(signed, target)


@blueprint.post("/sign-out")
@guard.unfinished(*Step)
def sign_out() -> Response:
    """End the session here and in the records."""
    sessions.sign_out(registry().office, session["sign_in"])
    chosen = session.get("language")
    session.clear()
    session["language"] = chosen
    flash(_("You are signed out."), "good")
    return redirect(url_for("access.sign_in"), 303)
