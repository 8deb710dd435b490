"""Routes of the API for reports of sales and corrections."""

from __future__ import annotations

from registry.ammunition import reports, sales_acts, sales_queries, views
from registry.ammunition.api import blueprint
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import asked as calling
from registry.core.work import Work
from schemas import ammunition_sales as shapes
from schemas.ammunition import SaleSchema
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import May


@blueprint.route("/sales/reports", methods=["GET"])
@api.reads(blueprint, May.SALE_RECORD, gives=shapes.SaleReportSchema, query=PageAskedSchema, paged=True)
def reports_of_sales(work: Work, asked: PageAsked) -> Page[sales_queries.ReportView]:
    """Reports of sales, without their lines."""
    return sales_queries.reports(work, asked)


@blueprint.route("/sales/reports", methods=["POST"])
@api.writes(blueprint, May.SALE_RECORD, takes=shapes.SaleReportNewSchema, gives=shapes.SaleReportSchema)
def report_sales(work: Work, new: shapes.SaleReportNew) -> sales_queries.ReportView:
    """Report many sales: those that can be recorded are, the others are named with their reasons."""
    digest = reports.digest(calling().body())
    return sales_acts.report_sales(work, new.name, digest, reports.lines(new.lines))


@blueprint.route("/sales/reports/<number>", methods=["GET"])
@api.reads(blueprint, May.SALE_RECORD, gives=shapes.SaleReportSchema)
def report_of_sales(work: Work, number: str) -> sales_queries.ReportView:
    """One report with the lines that were refused."""
    return sales_queries.report(work, find_registry_number("S", number))


@blueprint.route("/lots/<number>/sales/<int(max=2147483647):n>/corrections", methods=["POST"])
@api.writes(blueprint, May.SALE_RECORD, takes=shapes.SaleChangeSchema, gives=SaleSchema)
def correct_sale(work: Work, change: shapes.SaleChange, number: str, n: int) -> views.SaleView:
    """Correct the papers of a sale; the first report stays beside the correction."""
    return sales_acts.correct_sale(work, find_registry_number("L", number), n, change)
