"""Pages of access: signing in and out, one's own password and tokens, and accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from registry.access import acts, queries, secrets, sessions
from registry.access.permissions import choices
from registry.access.policy import permissions
from registry.core.errors import RegistryError
from registry.core.web import context, guard
from registry.core.web.context import NavigationEntry, registry
from registry.core.web.forms import load_form
from registry.core.web.problems import from_validation
from registry.core.web.words import label, options, shown
from schemas import access as shapes
from schemas.paging import PageAsked
from schemas.vocabulary import May, Role

blueprint = Blueprint("access", __name__, template_folder="templates")
NAVIGATION = (
    NavigationEntry("Accounts", "access.accounts", May.USER_MANAGE, 10),
    NavigationEntry("Your access", "access.tokens", May.TOKEN_MANAGE, 90),
)
Answer = Response | str | tuple[str, int]


@blueprint.route("/sign-in", methods=["GET", "POST"])
@guard.public("nobody is known before signing in")
def sign_in() -> Answer:
    """Ask who someone is; leads on to the page they wanted."""
    target = local_path(request.values.get("next", ""))
    if request.method == "GET":
        return redirect(target) if context.authenticate() else _sign_in_form(target)
    asked = _sign_in_asked()
    parts = registry()
    life = timedelta(minutes=parts.settings.session_minutes)
    try:
        opened = sessions.sign_in(parts.office, asked.login, asked.password, life)
    except RegistryError as error:
        return _sign_in_form(target, asked.login, shown(error)), error.status
    _keep_sign_in(opened)
    return redirect(target, 303)


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


def _keep_sign_in(opened: sessions.SignedIn) -> None:
    """A new session: nothing that was in the cookie before goes on, save a language chosen by hand."""
    chosen = session.get("language")
    session.clear()
    session["sign_in"] = opened.token
    session["language"] = chosen or opened.language


def local_path(text: str) -> str:
    """A path on this site to go on to, or the first page for anything else."""
    strange = not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable()
    return "/" if strange else text


@blueprint.post("/sign-out")
@guard.signed_in
def sign_out() -> Response:
    """End the session here and in the records."""
    sessions.sign_out(registry().office, context.actor(), session["sign_in"])
    chosen = session.get("language")
    session.clear()
    session["language"] = chosen
    flash(_("You are signed out."), "good")
    return redirect(url_for("access.sign_in"), 303)


@blueprint.route("/password", methods=["GET", "POST"])
@guard.may(May.TOKEN_MANAGE)
def password() -> Answer:
    """Change one's own password."""
    if request.method == "GET":
        return render_template("access/password.html", errors=())
    try:
        change = _secret_form(shapes.PasswordChangeSchema(), "present", "password")
        with context.begin() as work:
            acts.change_password(work, change)
    except RegistryError as error:
        return render_template("access/password.html", errors=shown(error)), error.status
    session.pop("sign_in")
    flash(_("Your password is changed. Sign in with the new one."), "good")
    return redirect(url_for("access.sign_in"), 303)


def _secret_form(schema: Schema, *names: str) -> Any:
    """A form whose texts are taken as they are: spaces around a password belong to it."""
    try:
        return schema.load({name: request.form.get(name, "") for name in names})
    except ValidationError as error:
        raise from_validation(error.messages) from None


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
    scopes = choices(context.actor().may)
    words = {"typed": {}, "errors": (), "made": None} | shown_too
    return render_template("access/tokens.html", page=page, now=now, scopes=scopes, label=label, **words)


@blueprint.post("/tokens/<int:token_id>/revoke")
@guard.may(May.TOKEN_MANAGE)
def revoke_token(token_id: int) -> Response:
    """End one of one's own tokens."""
    with context.begin() as work:
        acts.revoke_token(work, token_id)
    flash(_("The token is revoked; nobody can use it any more."), "good")
    return redirect(url_for("access.tokens"), 303)


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
            opened = acts.open_account(work, new)
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
    allowed = [meaning for _may, meaning in choices(permissions(found.role))]
    return render_template(
        "access/account.html", account=found, allowed=allowed, label=label, viewer_id=context.actor().user_id
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
