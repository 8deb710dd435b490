"""What the pages of access share: the blueprint, who visits from where, the cookie, and the way on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, request, session, url_for
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from registry.access import agents, passkeys
from registry.access.policy import Step
from registry.access.sessions import SignedIn, Visit
from registry.core.web.context import local_path, registry
from registry.core.web.problems import from_validation

blueprint = Blueprint("access", "registry.access", template_folder="templates")
Answer = Response | str | tuple[str, int]
STEP_PAGES = {
    Step.FACTOR: "access.second_step",
    Step.PASSWORD: "access.password",
    Step.ENROLMENT: "access.second_factor",
}


def visit() -> Visit:
    """From where and with what somebody comes."""
    agent = agents.family(request.user_agent.string)
    return Visit(request.remote_addr or "", agent, _site())


def _site() -> passkeys.Site | None:
    """For which site passkeys are: as set; elsewhere than in production, as the browser asks for it."""
    settings = registry().settings
    origin = settings.origin or ("" if settings.production else request.host_url.rstrip("/"))
    return passkeys.site_of(origin)


def life() -> timedelta:
    """How long a session lasts at most."""
    return timedelta(minutes=registry().settings.session_minutes)


def keep(signed: SignedIn, target: str = "") -> None:
    """A new cookie: nothing in it goes on, save a language chosen by hand and where one wanted to go.

    target: that place; kept from before while a step is left.
    """
    chosen, wanted = session.get("language"), target or session.get("next", "/")
    session.clear()
    session["sign_in"] = signed.token
    session["language"] = chosen or signed.language
    if signed.step:
        session["next"] = wanted


def onward(signed: SignedIn, target: str = "") -> str:
    """Keep the cookie; the page of the step that is left, or the place one wanted to go."""
    wanted = target or session.get("next", "/")
    keep(signed, wanted)
    return url_for(STEP_PAGES[signed.step]) if signed.step else local_path(wanted)


def lead_on(signed: SignedIn, target: str = "") -> Response:
    """Redirect to where it goes on."""
    return redirect(onward(signed, target), 303)


def secret_form(schema: Schema, *names: str) -> Any:
    """A form whose texts are taken as they are: spaces around a password belong to it."""
    try:
        return schema.load({name: request.form.get(name, "") for name in names})
    except ValidationError as error:
        raise from_validation(error.messages) from None


def own_tabs(current: str) -> list[dict[str, Any]]:
    """The pages about one's own access."""
    pages = (
        ("access.tokens", _("Tokens")),
        ("access.second_factor", _("Second factor")),
        ("access.sessions", _("Sessions")),
        ("access.password", _("Password")),
    )
    return [{"label": text, "href": url_for(end), "current": end == current} for end, text in pages]
