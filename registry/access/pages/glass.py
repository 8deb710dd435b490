"""Records opened beyond a role: opening one, ending it, and its review."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access import glass, glass_queries
from registry.access.pages.room import Answer, blueprint
from registry.core.errors import ConfirmationNeeded, NotFound, RegistryError
from registry.core.numbers import find_registry_number
from registry.core.policy import purposes
from registry.core.web import context, guard
from registry.core.web.forms import load_form
from registry.core.web.words import label, options, shown
from schemas import break_glass as shapes
from schemas.glass_vocabulary import GlassFinding, GlassReason, GlassState
from schemas.vocabulary import May

PAGES = {"F": "firearms.show", "L": "ammunition.show", "LC": "licensing.case"}
TONES = {GlassState.OPEN: "alarm", GlassState.TO_REVIEW: "warning", GlassState.REVIEWED: "good"}


@blueprint.get("/break-glass")
@guard.may(May.GLASS_READ)
def opened_records() -> str:
    """What was opened beyond a role; police and customs see their own."""
    asked = load_form(shapes.BreakGlassAskedSchema(), request.args)
    with context.look() as work:
        page = glass_queries.listed(work, asked)
    return render_template(
        "access/glass_list.html",
        page=page,
        asked=asked,
        states=options(GlassState),
        breaks=May.GLASS_BREAK in work.actor.may,
        tones=TONES,
        label=label,
    )


@blueprint.route("/break-glass/new", methods=["GET", "POST"])
@guard.may(May.GLASS_BREAK)
def break_glass() -> Answer:
    """Open one record beyond one's role."""
    if request.method == "GET":
        return _form(request.args)
    try:
        given = {name: request.form.get(name, "") for name in _FIELDS}
        new = load_form(shapes.BreakGlassNewSchema(), given)
        with context.begin() as work:
            made = glass.break_glass(work, new, glass.limits_of(context.registry().settings))
    except ConfirmationNeeded:
        raise
    except RegistryError as error:
        return _form(request.form, shown(error)), error.status
    glass.tell(made, context.request_id())
    flash(_("Open until the time shown. Every reading of it is on record."), "good")
    return redirect(url_for("access.opened_record", number=made.number), 303)


_FIELDS = ("record", "reason", "words", "case_number", "purpose")


def _form(typed: Any, errors: Any = ()) -> str:
    return render_template(
        "access/glass_new.html",
        typed=typed,
        errors=errors,
        reasons=options(GlassReason),
        purposes=options(purposes(context.actor().role, May.GLASS_BREAK)),
        limits=glass.limits_of(context.registry().settings),
    )


@blueprint.get("/break-glass/<number>")
@guard.may(May.GLASS_READ)
def opened_record(number: str) -> str:
    """One of them: who, why, until when, how often it was read, and the review."""
    return _page(number)


def _page(number: str, errors: Any = ()) -> str:
    with context.look() as work:
        found = glass_queries.one(work, find_registry_number("BG", number))
    who = work.actor
    mine = found.opener_id == who.user_id
    return render_template(
        "access/glass.html",
        found=found,
        errors=errors,
        typed=request.form,
        page=url_for(PAGES[found.record.split("-")[0]], number=found.record),
        may_end=found.state is GlassState.OPEN and mine,
        may_stop=found.state is GlassState.OPEN and not mine and May.GLASS_REVIEW in who.may,
        may_review=found.state is GlassState.TO_REVIEW and not mine and May.GLASS_REVIEW in who.may,
        findings=options(GlassFinding),
        tones=TONES,
        label=label,
    )


@blueprint.post("/break-glass/<number>/ending")
@guard.may(May.GLASS_BREAK)
def end_glass(number: str) -> Answer:
    """End what one opened oneself."""
    try:
        with context.begin() as work:
            glass.end_own(work, find_registry_number("BG", number))
    except NotFound:
        raise
    except RegistryError as error:
        return _page(number, shown(error)), error.status
    return _done(number, _("Ended."))


@blueprint.post("/break-glass/<number>/stopping")
@guard.may(May.GLASS_REVIEW)
def stop_glass(number: str) -> Answer:
    """End what another opened."""
    try:
        with context.begin() as work:
            glass.end(work, find_registry_number("BG", number))
    except NotFound:
        raise
    except RegistryError as error:
        return _page(number, shown(error)), error.status
    return _done(number, _("Ended."))


@blueprint.post("/break-glass/<number>/review")
@guard.may(May.GLASS_REVIEW)
def review_glass(number: str) -> Answer:
    """Say whether it was justified."""
    try:
        given = {name: request.form.get(name, "") for name in ("finding", "words")}
        told = load_form(shapes.BreakGlassReviewSchema(), given)
        with context.begin() as work:
            glass.review(work, find_registry_number("BG", number), told)
    except NotFound:
        raise
    except RegistryError as error:
        return _page(number, shown(error)), error.status
    return _done(number, _("Reviewed."))


def _done(number: str, said: str) -> Response:
    flash(said, "good")
    return redirect(url_for("access.opened_record", number=number), 303)
