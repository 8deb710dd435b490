"""Routes of the API for stocks and counts."""

from __future__ import annotations

from registry.ammunition import stock_acts, stock_queries
from registry.ammunition.api import blueprint
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from schemas import ammunition_stock as shapes
from schemas.paging import Page
from schemas.vocabulary import May


@blueprint.route("/stock", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.StockRowSchema, query=shapes.StockAskedSchema, paged=True)
def stock(work: Work, asked: shapes.StockAsked) -> Page[stock_queries.StockRow]:
    """What a party has, lot by lot, now or at the end of a day."""
    return stock_queries.rows(work, asked)


@blueprint.route("/stock/counts", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.CountSchema, query=shapes.CountsAskedSchema, paged=True)
def counts_of_stock(work: Work, asked: shapes.CountsAsked) -> Page[stock_queries.CountView]:
    """Counts held against the book."""
    return stock_queries.counts(work, asked)


@blueprint.route("/stock/counts", methods=["POST"])
@api.writes(blueprint, May.STOCK_COUNT, takes=shapes.CountNewSchema, gives=shapes.CountSchema)
def count_stock(work: Work, new: shapes.CountNew) -> stock_queries.CountView:
    """Hold a count against the book."""
    return stock_acts.count_stock(work, new)


@blueprint.route("/stock/counts/<number>", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.CountSchema)
def count_of_stock(work: Work, number: str) -> stock_queries.CountView:
    """One count, lot by lot."""
    return stock_queries.count(work, find_registry_number("K", number))
