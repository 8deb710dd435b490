"""Routes of the API for lots, packages, sales and movements."""

from __future__ import annotations

from typing import Any

from registry.ammunition import acts, package_queries, queries, single_queries, views
from registry.ammunition.sealing import sealed_record
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from schemas import ammunition as shapes
from schemas import ammunition_packages as packs
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import May

blueprint: Any = api.blueprint("ammunition", "Lots, packages and sales of ammunition (FP art. 7; 16 D LOG)")


@blueprint.route("/lots", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.LotRowSchema, query=shapes.LotsAskedSchema, paged=True)
def lots(work: Work, asked: shapes.LotsAsked) -> Page[views.LotRow]:
    """Lots that fit."""
    return queries.lots(work, asked)


@blueprint.route("/lots", methods=["POST"])
@api.writes(blueprint, May.LOT_REGISTER, takes=shapes.LotNewSchema, gives=shapes.LotSchema)
def register_lot(work: Work, new: shapes.LotNew) -> views.LotView:
    """Record a lot."""
    return acts.register_lot(work, new)


@blueprint.route("/lots/<number>", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.LotSchema)
def lot(work: Work, number: str) -> views.LotView:
    """One lot with who holds its cartridges."""
    return queries.lot(work, find_registry_number("L", number))


@blueprint.route("/lots/<number>/packages", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=packs.PackageRowSchema, query=packs.PackagesAskedSchema, paged=True)
def packages(work: Work, asked: packs.PackagesAsked, number: str) -> Page[views.PackageRow]:
    """Packages of a lot."""
    return package_queries.packages(work, find_registry_number("L", number), asked)


@blueprint.route("/lots/<number>/packages", methods=["POST"])
@api.writes(blueprint, May.LOT_REGISTER, takes=shapes.PackNewSchema, gives=shapes.LotSchema, status=200)
def pack(work: Work, new: shapes.PackNew, number: str) -> views.LotView:
    """Put cartridges of a lot into numbered packages."""
    return acts.pack(work, find_registry_number("L", number), new)


@blueprint.route("/lots/<number>/sales", methods=["POST"])
@api.writes(blueprint, May.SALE_RECORD, takes=shapes.SaleNewSchema, gives=shapes.SaleSchema)
def sell(work: Work, new: shapes.SaleNew, number: str) -> views.SaleView:
    """Write a line of the sales register and move the cartridges."""
    return acts.sell(work, find_registry_number("L", number), new)


@blueprint.route("/lots/<number>/movements", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.MovementSchema, query=PageAskedSchema, paged=True)
def movements(work: Work, asked: PageAsked, number: str) -> Page[views.MovementView]:
    """Movements of a lot's cartridges."""
    return queries.movements(work, find_registry_number("L", number), asked)


@blueprint.route("/lots/<number>/movements", methods=["POST"])
@api.writes(blueprint, May.SALE_RECORD, takes=shapes.MovementNewSchema, gives=shapes.LotSchema, status=200)
def move(work: Work, new: shapes.MovementNew, number: str) -> views.LotView:
    """Record a movement that is no sale."""
    return acts.move(work, find_registry_number("L", number), new)


@blueprint.route("/sales", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.SaleSchema, query=shapes.SalesAskedSchema, paged=True)
def sales(work: Work, asked: shapes.SalesAsked) -> Page[views.SaleView]:
    """The sales register."""
    return queries.sales(work, asked)


@blueprint.route("/lots/<number>/record.pdf", methods=["GET"])
@api.prints(blueprint, May.LOT_READ)
def record_document(number: str) -> bytes:
    """The record of a lot on paper, with a code by which everyone can verify it."""
    with look() as work:
        found, day = queries.lot(work, find_registry_number("L", number)), work.today
    return sealed_record(found, day)


@blueprint.route("/lots/<number>/cartridges/<int(max=2147483647):n>", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=packs.CartridgeSchema)
def cartridge(work: Work, number: str, n: int) -> views.CartridgeView:
    """One cartridge of a serialised lot by its own number, from 1, with every holder to the last."""
    return single_queries.cartridge(work, find_registry_number("L", number), n)


@blueprint.route("/packages/<number>", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=packs.PackageSchema)
def package(work: Work, number: str) -> views.PackageView:
    """One package with every movement of any cartridge in it."""
    return package_queries.package(work, number)
