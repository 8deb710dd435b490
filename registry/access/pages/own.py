"""One's own password, sessions and tokens."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access import acts, proofs, queries, sessions
from registry.access.pages.room import Answer, blueprint, lead_on, life, own_tabs, secret_form, visit
from registry.access.permissions import choices
from registry.access.policy import Step
from registry.core.errors import RegistryError
from registry.core.web import context, guard
from registry.core.web.context import registry
from registry.core.web.forms import load_form
from registry.core.web.words import label, shown
from schemas import access as shapes
from schemas.paging import PageAsked
from schemas.vocabulary import May


@blueprint.route("/password", methods=["GET", "POST"])
@guard.unfinished(Step.PASSWORD)
def password() -> Answer:
    """Change one's own password; a one-time password leads here and nowhere else."""
    if request.method == "GET":
        return _password_page()
    office = registry().office
    try:
        change = secret_form(shapes.PasswordChangeSchema(), "present", "password")
        proofs.require_password(office, context.actor(), change.present, visit().address, "present")
        with context.begin() as work:
            acts.change_password(work, change.password)
    except RegistryError as error:
        return _password_page(shown(error)), error.status
    flash(_("Your password is changed; every other session of yours has ended."), "good")
    return lead_on(sessions.go_on(office, context.actor(), life()))


def _password_page(errors: Any = ()) -> str:
    known = context.visitor()
    one_time = bool(known and known.step)
    tabs = own_tabs("access.password")
    return render_template("access/password.html", errors=errors, one_time=one_time, tabs=tabs)


@blueprint.get("/sessions", endpoint="sessions")
@guard.may(May.ACCESS_OWN)
def own_sessions() -> str:
    """One's own open sessions."""
    with context.look() as work:
        found = queries.sessions(work)
    return render_template("access/sessions.html", sessions=found, tabs=own_tabs("access.sessions"))


@blueprint.post("/sessions/<int:session_id>/end")
@guard.may(May.ACCESS_OWN)
def end_session(session_id: int) -> Response:
    """End one of them."""
    with context.begin() as work:
        acts.end_session(work, session_id)
    flash(_("The session has ended."), "good")
    return redirect(url_for("access.sessions"), 303)


@blueprint.post("/sessions/end-others")
@guard.may(May.ACCESS_OWN)
def end_other_sessions() -> Response:
    """End every one but this."""
    with context.begin() as work:
        acts.end_other_sessions(work)
    flash(_("Every other session of yours has ended."), "good")
    return redirect(url_for("access.sessions"), 303)


@blueprint.get("/tokens")
@guard.may(May.TOKEN_MANAGE)
def tokens() -> str:
    """One's own bearer tokens."""
    return _tokens_page()


@blueprint.post("/tokens")
@guard.may(May.TOKEN_MANAGE)
def make_token() -> Answer:
    """Make a token. It is shown in this very answer: a redirect would have to keep its text somewhere."""
    try:
        new = load_form(shapes.TokenNewSchema())
        with context.begin() as work:
            made = acts.make_token(work, new)
    except RegistryError as error:
        return _tokens_page(errors=shown(error), typed=request.form), error.status
    return _tokens_page(made=made)


def _tokens_page(**shown_too: Any) -> str:
    with context.look() as work:
        page = queries.tokens(work, PageAsked(sort="-id", cursor=request.args.get("cursor", "")))
        now = work.now
    scopes = choices(context.actor().may - {May.ACCESS_OWN})
    words = {"typed": {}, "errors": (), "made": None} | shown_too
    return render_template(
        "access/tokens.html",
        page=page,
        now=now,
        scopes=scopes,
        label=label,
        tabs=own_tabs("access.tokens"),
        **words,
    )


@blueprint.post("/tokens/<int:token_id>/revoke")
@guard.may(May.TOKEN_MANAGE)
def revoke_token(token_id: int) -> Response:
    """End one of one's own tokens."""
    with context.begin() as work:
        acts.revoke_token(work, token_id)
    flash(_("The token is revoked; nobody can use it any more."), "good")
    return redirect(url_for("access.tokens"), 303)
