"""Pages of lots: the list, one lot, and what is recorded about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import Schema
from werkzeug.wrappers import Response

from registry.ammunition import (
    acts,
    mismatch_queries,
    package_queries,
    pictures,
    queries,
    rules,
    stock,
)
from registry.ammunition.forms import form_values, party_choices, with_party_numbers
from registry.ammunition.packaging import package_key
from registry.ammunition.sealing import sealed_record
from registry.ammunition.titles import TITLES
from registry.ammunition.views import PackageView
from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number, key_of
from registry.core.web import context, files, guard, sources
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form
from registry.core.web.words import label, many, options, shown
from registry.core.work import Work, limited_to
from registry.directory.queries import party_number
from schemas import ammunition as shapes
from schemas import ammunition_packages as packs
from schemas.ammunition_vocabulary import MarkedItem
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import MarkingScheme, May, MovementKind, PackageLevel

blueprint = Blueprint("ammunition", __name__, template_folder="templates")
NAVIGATION = (
    NavigationEntry("Ammunition", "ammunition.list", May.LOT_READ, 30),
    NavigationEntry("Sales register", "ammunition.sales", May.LOT_READ, 35),
    NavigationEntry("Stock", "ammunition.stock", May.LOT_READ, 36),
)
Answer = Response | str | tuple[str, int]
MOST_SHARES = 12
LATEST = 10


@blueprint.app_template_filter("difference")
def difference(found: mismatch_queries.Mismatch) -> str:
    """What a count found, in words."""
    return stock.difference(found.booked, found.counted)


@blueprint.get("/lots", endpoint="list")
@guard.may(May.LOT_READ)
def lots() -> Answer:
    """Lots that fit; a number typed or scanned goes straight to its record."""
    text = request.args.get("q", "")
    if package_key(text) is not None:
        return redirect(url_for("ammunition.package", number=text.strip().upper()))
    if key_of("L", text) is not None:
        return redirect(url_for("ammunition.show", number=text.strip().upper()))
    may_register = May.LOT_REGISTER in context.actor().may
    choices = {"schemes": options(MarkingScheme), "label": label, "may_register": may_register}
    return _list(shapes.LotsAskedSchema(), "ammunition/lots.html", queries.lots, **choices)


@blueprint.get("/sales", endpoint="sales")
@guard.may(May.LOT_READ)
def sales() -> Answer:
    """The sales register across lots."""
    may_record = May.SALE_RECORD in context.actor().may
    return _list(shapes.SalesAskedSchema(), "ammunition/sales.html", queries.sales, may_record=may_record)


def _list(schema: Schema, template: str, read: Callable[[Work, Any], Page[Any]], **given: Any) -> Answer:
    """A list as its filters ask for it; a filter that makes no sense is named beside its field."""
    typed, errors, status = form_values(request.args), tuple[Unmet, ...](), 200
    with context.look() as work:
        given["parties"] = party_choices(work)
        try:
            asked = load_form(schema, with_party_numbers(work, typed, "maker", "buyer", "seller"))
            found = read(work, asked)
        except RegistryError as error:
            found, errors, status = Page(()), shown(error), error.status
        answer = render_template(template, page=found, asked=typed, errors=errors, **given)
    return answer if status == 200 else (answer, status)


@blueprint.route("/lots/new", methods=["GET", "POST"], endpoint="new")
@guard.may(May.LOT_REGISTER)
def new_lot() -> Answer:
    """Record a lot."""

    def record(work: Work, new: shapes.LotNew) -> Response:
        made = acts.register_lot(work, new)
        flash(_("Lot %(code)s is recorded as %(number)s.", code=made.code, number=made.number), "good")
        return redirect(url_for("ammunition.show", number=made.number), 303)

    start = {"maker": _own_number()} if _for_a_party(May.LOT_REGISTER) else {}
    given = {
        "schemes": options(MarkingScheme),
        "limit": _limit_today(),
        "items": options(MarkedItem),
    }
    return _form(shapes.LotNewSchema(), "ammunition/new.html", record, start, ("maker", "importer"), given)


@blueprint.get("/lots/<number>", endpoint="show")
@guard.may(May.LOT_READ)
def show(number: str) -> Answer:
    """One lot: what it is, where its cartridges are, to whom they were sold."""
    lot_id = find_registry_number("L", number)
    with context.look() as work:
        lot = queries.lot(work, lot_id)
        latest = PageAsked(limit=LATEST, sort="-happened_on")
        return render_template(
            "ammunition/show.html",
            lot=lot,
            shares=lot.holders[:MOST_SHARES],
            others=lot.holders[MOST_SHARES:],
            label=label,
            sales=queries.sales(work, shapes.SalesAsked(lot=lot.number, limit=LATEST, sort="-sold_on")),
            packages=package_queries.packages(work, lot_id, packs.PackagesAsked(limit=LATEST)),
            movements=queries.movements(work, lot_id, latest),
            mismatches=mismatch_queries.mismatches(work, [lot_id], limited_to(work.actor, May.LOT_READ)),
            sources=sources.of(work, lot_id=lot_id, sale_n=None, packing_n=None),
            drawn=pictures.of_lot(work, lot_id, lot, MOST_SHARES),
            may=work.actor.may,
            May=May,
        )


@blueprint.get("/lots/<number>/movements", endpoint="movements")
@guard.may(May.LOT_READ)
def movements(number: str) -> str:
    """Every movement of a lot."""
    lot_id = find_registry_number("L", number)
    asked = load_form(PageAskedSchema(), request.args)
    with context.look() as work:
        found = queries.movements(work, lot_id, asked)
        lot = queries.lot(work, lot_id)
        return render_template("ammunition/movements.html", lot=lot, page=found, asked=asked, label=label)


@blueprint.get("/lots/<number>/packages", endpoint="packages")
@guard.may(May.LOT_READ)
def packages(number: str) -> str:
    """The packages of a lot."""
    lot_id = find_registry_number("L", number)
    asked = load_form(packs.PackagesAskedSchema(), request.args)
    with context.look() as work:
        found = package_queries.packages(work, lot_id, asked)
        lot = queries.lot(work, lot_id)
        levels = options(PackageLevel)
        return render_template(
            "ammunition/packages.html",
            lot=lot,
            page=found,
            asked=asked,
            label=label,
            levels=levels,
            may=work.actor.may,
            May=May,
        )


@blueprint.route("/lots/<number>/sell", methods=["GET", "POST"], endpoint="sell")
@guard.may(May.SALE_RECORD)
def sell(number: str) -> Answer:
    """Record a sale, at a counter."""

    def record(work: Work, new: shapes.SaleNew) -> Response:
        made = acts.sell(work, find_registry_number("L", number), new)
        flash(
            _(
                "Sale %(n)s: %(quantity)s cartridges to %(buyer)s.",
                n=made.n,
                quantity=many(made.quantity),
                buyer=made.buyer.name,
            ),
            "good",
        )
        return redirect(url_for("ammunition.show", number=made.lot), 303)

    today = context.registry().office.today.isoformat()
    start = {"sold_on": today, "invoice_date": today, "permit_date": today, **_giver(number, "seller")}
    start["package"] = request.args.get("package", "")
    return _form_of_lot(
        number, shapes.SaleNewSchema(), "ammunition/sell.html", record, start, ("seller", "buyer")
    )


@blueprint.route("/lots/<number>/move", methods=["GET", "POST"], endpoint="move")
@guard.may(May.SALE_RECORD)
def move(number: str) -> Answer:
    """Record a movement that is no sale."""

    def record(work: Work, new: shapes.MovementNew) -> Response:
        made = acts.move(work, find_registry_number("L", number), new)
        flash(_("The movement is recorded."), "good")
        return redirect(url_for("ammunition.show", number=made.number), 303)

    kinds = options(kind for kind in MovementKind if kind not in rules.NO_MOVEMENT)
    today = context.registry().office.today.isoformat()
    start = {"happened_on": today, **_giver(number, "from_party"), "package": request.args.get("package", "")}
    return _form_of_lot(
        number,
        shapes.MovementNewSchema(),
        "ammunition/move.html",
        record,
        start,
        ("from_party", "to_party"),
        kinds=kinds,
    )


@blueprint.route("/lots/<number>/pack", methods=["GET", "POST"], endpoint="pack")
@guard.may(May.LOT_REGISTER)
def pack(number: str) -> Answer:
    """Put a lot into packages."""

    def record(work: Work, new: shapes.PackNew) -> Response:
        made = acts.pack(work, find_registry_number("L", number), new)
        flash(_("The packages are numbered."), "good")
        return redirect(url_for("ammunition.packages", number=made.number, sort="-n"), 303)

    levels = options(PackageLevel)
    return _form_of_lot(
        number, shapes.PackNewSchema(), "ammunition/pack.html", record, {"size": "50"}, (), levels=levels
    )


def _form_of_lot(
    number: str,
    schema: Schema,
    template: str,
    record: Callable[[Work, Any], Response],
    start: dict[str, str],
    parties: tuple[str, ...],
    **given: Any,
) -> Answer:
    with context.look() as work:
        given["lot"] = queries.lot(work, find_registry_number("L", number))
    given["label"] = label
    return _form(schema, template, record, start, parties, given)


def _form(
    schema: Schema,
    template: str,
    record: Callable[[Work, Any], Response],
    start: dict[str, str],
    parties: tuple[str, ...],
    given: dict[str, Any],
) -> Answer:
    """An empty form, or what follows from the one that was sent: the record, or the form with reasons."""
    typed, errors, status = start, tuple[Unmet, ...](), 200
    if request.method == "POST":
        typed = form_values(request.form)
        try:
            with context.begin() as work:
                return record(work, load_form(schema, with_party_numbers(work, typed, *parties)))
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        choices = party_choices(work)
        own = limited_to(work.actor, May.SALE_RECORD) is not None
    given["may_except"] = May.RULE_SET in context.actor().may
    page = render_template(template, typed=typed, errors=errors, parties=choices, own=own, **given)
    return page if status == 200 else (page, status)


def _limit_today() -> int | None:
    with context.look() as work:
        return queries.lot_limit(work.session, "", work.today)


def _for_a_party(may: May) -> bool:
    """Whether whoever is here acts for one party alone."""
    return limited_to(context.actor(), may) is not None


def _own_number() -> str:
    return party_number(context.actor().party_id or 0)


def _giver(number: str, field: str) -> dict[str, str]:
    """Who most likely hands over: the trader who works here, else whoever holds most of the lot."""
    if _for_a_party(May.SALE_RECORD):
        return {field: _own_number()}
    with context.look() as work:
        held = queries.lot(work, find_registry_number("L", number)).holders
    return {field: held[0].party.number} if held and held[0].party else {}


def _buyer(found: PackageView) -> int | None:
    return key_of("P", found.buyer.number) if found.buyer else None


@blueprint.get("/lots/<number>/record.pdf", endpoint="record")
@guard.may(May.LOT_READ)
def record_page(number: str) -> Response:
    """The record of a lot on paper."""
    with context.look() as work:
        found, day = queries.lot(work, find_registry_number("L", number)), work.today
    return files.shown(sealed_record(found, day), f"{found.number}.pdf")


@blueprint.get("/packages/<number>", endpoint="package")
@guard.may(May.LOT_READ)
def package(number: str) -> str:
    """One package: what it holds, where its cartridges are, and how they came there."""
    with context.look() as work:
        found = package_queries.package(work, number)
        return render_template(
            "ammunition/package.html",
            package=found,
            printable=bool(found.gs1) and not rules.unmet_for_artwork(work.home, {_buyer(found)}, None),
            titles=lambda ai: _(TITLES[ai]),
            label=label,
            may=work.actor.may,
            May=May,
        )
