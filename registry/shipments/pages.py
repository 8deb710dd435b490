"""Pages of shipments: the list, one shipment with its way, and what is recorded after it left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.ammunition.forms import party_choices, with_party_numbers
from registry.core.errors import Conflict, Invalid, NotFound, RegistryError
from registry.core.web import context, files, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, nested, version_seen
from registry.core.web.words import label, options, shown
from registry.core.work import Work
from registry.directory.countries import country_name
from registry.licensing import queries as licences
from registry.licensing.queries import licence_key
from registry.shipments import acts, following, lots, naming, offices, queries
from registry.shipments.queries import shipment_key
from registry.shipments.sealing import sealed_receipt, sealed_request
from registry.shipments.tables import ShipmentEvent
from registry.shipments.views import ShipmentView
from schemas import shipments as shapes
from schemas.shipments_vocabulary import ShipmentState, Verdict
from schemas.vocabulary import MarkingScheme, May

blueprint = Blueprint("shipments", __name__, template_folder="templates")
NAVIGATION = (
    NavigationEntry("Counter", "shipments.counter", May.SHIPMENT_CLEAR, 5),
    NavigationEntry("Shipments", "shipments.list", May.SHIPMENT_READ, 47),
)
Answer = Response | str | tuple[str, int]
S = ShipmentState
TONES = {
    S.ANNOUNCED: "information",
    S.CLEARED: "good",
    S.ARRIVED: "good",
    S.LEFT: "good",
    S.RECEIVED: "good",
    S.CANCELLED: "neutral",
}
VERDICTS = {
    Verdict.MATCHES: "good",
    Verdict.AGAIN: "information",
    Verdict.NOT_ANNOUNCED: "warning",
    Verdict.NOT_OF_LICENCE: "alarm",
    Verdict.UNKNOWN: "alarm",
}


def render(template: str, **given: Any) -> str:
    """A page of this subject."""
    may = context.actor().may
    return render_template(
        f"shipments/{template}.html",
        label=label,
        country=country,
        tones=TONES,
        verdicts=VERDICTS,
        may={permission.name.lower(): permission in may for permission in May},
        **given,
    )


def country(code: str | None) -> str:
    """A State in the visitor's language, "" for none."""
    return country_name(code, str(get_locale() or "en")) if code else ""


@blueprint.get("/shipments", endpoint="list")
@guard.may(May.SHIPMENT_READ)
def shipments() -> str:
    """Shipments that fit."""
    given = {name: value for name, value in request.args.items() if value}
    asked = load_form(shapes.ShipmentsAskedSchema(), {"sort": "-number", **given})
    with context.look() as work:
        page = queries.shipments(work, asked)
        known = offices.offices(work).items
    return render("list", page=page, asked=asked, states=options(ShipmentState), offices=known)


@blueprint.get("/shipments/<number>")
@guard.may(May.SHIPMENT_READ)
def show(number: str) -> str:
    """One shipment: what it holds, where it is, and what may be recorded now."""
    return _page(number)


def _page_with(number: str, open_form: str, errors: Any) -> str:
    return _page(number, errors, open_form)


def _page(number: str, errors: Any = (), open_form: str = "") -> str:
    with context.look() as work:
        found = queries.shipment(work, shipment_key(number))
        parts = [tell(work, shipment_key(number)) for tell in work.offers.get("shipment_parts", {}).values()]
    return render(
        "show",
        found=found,
        others=[part for part in parts if part],
        steps=[_step(event) for event in found.events],
        errors=errors,
        open_form=open_form,
        typed=request.form,
    )


def _step(event: ShipmentEvent) -> dict[str, Any]:
    """An event as the timeline shows it."""
    return {
        "date": event.happened_on,
        "title": label(event.move),
        "detail": event.note,
        "place": ", ".join(filter(None, (event.office, country(event.country)))),
        "document": event.reference,
        "tone": "warning" if event.move == "remind" else "neutral",
    }


