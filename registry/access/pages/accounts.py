"""Accounts, for administrators: proposed, closed, given a new password, freed from a lost second factor."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access import acts, approval_queries, factors, grants, queries
from registry.access.approval_queries import ProposalView
from registry.access.pages.room import Answer, blueprint
from registry.access.permissions import choices
from registry.access.policy import RECENT
from registry.core.errors import Invalid, NotFound, RegistryError
from registry.core.policy import permissions
from registry.core.web import context, guard
from registry.core.web.context import registry
from registry.core.web.forms import load_form
from registry.core.web.words import label, options, shown
from schemas import access as shapes
from schemas.vocabulary import ApprovalKind, May, Role


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
    """Propose an account."""
    if request.method == "GET":
        return _account_form({"party": request.args.get("party", "")})
    try:
        new = load_form(shapes.AccountNewSchema())
        with context.begin() as work:
            proposed = grants.propose_account(work, new)
    except RegistryError as error:
        return _account_form(request.form, shown(error)), error.status
    return _proposed(proposed)


def _proposed(proposed: ProposalView) -> Response:
    flash(_("This is proposed. It is done when somebody else has approved it."), "good")
    return redirect(url_for("access.proposal", proposal_id=proposed.id), 303)


def _account_form(typed: Any, errors: Any = ()) -> str:
    languages = [(code, Locale.parse(code).get_display_name(code)) for code in registry().settings.languages]
    return render_template(
        "access/new_account.html", typed=typed, errors=errors, roles=options(Role), codes=languages
    )


@blueprint.get("/accounts/<int:account_id>")
@guard.may(May.USER_MANAGE)
def account(account_id: int) -> str:
    """One account, with what its role allows."""
    return _account_page(account_id)


def _account_page(account_id: int, errors: Any = ()) -> str:
    with context.look() as work:
        found = queries.account(work, account_id)
        events = queries.events(work, account_id)
        waiting = approval_queries.waiting_on(work, ApprovalKind.GRANT_ROLE, str(account_id))
    allowed = [meaning for _may, meaning in choices(permissions(found.role))]
    return render_template(
        "access/account.html",
        account=found,
        allowed=allowed,
        events=events,
        waiting=waiting,
        roles=options(Role),
        typed=request.form,
        errors=errors,
        label=label,
        viewer_id=context.actor().user_id,
    )


@blueprint.post("/accounts/<int:account_id>/role")
@guard.may(May.USER_MANAGE)
def role(account_id: int) -> Answer:
    """Propose another role for an account, or that a closed one is opened again."""
    typed = {name: value for name, value in request.form.items() if name != "version"}
    try:
        grant = load_form(shapes.RoleGrantSchema(), typed)
        with context.begin() as work:
            proposed = grants.propose_role(work, account_id, grant, request.form.get("version", -1, int))
    except NotFound:
        raise
    except RegistryError as error:
        return _account_page(account_id, shown(error)), error.status
    return _proposed(proposed)


@blueprint.post("/accounts/<int:account_id>/close")
@guard.may(May.USER_MANAGE)
def close(account_id: int) -> Response:
    """Close an account."""
    with context.begin() as work:
        acts.close(work, account_id, request.form.get("version", -1, int))
    flash(_("The account is closed; its sign-ins have ended."), "good")
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
