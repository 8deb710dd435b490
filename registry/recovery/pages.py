"""Pages of recovery: campaigns, recoveries, and the receipts and labels that belong to them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from registry.core.errors import RegistryError
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard, sources
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form
from registry.core.web.words import label, options, shown
from registry.recovery import campaign_acts, queries, sealing
from schemas import recovery as shapes
from schemas.recovery_vocabulary import CampaignKind, ItemKind, ItemState, RecoveryKind
from schemas.vocabulary import May

blueprint = Blueprint("recovery", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Recovery", "recovery.list", May.RECOVERY_READ, 45),)
Answer = BaseResponse | str | tuple[str, int]
POSTS = 6
"""Rows for posts that a form offers."""


def render(template: str, **given: Any) -> str:
    """A page of the subject, with what every one of them uses."""
    may = context.actor().may
    return render_template(
        f"recovery/{template}.html",
        label=label,
        may={permission.name.lower(): permission in may for permission in May},
        kinds=options(RecoveryKind),
        item_kinds=options(ItemKind),
        item_states=options(ItemState),
        **given,
    )


def pdf(printed: bytes) -> Response:
    """A document, shown in the browser."""
    return Response(printed, mimetype="application/pdf")


@blueprint.get("/recoveries", endpoint="list")
@guard.may(May.RECOVERY_READ)
def recoveries() -> Answer:
    """Recoveries that fit, the newest first."""
    asked = load_form(shapes.RecoveriesAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        page = queries.recoveries(work, asked)
    return render("list", page=page, asked=asked)


@blueprint.get("/recoveries/<number>")
@guard.may(May.RECOVERY_READ)
def show(number: str) -> Answer:
    """One recovery with its items."""
    with context.look() as work:
        key = find_registry_number("RV", number)
        found, came = queries.recovery(work, key), sources.of(work, recovery_id=key)
    return render("show", found=found, sources=came)


@blueprint.get("/recoveries/<number>/receipt.pdf")
@guard.may(May.RECOVERY_READ)
def receipt(number: str) -> Response:
    """The receipt for whoever handed it in."""
    with context.look() as work:
        found = queries.recovery(work, find_registry_number("RV", number))
    return pdf(sealing.sealed_receipt(found))


@blueprint.get("/campaigns")
@guard.may(May.RECOVERY_READ)
def campaigns() -> Answer:
    """Amnesties and drives to collect firearms."""
    asked = load_form(shapes.CampaignsAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        page = queries.campaigns(work, asked)
    return render("campaigns", page=page, asked=asked)


@blueprint.get("/campaigns/<number>")
@guard.may(May.RECOVERY_READ)
def campaign(number: str) -> Answer:
    """One campaign with what its posts took."""
    with context.look() as work:
        found = queries.campaign(work, find_registry_number("RC", number))
    return render("campaign", found=found)


@blueprint.route("/campaigns/new", methods=["GET", "POST"])
@guard.may(May.CAMPAIGN_WRITE)
def new_campaign() -> Answer:
    """Open a campaign."""
    if request.method == "GET":
        return _campaign_form()
    try:
        taken = load_form(shapes.CampaignNewSchema(), _with_traced())
        with context.begin() as work:
            made = campaign_acts.open_campaign(work, taken)
    except RegistryError as error:
        return _campaign_form(shown(error)), error.status
    flash(_("The campaign %(name)s is open.", name=made.name), "good")
    return redirect(url_for("recovery.campaign", number=made.number), 303)


def _with_traced() -> dict[str, str]:
    """A box that is not ticked is not sent: marks are traced only where it is."""
    return {"traced": "no", **request.form}


def _campaign_form(errors: Any = ()) -> str:
    with context.look() as work:
        bodies = queries.public_bodies(work)
    typed = request.form if request.method == "POST" else {"traced": "1"}
    return render(
        "campaign_new",
        typed=typed,
        errors=errors,
        bodies=bodies,
        campaign_kinds=options(CampaignKind),
        rows=range(POSTS),
    )


@blueprint.post("/campaigns/<number>/closing")
@guard.may(May.CAMPAIGN_WRITE)
def close_campaign(number: str) -> Answer:
    """Take nothing more."""
    typed = {name: value for name, value in request.form.items() if name != "version"}
    try:
        taken = load_form(shapes.ClosingNewSchema(), typed)
        version = request.form.get("version", -1, int)
        with context.begin() as work:
            campaign_acts.close_campaign(work, find_registry_number("RC", number), taken, version)
    except RegistryError as error:
        with context.look() as work:
            found = queries.campaign(work, find_registry_number("RC", number))
        return render("campaign", found=found, errors=shown(error)), error.status
    flash(_("The campaign is closed."), "good")
    return redirect(url_for("recovery.campaign", number=number), 303)
