"""Pages of a holder's stock: what there is by lot and product, counting it, and what counts found."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from registry.ammunition import counting, stock_acts, stock_queries
from registry.ammunition.forms import form_values, party_choices, with_party_numbers
from registry.ammunition.pages import Answer, blueprint
from registry.core.errors import Invalid, RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard, sheets
from registry.core.web.forms import load_form
from registry.core.web.words import label, shown
from registry.core.work import Work, limited_to
from registry.directory.queries import PartyName, names
from schemas import ammunition_stock as shapes
from schemas.paging import Page
from schemas.vocabulary import May


@blueprint.get("/stock", endpoint="stock")
@guard.may(May.LOT_READ)
def stock() -> Answer:
    """A holder's stock: a trader's own, any other for the authority."""
    return _stock((), 200, form_values(request.args))


@blueprint.post("/stock")
@guard.may(May.STOCK_COUNT)
def count() -> Answer:
    """Hold a count against the book: fields beside the lots, a file, or a paste."""
    typed = form_values(request.form)
    try:
        with context.begin() as work:
            made = stock_acts.count_stock(work, _new(work, typed))
    except RegistryError as error:
        return _stock(shown(error), error.status, typed)
    if made.differing:
        flash(_("%(count)s lots do not add up.", count=made.differing), "alarm")
    else:
        flash(_("Everything counted adds up."), "good")
    return redirect(url_for("ammunition.stock_count", number=made.number), 303)


def _new(work: Work, typed: dict[str, str]) -> shapes.CountNew:
    file = request.files.get("file")
    sent = file.read() if file and file.filename else typed.get("text", "").encode()
    try:
        lines = counting.typed(typed) + counting.read_csv(sent.decode("utf-8"))
    except UnicodeDecodeError:
        raise Invalid.at("file", _("This file is not written in UTF-8.")) from None
    told = {name: typed[name] for name in ("party", "counted_on", "unit", "note") if typed.get(name)}
    named = with_party_numbers(work, told, "party")
    return counting.taken({**named, "whole": bool(typed.get("whole")), "lines": lines})


def _stock(errors: tuple[Unmet, ...], status: int, typed: dict[str, str]) -> Answer:
    found: Page[stock_queries.StockRow] = Page(())
    products: list[stock_queries.ProductView] | None = []
    party: PartyName | None = None
    asking = {name: typed[name] for name in ("party", "calibre", "on", "cursor", "sort") if typed.get(name)}
    with context.look() as work:
        own = limited_to(work.actor, May.LOT_READ) is not None
        try:
            asked = load_form(shapes.StockAskedSchema(), with_party_numbers(work, asking, "party"))
            if own or asked.party:
                party = _party(work, asked.party)
                found, products = stock_queries.rows(work, asked), stock_queries.products(work, asked)
        except RegistryError as error:
            errors, status = errors or shown(error), error.status if status == 200 else status
        page = render_template(
            "ammunition/stock.html",
            page=found,
            products=products,
            party=party,
            own=own,
            typed={"counted_on": work.today.isoformat(), **typed},
            errors=errors,
            parties=party_choices(work),
            may_count=May.STOCK_COUNT in work.actor.may,
            field=counting.FIELD,
            label=label,
        )
    return page if status == 200 else (page, status)


def _party(work: Work, number: str) -> PartyName:
    key = stock_queries.whose(work, number)
    return names(work, [key])[key]


@blueprint.get("/stock/form.csv", endpoint="stock_form")
@guard.may(May.STOCK_COUNT)
def count_form() -> Response:
    """A file of a holder's lots, to be filled in while counting."""
    with context.look() as work:
        asked: Any = load_form(shapes.StockAskedSchema(), request.args)
        on = asked.on or work.today
        party = stock_queries.whose(work, asked.party)
        lots = stock_queries.to_count(work, party, on)
    rows = ((number, "", code, product) for number, code, product in lots)
    return sheets.answer("count.csv", (*counting.COLUMNS, "code", "product"), rows)


@blueprint.get("/stock/counts", endpoint="stock_counts")
@guard.may(May.LOT_READ)
def counts() -> Answer:
    """Counts held against the book."""
    errors, status = tuple[Unmet, ...](), 200
    found: Page[stock_queries.CountView] = Page(())
    typed = form_values(request.args)
    with context.look() as work:
        try:
            told = {"sort": "-number", **with_party_numbers(work, typed, "party")}
            found = stock_queries.counts(work, load_form(shapes.CountsAskedSchema(), told))
        except RegistryError as error:
            errors, status = shown(error), error.status
        page = render_template(
            "ammunition/stock_counts.html",
            page=found,
            asked=typed,
            errors=errors,
            parties=party_choices(work),
        )
    return page if status == 200 else (page, status)


@blueprint.get("/stock/counts/<number>", endpoint="stock_count")
@guard.may(May.LOT_READ)
def one_count(number: str) -> str:
    """One count, lot by lot, what does not add up first."""
    with context.look() as work:
        found = stock_queries.count(work, find_registry_number("K", number))
        return render_template("ammunition/stock_count.html", count=found)
