"""Pages of codes: what a scanned one says, who has GS1 numbers, and printing the packages of a lot."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.ammunition import (
    artwork_queries,
    code_acts,
    code_queries,
    documents,
    package_queries,
    queries,
    single_queries,
)
from registry.ammunition.artwork import Shown
from registry.ammunition.captions import captions
from registry.ammunition.forms import form_values, party_choices, with_party_numbers
from registry.ammunition.pages import Answer, blueprint
from registry.ammunition.titles import TITLES
from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, files, guard
from registry.core.web.forms import load_form
from registry.core.web.words import label, options, shown
from schemas import ammunition_codes as shapes
from schemas.paging import PageAsked, PageAskedSchema
from schemas.vocabulary import May, PackageLevel

MOST_CODE = 400


@blueprint.get("/scan", endpoint="scan")
@guard.may(May.LOT_READ)
def scan() -> Answer:
    """What a scanned code says, and what it leads to."""
    text, errors, status = request.args.get("code", "")[:MOST_CODE], tuple[Unmet, ...](), 200
    found, lots = None, []
    with context.look() as work:
        try:
            found = package_queries.scanned(work, text) if text else None
            lots = [queries.lot(work, find_registry_number("L", n)) for n in found.lots] if found else []
        except RegistryError as error:
            errors, status = shown(error), error.status
    told = [(ai, _(TITLES[ai]), value) for ai, value in found.elements] if found else []
    page = render_template(
        "ammunition/scan.html", code=text, told=told, found=found, lots=lots, errors=errors
    )
    return page, status


@blueprint.get("/lots/<number>/cartridges/<int(max=2147483647):n>", endpoint="cartridge")
@guard.may(May.LOT_READ)
def cartridge(number: str, n: int) -> str:
    """One cartridge of a serialised lot: what it is packed in, and every holder to the last."""
    with context.look() as work:
        found = single_queries.cartridge(work, find_registry_number("L", number), n)
    may = context.actor().may
    return render_template("ammunition/cartridge.html", found=found, label=label, may=may, May=May)


@blueprint.get("/lots/<number>/cartridges", endpoint="find_cartridge")
@guard.may(May.LOT_READ)
def find_cartridge(number: str) -> Response:
    """Open the cartridge whose number was typed on the page of its lot."""
    with context.look() as work:
        queries.lot(work, find_registry_number("L", number))
    asked = load_form(shapes.CartridgeAskedSchema(), request.args)
    return redirect(url_for("ammunition.cartridge", number=number, n=asked.n), 303)


@blueprint.route("/gs1", methods=["GET", "POST"], endpoint="gs1")
@guard.may(May.DIRECTORY_READ)
def gs1_parties() -> Answer:
    """Company prefixes and location numbers, and the form that records one."""
    typed, errors, status = form_values(request.form), tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                given = with_party_numbers(work, typed, "party")
                made = code_acts.record_gs1(work, load_form(shapes.Gs1NewSchema(), given))
            flash(_("The GS1 numbers of %(name)s are recorded.", name=made.party.name), "good")
            return redirect(url_for("ammunition.gs1"), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        asked = load_form(PageAskedSchema(), request.args) if request.method == "GET" else PageAsked()
        page = code_queries.gs1_parties(work, asked)
        may_write, parties = May.DIRECTORY_WRITE in work.actor.may, party_choices(work)
    return render_template(
        "ammunition/gs1.html", page=page, typed=typed, errors=errors, may_write=may_write, parties=parties
    ), status


@blueprint.post("/lots/<number>/codes", endpoint="give_codes")
@guard.may(May.LOT_REGISTER)
def give_codes(number: str) -> Response:
    """Number the packages that have no code yet."""
    try:
        with context.begin() as work:
            given = code_acts.give_codes(work, find_registry_number("L", number))
    except RegistryError as error:
        flash(str(error), "alarm")
    else:
        if given:
            flash(_("The packages have their codes."), "good")
        else:
            flash(_("No code could be given: boxes need a GTIN, others a company prefix."), "warning")
    return redirect(url_for("ammunition.packages", number=number), 303)


@blueprint.get("/lots/<number>/print", endpoint="print_run")
@guard.may(May.LABEL_PRINT)
def print_run(number: str) -> Answer:
    """The form that prints the packages of a lot, and the file it asks for."""
    typed, errors, status = form_values(request.args), tuple[Unmet, ...](), 200
    kind = typed.pop("format", "")
    with context.look() as work:
        lot, parties = queries.lot(work, find_registry_number("L", number)), party_choices(work)
        given = with_party_numbers(work, typed, "buyer")
    if kind:
        try:
            return _run(number, load_form(shapes.RunAskedSchema(), given), kind)
        except RegistryError as error:
            errors, status = shown(error), error.status
    return render_template(
        "ammunition/print.html",
        lot=lot,
        typed=typed,
        errors=errors,
        parties=parties,
        levels=options(PackageLevel),
        label=label,
    ), status


def _run(number: str, asked: shapes.RunAsked, kind: str) -> Response:
    with context.look() as work:
        found = artwork_queries.of_run(work, find_registry_number("L", number), asked)
    if kind == "zip":
        pieces = documents.artwork_archive(found, captions(), asked.small)
        return files.shown(pieces, f"{number}.zip", "application/zip")
    return files.shown([documents.artwork_pdf(found, captions(), asked.small)], f"{number}.pdf")


@blueprint.get("/packages/<number>/artwork.pdf", endpoint="artwork_pdf")
@guard.may(May.LABEL_PRINT)
def artwork_pdf(number: str) -> Response:
    """What is printed on one package, as PDF."""
    found, small = _artwork(number)
    printed = documents.artwork_pdf([found], captions(), small)
    return files.shown([printed], f"{found.number}.pdf")


@blueprint.get("/packages/<number>/artwork.svg", endpoint="artwork_svg")
@guard.may(May.LABEL_PRINT)
def artwork_svg(number: str) -> Response:
    """What is printed on one package, as a drawing."""
    found, small = _artwork(number)
    drawn = documents.artwork_svg(found, captions(), small).encode()
    return files.shown([drawn], f"{found.number}.svg", "image/svg+xml")


def _artwork(number: str) -> tuple[Shown, bool]:
    asked = load_form(shapes.ArtworkAskedSchema(), request.args)
    with context.look() as work:
        return artwork_queries.of_package(work, number, asked), asked.small
