"""Accounts, for administrators: opened, closed, given a new password, freed from a lost second factor."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access import acts, factors, queries, secrets
from registry.access.pages.room import Answer, blueprint
from registry.access.permissions import choices
from registry.access.policy import RECENT
from registry.core.errors import Invalid, RegistryError
from registry.core.policy import permissions
from registry.core.web import context, guard
from registry.core.web.context import registry
from registry.core.web.forms import load_form
from registry.core.web.words import label, options, shown
from schemas import access as shapes
from schemas.vocabulary import May, Role


@blueprint.get("/accounts")
@guard.may(May.USER_MANAGE)
def accounts() -> str:
    """Accounts."""
    asked = load_form(shapes.AccountsAskedSchema(), request.args)
    with context.look() as work:
        page = queries.accounts(work, asked)
    return render_template("access/accounts.html", page=page, asked=asked, roles=options(Role), label=label)


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@guard.may(May.USER_MANAGE)
def new_account() -> Answer:
    """Open an account."""
    if request.method == "GET":
        return _account_form({"password": secrets.new_password(), "party": request.args.get("party", "")})
    try:
        new = load_form(shapes.AccountNewSchema())
        with context.begin() as work:
            opened = acts.open_account(work, new, one_time=True)
    except RegistryError as error:
        return _account_form(request.form, shown(error)), error.status
    flash(_("The account is open. Hand over login and password by separate ways."), "good")
    return redirect(url_for("access.account", account_id=opened.id), 303)


def _account_form(typed: Any, errors: Any = ()) -> str:
    languages = [(code, Locale.parse(code).get_display_name(code)) for code in registry().settings.languages]
    return render_template(
        "access/new_account.html", typed=typed, errors=errors, roles=options(Role), codes=languages
    )


@blueprint.get("/accounts/<int:account_id>")
@guard.may(May.USER_MANAGE)
def account(account_id: int) -> str:
    """One account, with what its role allows."""
    with context.look() as work:
        found = queries.account(work, account_id)
        events = queries.events(work, account_id)
    allowed = [meaning for _may, meaning in choices(permissions(found.role))]
    return render_template(
        "access/account.html",
        account=found,
        allowed=allowed,
        events=events,
        label=label,
        viewer_id=context.actor().user_id,
    )


@blueprint.post("/accounts/<int:account_id>/active")
@guard.may(May.USER_MANAGE)
def set_active(account_id: int) -> Response:
    """Close or reopen an account."""
    active = request.form.get("active") == "1"
    with context.begin() as work:
        acts.set_active(work, account_id, active, request.form.get("version", -1, int))
    said = _("The account is open again.") if active else _("The account is closed; its sign-ins have ended.")
    flash(said, "good")
    return redirect(url_for("access.account", account_id=account_id), 303)


@blueprint.route("/accounts/<int:account_id>/reset", methods=["GET", "POST"])
@guard.may(May.USER_MANAGE, confirmed_within=RECENT)
def reset(account_id: int) -> Answer:
    """Give somebody a one-time password, or free them from a second factor they lost."""
    if request.method == "GET":
        return _reset_page(account_id)
    try:
        asked = load_form(shapes.ResetSchema())
        password = _reset(account_id, asked)
    except Invalid as error:
        return _reset_page(account_id, errors=shown(error), typed=request.form), error.status
    return _reset_page(account_id, done=asked.what.value, password=password)


def _reset(account_id: int, asked: shapes.Reset) -> str:
    """The one-time password, shown in this very answer and never again; "" for a second factor."""
    with context.begin() as work:
        if asked.what is shapes.WayIn.PASSWORD:
            return acts.reset_password(work, account_id, asked.reason)
        factors.reset(work, account_id, asked.reason)
        return ""


def _reset_page(account_id: int, **words: Any) -> str:
    with context.look() as work:
        found = queries.account(work, account_id)
    words = {"errors": (), "typed": {}, "done": "", "password": ""} | words
    return render_template("access/reset.html", account=found, ways=options(shapes.WayIn), **words)
