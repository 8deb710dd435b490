"""One's own second factor: app, passkeys, recovery codes."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access import factors, passkeys, proofs, queries, sessions, totp
from registry.access.pages.room import Answer, blueprint, life, onward, own_tabs, secret_form, visit
from registry.access.policy import RECENT, SECOND_FACTOR_ROLES, Step
from registry.core.errors import RegistryError
from registry.core.printing import barcodes
from registry.core.web import context, guard
from registry.core.web.context import registry
from registry.core.web.words import shown
from schemas import access as shapes


@blueprint.get("/second-factor")
@guard.unfinished(Step.ENROLMENT)
def second_factor() -> str:
    """What one has, and what one can add."""
    known = context.visitor()
    with context.look() as work:
        held = queries.factors(work)
        events = queries.events(work, work.actor.user_id)
    return render_template(
        "access/second_factor.html",
        held=held,
        events=events,
        needed=context.actor().role in SECOND_FACTOR_ROLES,
        enrolling=bool(known and known.step),
        site=visit().site,
        tabs=own_tabs("access.second_factor"),
    )


@blueprint.route("/second-factor/app", methods=["GET", "POST"])
@guard.unfinished(Step.ENROLMENT, confirmed_within=RECENT)
def enrol_app() -> Answer:
    """Add an authenticator app: scan, then type its first code."""
    if request.method == "GET":
        return _app_page()
    try:
        with context.begin() as work:
            codes = factors.enrol_app(work, request.form.get("code", ""))
    except RegistryError as error:
        return _app_page(shown(error)), error.status
    return _enrolled(codes)


def _app_page(errors: Any = ()) -> str:
    with context.begin() as work:
        secret = factors.offer_app(work)
        login = queries.account(work, work.actor.user_id).login
    code = barcodes.qr_code(totp.address(secret, login, registry().settings.authority))
    return render_template(
        "access/enrol_app.html",
        secret=totp.grouped(secret),
        size=code.size,
        outline=barcodes.matrix_outline(code),
        errors=errors,
    )


def _enrolled(codes: factors.Codes) -> Answer:
    """The session goes on under a new token; after the first factor recovery codes, in this very answer."""
    target = onward(sessions.go_on(registry().office, context.actor(), life()))
    if codes:
        return _codes_page(codes, target)
    flash(_("The second factor is added."), "good")
    return redirect(url_for("access.second_factor"), 303)


def _codes_page(codes: factors.Codes, target: str) -> str:
    return render_template("access/recovery_codes.html", codes=codes, target=target)


@blueprint.post("/second-factor/app/remove")
@guard.unfinished(confirmed_within=RECENT)
def remove_app() -> Response:
    """Take away one's authenticator app."""
    with context.begin() as work:
        factors.remove_app(work)
    flash(_("The authenticator app is removed."), "good")
    return redirect(url_for("access.second_factor"), 303)


@blueprint.route("/second-factor/passkeys/new", methods=["GET", "POST"])
@guard.unfinished(Step.ENROLMENT, confirmed_within=RECENT)
def enrol_passkey() -> Answer:
    """Add a passkey that the browser makes."""
    site = visit().site
    if request.method == "GET" or site is None:
        return _passkey_page(site)
    try:
        new = secret_form(shapes.PasskeyNewSchema(), "label", "credential")
        with context.begin() as work:
            codes = factors.add_passkey(work, site, new.label, new.credential)
    except RegistryError as error:
        return _passkey_page(site, shown(error)), error.status
    return _enrolled(codes)


def _passkey_page(site: passkeys.Site | None, errors: Any = ()) -> str:
    options = _options(site) if site else ""
    label = request.form.get("label", "")
    return render_template("access/enrol_passkey.html", options=options, label=label, errors=errors)


def _options(site: passkeys.Site) -> str:
    """What the browser is asked; keys it knows already are named, so that none is made twice."""
    who = context.actor()
    challenge = proofs.ask_challenge(registry().office, who.proof.sign_in if who.proof else 0)
    with context.look() as work:
        login = queries.account(work, who.user_id).login
        known = queries.credential_ids(work, site.host)
    return passkeys.to_make(site, challenge, who.user_id, login, registry().settings.authority, known)


@blueprint.post("/second-factor/passkeys/<int:passkey_id>/remove")
@guard.unfinished(confirmed_within=RECENT)
def remove_passkey(passkey_id: int) -> Response:
    """Take away one of one's own passkeys."""
    with context.begin() as work:
        factors.remove_passkey(work, passkey_id)
    flash(_("The passkey is removed."), "good")
    return redirect(url_for("access.second_factor"), 303)


@blueprint.post("/second-factor/codes")
@guard.unfinished(confirmed_within=RECENT)
def make_codes() -> str:
    """New recovery codes. They are shown in this very answer and never again."""
    with context.begin() as work:
        codes = factors.make_codes(work)
    return _codes_page(codes, url_for("access.second_factor"))
