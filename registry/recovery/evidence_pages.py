"""Pages of evidence: what is there, one item with its chain, and hand-overs that two people sign."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError

from registry.access.policy import RECENT
from registry.core.errors import RegistryError
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard
from registry.core.web.forms import load_form
from registry.core.web.problems import from_validation
from registry.core.web.words import options, shown
from registry.recovery import acts, evidence_acts, evidence_queries, queries
from registry.recovery.pages import Answer, blueprint, render
from schemas import recovery as shapes
from schemas.recovery_vocabulary import EvidencePurpose, HandoverState, OriginBasis
from schemas.vocabulary import May

PURPOSES = tuple(one for one in EvidencePurpose if one is not EvidencePurpose.RECEIVED)


@blueprint.get("/evidence")
@guard.may(May.RECOVERY_READ)
def evidence() -> Answer:
    """What was recovered: found by number, bag or mark, or what is in one's own hands."""
    asked = load_form(shapes.ItemsAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        page = queries.items(work, asked)
    return render("evidence", page=page, asked=asked)


@blueprint.get("/evidence/<number>")
@guard.may(May.RECOVERY_READ)
def item(number: str) -> Answer:
    """One item with what its trace found and its chain."""
    return shown_item(number)


def shown_item(number: str, errors: Any = ()) -> str:
    """The page of an item, with what was refused."""
    with context.look() as work:
        found = evidence_queries.item(work, find_registry_number("EV", number))
    return render("item", found=found, errors=errors, typed=request.form, bases=options(OriginBasis))


@blueprint.post("/evidence/<number>/match")
@guard.may(May.RECOVERY_RECORD)
def match(number: str) -> Answer:
    """Say which firearm it is, or that it is none on record."""
    return _changed(number, shapes.MatchNewSchema, acts.match, _("It is recorded which firearm this is."))


@blueprint.post("/evidence/<number>/hold")
@guard.may(May.RECOVERY_RECORD)
def hold(number: str) -> Answer:
    """Keep it from being disposed of, or release it."""
    return _changed(number, shapes.HoldNewSchema, acts.hold, _("It is recorded whether this must stay."))


def _changed(number: str, schema: type[Any], act: Any, done: str) -> Answer:
    typed = {name: value for name, value in request.form.items() if name != "version"}
    try:
        taken = load_form(schema(), typed)
        with context.begin() as work:
            act(work, find_registry_number("EV", number), taken, request.form.get("version", -1, int))
    except RegistryError as error:
        return shown_item(number, shown(error)), error.status
    flash(done, "good")
    return redirect(url_for("recovery.item", number=number), 303)


@blueprint.get("/handovers")
@guard.may(May.EVIDENCE_HAND)
def handovers() -> Answer:
    """Hand-overs, the newest first."""
    asked = load_form(shapes.HandoversAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        page = evidence_queries.handovers(work, asked)
    return render("handovers", page=page, asked=asked, states=options(HandoverState))


@blueprint.route("/handovers/new", methods=["GET", "POST"])
@guard.may(May.EVIDENCE_HAND, confirmed_within=RECENT)
def offer() -> Answer:
    """Offer evidence to somebody who is to sign for it: scan its labels, one a line."""
    if request.method == "GET":
        return _offering(request.args.to_dict())
    typed = {name: value for name, value in request.form.items() if name != "csrf_token"}
    try:
        taken = _offered(typed)
        with context.begin() as work:
            made = evidence_acts.offer(work, taken)
    except RegistryError as error:
        return _offering(typed, shown(error)), error.status
    flash(_("%(taker)s is to sign for it.", taker=made.taker), "good")
    return redirect(url_for("recovery.handover", number=made.number), 303)


def _offered(typed: dict[str, str]) -> shapes.HandoverNew:
    told: dict[str, Any] = {name: value.strip() for name, value in typed.items() if value.strip()}
    told["items"] = typed.get("items", "").upper().split()
    try:
        taken: shapes.HandoverNew = shapes.HandoverNewSchema().load(told)
    except ValidationError as error:
        raise from_validation(error.messages) from None
    return taken


def _offering(typed: dict[str, str], errors: Any = ()) -> str:
    with context.look() as work:
        mine = queries.items(work, shapes.ItemsAsked(mine=True, limit=200))
    return render("offer", typed=typed, errors=errors, purposes=options(PURPOSES), mine=mine.items)


@blueprint.get("/handovers/<number>")
@guard.may(May.EVIDENCE_HAND)
def handover(number: str) -> Answer:
    """One hand-over, with what can be done about it."""
    return _handover(number)


def _handover(number: str, errors: Any = ()) -> str:
    with context.look() as work:
        found = evidence_queries.handover(work, find_registry_number("EH", number))
    return render("handover", found=found, errors=errors, typed=request.form, own=context.actor().user_id)


@blueprint.route("/handovers/<number>/signature", methods=["GET", "POST"])
@guard.may(May.EVIDENCE_HAND, confirmed_within=RECENT)
def sign(number: str) -> Answer:
    """Sign for what is taken; whoever signs has just shown who they are."""
    if request.method == "GET":
        return _signing(number)
    typed = {"broken": request.form.get("broken", "").upper().split(), "note": request.form.get("note", "")}
    try:
        taken = shapes.SigningNewSchema().load(typed)
        with context.begin() as work:
            evidence_acts.sign(work, find_registry_number("EH", number), taken)
    except ValidationError as error:
        refused = from_validation(error.messages)
        return _signing(number, shown(refused)), refused.status
    except RegistryError as error:
        return _signing(number, shown(error)), error.status
    flash(_("You have signed; it is in your hands now."), "good")
    return redirect(url_for("recovery.handover", number=number), 303)


def _signing(number: str, errors: Any = ()) -> str:
    with context.look() as work:
        found = evidence_queries.handover(work, find_registry_number("EH", number))
    return render("sign", found=found, errors=errors, typed=request.form)


@blueprint.post("/handovers/<number>/refusal")
@guard.may(May.EVIDENCE_HAND)
def decline(number: str) -> Answer:
    """Not take it, or take the offer back."""
    try:
        with context.begin() as work:
            reason = request.form.get("reason", "").strip()[:400]
            evidence_acts.decline(work, find_registry_number("EH", number), reason)
    except RegistryError as error:
        return _handover(number, shown(error)), error.status
    flash(_("It stays where it is."), "good")
    return redirect(url_for("recovery.handover", number=number), 303)