@blueprint.route("/licences/<number>/shipments/new", methods=["GET", "POST"])
@guard.may(May.SHIPMENT_ANNOUNCE)
def new(number: str) -> Answer:
    """Announce a shipment under a licence."""
    errors: Any = ()
    status = 200
    if request.method == "POST":
        try:
            taken = load_form(shapes.ShipmentNewSchema(), _filled(request.form.to_dict()))
            with context.begin() as work:
                made = acts.announce(work, licence_key(number), taken)
            flash(_("The shipment is announced."), "good")
            return redirect(url_for("shipments.show", number=made.number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        licence = licences.licence(work, licence_key(number))
        known = offices.offices(work).items
    choices = [(office.code, f"{office.name} ({office.code})") for office in known]
    return render("new", licence=licence, offices=choices, typed=request.form, errors=errors), status


def _filled(form: dict[str, str]) -> dict[str, str]:
    """The form without lines of which nothing is shipped."""
    lines = nested(form).get("lines", ())
    filled = [n for n, line in enumerate(lines) if isinstance(line, dict) and line.get("quantity")]
    others = {name: value for name, value in form.items() if not name.startswith("lines-")}
    for place, n in enumerate(filled):
        others[f"lines-{place}-line"] = str(lines[n].get("line", ""))
        others[f"lines-{place}-quantity"] = str(lines[n]["quantity"])
    return others


def _change(
    number: str, form: str, schema: type[Any], act: Callable[[Work, int, Any, int], ShipmentView], done: str
) -> Answer:
    """A change of the shipment at the version the form was opened with."""
    try:
        given = {name: value for name, value in request.form.items() if name != "version"}
        taken = load_form(schema(), given)
        with context.begin() as work:
            act(work, shipment_key(number), taken, version_seen())
    except RegistryError as error:
        page = _follow if form in FORMS and not isinstance(error, Conflict) else _page_with
        return page(number, form, shown(error)), error.status
    flash(done, "good")
    return redirect(url_for("shipments.show", number=number), 303)


@blueprint.route("/shipments/<number>/lots/<int(max=999999):n>", methods=["GET", "POST"])
@guard.may(May.SHIPMENT_ANNOUNCE)
def lot(number: str, n: int) -> Answer:
    """Say of what lot cartridges are that come in and that no record describes yet."""
    errors: Any = ()
    status = 200
    typed: dict[str, str] = {name: value for name, value in request.form.items() if name != "version"}
    if request.method == "POST":
        try:
            with context.begin() as work:
                taken = load_form(shapes.LotToldSchema(), with_party_numbers(work, typed, "maker"))
                lots.tell_lot(work, shipment_key(number), n, taken, version_seen())
            flash(_("The lot is told."), "good")
            return redirect(url_for("shipments.show", number=number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = queries.shipment(work, shipment_key(number))
        choices = party_choices(work)
    item = next((one for line in found.lines for one in line.items if one.n == n), None)
    if item is None:
        raise NotFound(_("Nothing of this shipment has this number."))
    if not item.abroad or "tell" not in found.moves:
        raise Conflict(_("Nothing is told of this now."))
    schemes = options(MarkingScheme)
    return render(
        "lot", found=found, item=item, typed=typed, errors=errors, parties=choices, schemes=schemes
    ), status


@blueprint.route("/licences/<number>/goods/<int(max=1000):line>/names", methods=["GET", "POST"])
@guard.may(May.LICENCE_APPLY)
def names_back(number: str, line: int) -> Answer:
    """Take back the names of goods that no shipment holds."""
    errors: Any = ()
    status = 200
    if request.method == "POST":
        try:
            chosen = request.form.getlist("items")
            if not chosen:
                raise Invalid.at("items", _("Choose what is to be named no more."))
            told = {"line": str(line), **{f"items-{n}": item for n, item in enumerate(chosen)}}
            taken = load_form(shapes.NamesBackSchema(), told)
            with context.begin() as work:
                naming.take_back(work, licence_key(number), taken, version_seen())
            flash(_("They are named no more."), "good")
            return redirect(url_for("licensing.case", number=number), 303)
        except NotFound:
            raise
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        licence = licences.licence(work, licence_key(number))
        held = naming.held_by_shipments(work, licence_key(number), line)
    known = next((one for one in licence.lines if one.n == line), None)
    if known is None:
        raise NotFound(_("The licence has no such line."))
    return render("names", licence=licence, line=known, held=held, errors=errors), status


@blueprint.post("/shipments/<number>/cancellation")
@guard.may(May.SHIPMENT_ANNOUNCE)
def cancel(number: str) -> Answer:
    """Take an announcement back."""
    return _change(number, "cancel", shapes.ReasonSchema, acts.cancel, _("The shipment is cancelled."))


@blueprint.post("/shipments/<number>/passages")
@guard.may(May.SHIPMENT_FOLLOW)
def passed(number: str) -> Answer:
    """Record that it passed a transit State."""
    return _change(number, "pass", shapes.PassageNewSchema, following.passed, _("The passage is recorded."))


@blueprint.post("/shipments/<number>/arrival")
@guard.may(May.SHIPMENT_FOLLOW)
def arrived(number: str) -> Answer:
    """Record that it arrived."""
    return _change(
        number, "arrive", shapes.ArrivalNewSchema, following.arrived, _("The arrival is recorded.")
    )


@blueprint.post("/shipments/<number>/exit")
@guard.may(May.SHIPMENT_FOLLOW)
def left(number: str) -> Answer:
    """Record that it has left us."""
    return _change(number, "leave", shapes.ArrivalNewSchema, following.left, _("The exit is recorded."))


@blueprint.post("/shipments/<number>/receipt")
@guard.may(May.SHIPMENT_FOLLOW)
def received(number: str) -> Answer:
    """Record what was received."""
    return _change(
        number, "receive", shapes.ReceiptNewSchema, following.received, _("The receipt is recorded.")
    )


@blueprint.post("/shipments/<number>/reminders")
@guard.may(May.SHIPMENT_FOLLOW)
def remind(number: str) -> Answer:
    """Record that the receipt was asked for."""
    return _change(number, "remind", shapes.ReasonSchema, following.remind, _("The reminder is recorded."))


FORMS = {
    "receive": "received",
    "arrive": "arrived",
    "pass": "passed",
    "remind": "remind",
}
"""What may be recorded of a shipment on its way, and the route that takes it."""


@dataclass(frozen=True)
class Tab:
    label: str
    href: str
    current: bool
    count: int | None = None


@blueprint.get("/shipments/<number>/follow")
@guard.may(May.SHIPMENT_FOLLOW)
def follow(number: str) -> Answer:
    """Forms for what happened to a shipment after it left."""
    return _follow(number, request.args.get("form", "receive"))


def _follow(number: str, form: str, errors: Any = ()) -> str:
    with context.look() as work:
        found = queries.shipment(work, shipment_key(number))
        way = licences.licence(work, licence_key(found.licence)).transits
    titles = {
        "receive": _("It was received"),
        "arrive": _("It arrived"),
        "pass": _("It passed a transit State"),
        "remind": _("The receipt was asked for"),
    }
    offered = [name for name in FORMS if name in found.moves and (name != "pass" or way)]
    if form not in offered:
        raise NotFound(_("Nothing of this can be recorded now."))
    return render(
        "follow",
        found=found,
        form=form,
        tabs=[
            Tab(titles[name], url_for("shipments.follow", number=number, form=name), name == form)
            for name in offered
        ],
        titles=titles,
        endpoints=FORMS,
        transits=[(one.country, country(one.country)) for one in way],
        errors=errors,
        typed=request.form,
    )


@blueprint.get("/shipments/<number>/receipt-request.pdf")
@guard.may(May.SHIPMENT_FOLLOW)
def receipt_request(number: str) -> Response:
    """The letter that asks the importing State for its receipt."""
    return files.shown(sealed_request(shipment_key(number)), f"receipt-request-{number}.pdf")


@blueprint.get("/shipments/<number>/receipt.pdf")
@guard.may(May.SHIPMENT_READ)
def receipt(number: str) -> Response:
    """The confirmation of receipt that the exporting State is given."""
    return files.shown(sealed_receipt(shipment_key(number)), f"receipt-{number}.pdf")
