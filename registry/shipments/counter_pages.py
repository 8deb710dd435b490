"""The counter of customs: for scanner and tablet, one thing at a time, without any script."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from registry.core.errors import RegistryError, Unmet
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, shown
from registry.shipments import clearing, offices, queries, scan_queries
from registry.shipments.pages import VERDICTS, Answer, blueprint, render
from registry.shipments.queries import shipment_key
from registry.shipments.views import ScanAnswer
from schemas import shipments as shapes
from schemas.vocabulary import May


@blueprint.get("/counter")
@guard.may(May.SHIPMENT_CLEAR)
def counter() -> Answer:
    """Scan a licence: whether it is good, what is left of it, and what waits here to be cleared."""
    code = request.args.get("code", "").strip()[:200]
    errors: Any = ()
    found, status = None, 200
    with context.look() as work:
        office = queries.own_office(work)
        waiting = queries.waiting(work)
        if code:
            try:
                found = scan_queries.counter(work, code)
            except RegistryError as error:
                errors, status = shown(error), error.status
    page = render("counter", office=office, waiting=waiting, found=found, code=code, errors=errors)
    return page, status


@blueprint.route("/shipments/<number>/counter", methods=["GET", "POST"])
@guard.may(May.SHIPMENT_CLEAR)
def check(number: str) -> Answer:
    """Hold goods against a shipment, one scan after the other."""
    if request.method == "GET":
        return _check(number)
    try:
        taken = load_form(shapes.ScanNewSchema())
        with context.begin() as work:
            said = clearing.scan(work, shipment_key(number), taken)
    except RegistryError as error:
        return _check(number, shown(error)), error.status
    flash(_words(said, taken.code), VERDICTS[said.verdict])  # type: ignore[index]
    return redirect(url_for("shipments.check", number=number), 303)


@blueprint.post("/shipments/<number>/counts")
@guard.may(May.SHIPMENT_CLEAR)
def count(number: str) -> Answer:
    """Say how many parts without a serial there are of a line."""
    try:
        with context.begin() as work:
            clearing.count(work, shipment_key(number), load_form(shapes.PartsCountedSchema()))
    except RegistryError as error:
        return _check(number, shown(error)), error.status
    flash(_("The count is recorded."), "good")
    return redirect(url_for("shipments.check", number=number), 303)


def _words(said: ScanAnswer, code: str) -> str:
    """The verdict as it is shown, with what it is about."""
    return f"{label(said.verdict)}: {said.name or code} ({said.checked}/{said.whole})"


@blueprint.post("/shipments/<number>/clearance")
@guard.may(May.SHIPMENT_CLEAR)
def clear(number: str) -> Answer:
    """Clear the shipment."""
    try:
        given = {name: value for name, value in request.form.items() if name != "version"}
        taken = load_form(shapes.ClearanceNewSchema(), given)
        with context.begin() as work:
            clearing.clear(work, shipment_key(number), taken, version_seen())
    except RegistryError as error:
        return _check(number, [_placed(one) for one in shown(error)]), error.status
    flash(_("The shipment is cleared."), "good")
    return redirect(url_for("shipments.show", number=number), 303)


def _placed(one: Unmet) -> Unmet:
    """What is unmet beside its field where the form has it; goods have none."""
    return one if one.field in request.form else replace(one, field="")


def _check(number: str, errors: Any = ()) -> str:
    with context.look() as work:
        found = queries.shipment(work, shipment_key(number))
    return render("check", found=found, errors=errors, typed=request.form)


@blueprint.route("/customs-offices", methods=["GET", "POST"])
@guard.may(May.OFFICE_WRITE)
def customs_offices() -> Answer:
    """Customs offices, and a new one."""
    errors: Any = ()
    status = 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                offices.open_office(work, load_form(shapes.OfficeNewSchema()))
            flash(_("The office is open."), "good")
            return redirect(url_for("shipments.customs_offices"), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    return _offices(errors), status


@blueprint.post("/customs-offices/posts")
@guard.may(May.OFFICE_WRITE)
def post() -> Answer:
    """Say at which office somebody works."""
    try:
        with context.begin() as work:
            offices.post(work, load_form(shapes.PostNewSchema()))
    except RegistryError as error:
        return _offices(shown(error)), error.status
    flash(_("The post is recorded."), "good")
    return redirect(url_for("shipments.customs_offices"), 303)


def _offices(errors: Any) -> str:
    with context.look() as work:
        known = offices.offices(work).items
    choices = [(office.code, f"{office.name} ({office.code})") for office in known]
    return render("offices", offices=known, choices=choices, errors=errors, typed=request.form)
