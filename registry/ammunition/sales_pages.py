"""Pages of reports of sales, and of one line of the register with its corrections."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from registry.ammunition import queries, reports, sales_acts, sales_queries
from registry.ammunition.forms import form_values, with_party_numbers
from registry.ammunition.pages import Answer, blueprint
from registry.core.errors import Invalid, RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard, sheets
from registry.core.web.forms import load_form
from registry.core.web.words import label, shown
from schemas import ammunition_sales as shapes
from schemas.paging import PageAskedSchema
from schemas.vocabulary import May


@blueprint.route("/sales/reports", methods=["GET", "POST"], endpoint="reports")
@guard.may(May.SALE_RECORD)
def report() -> Answer:
    """Report sales by a file or by paste, and read what became of each line."""
    errors, status, done = tuple[Unmet, ...](), 200, None
    if request.method == "POST":
        try:
            done = _reported()
            flash(_("%(count)s sales are recorded.", count=done.lines - done.refused), "good")
        except RegistryError as error:
            errors, status = shown(error), error.status
    asked = load_form(PageAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        found = sales_queries.reports(work, asked)
    page = render_template(
        "ammunition/reports.html",
        page=found,
        done=done,
        errors=errors,
        columns=reports.COLUMNS,
        typed=form_values(request.form),
    )
    return page, status


def _reported() -> sales_queries.ReportView:
    file = request.files.get("file")
    sent = file.read() if file and file.filename else request.form.get("text", "").encode()
    name = ((file.filename if file else "") or _("Pasted"))[:120]
    try:
        rows = reports.read_csv(sent.decode("utf-8"))
    except UnicodeDecodeError:
        raise Invalid.at("file", _("This file is not written in UTF-8.")) from None
    with context.begin() as work:
        named = [with_party_numbers(work, row, "seller", "buyer") for row in rows]
        return sales_acts.report_sales(work, name, reports.digest(sent), reports.lines(named))


@blueprint.get("/sales/reports/form.csv", endpoint="report_form")
@guard.may(May.SALE_RECORD)
def report_form() -> Response:
    """An empty file with the columns of a report."""
    return sheets.answer("sales.csv", reports.COLUMNS)


@blueprint.get("/sales/reports/<number>", endpoint="report")
@guard.may(May.SALE_RECORD)
def one_report(number: str) -> str:
    """One report with the lines that were refused."""
    with context.look() as work:
        found = sales_queries.report(work, find_registry_number("S", number))
    return render_template("ammunition/report.html", report=found)


@blueprint.route("/lots/<number>/sales/<int(max=2147483647):n>", methods=["GET", "POST"], endpoint="sale")
@guard.may(May.LOT_READ)
def sale(number: str, n: int) -> Answer:
    """A line of the register as first reported, its corrections, and the form for another one."""
    lot_id = find_registry_number("L", number)
    typed, errors, status = form_values(request.form), tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                sales_acts.correct_sale(work, lot_id, n, load_form(shapes.SaleChangeSchema(), typed))
            flash(_("The correction stands beside the first report."), "good")
            return redirect(url_for("ammunition.sale", number=number, n=n), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = queries.sale(work, lot_id, n)
        may_correct = May.SALE_RECORD in work.actor.may
    page = render_template(
        "ammunition/sale.html", sale=found, typed=typed, errors=errors, label=label, may_correct=may_correct
    )
    return page, status
