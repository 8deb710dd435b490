"""Routes of the API for GS1 numbers and scanned codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry.ammunition import (
    artwork_queries,
    code_acts,
    code_queries,
    documents,
    package_queries,
    queries,
    titles,
    views,
)
from registry.ammunition.api import blueprint
from registry.ammunition.captions import captions
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from schemas import ammunition_codes as shapes
from schemas.ammunition import LotSchema
from schemas.base import Shape
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import May


@blueprint.route("/gs1-parties", methods=["GET"])
@api.reads(blueprint, May.DIRECTORY_READ, gives=shapes.Gs1Schema, query=PageAskedSchema, paged=True)
def gs1_parties(work: Work, asked: PageAsked) -> Page[code_queries.Gs1View]:
    """Company prefixes and location numbers that GS1 gave."""
    return code_queries.gs1_parties(work, asked)


@blueprint.route("/gs1-parties", methods=["POST"])
@api.writes(blueprint, May.DIRECTORY_WRITE, takes=shapes.Gs1NewSchema, gives=shapes.Gs1Schema, status=200)
def record_gs1(work: Work, new: shapes.Gs1New) -> code_queries.Gs1View:
    """Record or correct what GS1 gave a party."""
    return code_acts.record_gs1(work, new)


@blueprint.route("/lots/<number>/codes", methods=["POST"])
@api.writes(blueprint, May.LOT_REGISTER, takes=Shape, gives=LotSchema, status=200)
def give_codes(work: Work, nothing: Any, number: str) -> views.LotView:
    """Number the packages of a lot that have no GS1 code yet."""
    lot_id = find_registry_number("L", number)
    code_acts.give_codes(work, lot_id)
    return queries.lot(work, lot_id)


@blueprint.route("/scan", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.ScanSchema, query=shapes.ScanAskedSchema)
def scan(work: Work, asked: shapes.ScanAsked) -> dict[str, Any]:
    """What a scanned code says, and the package or lots it leads to."""
    found = package_queries.scanned(work, asked.code[:400])
    elements = [{"ai": ai, "value": value, "title": titles.TITLES[ai]} for ai, value in found.elements]
    return {"elements": elements, "package": found.package, "lots": found.lots}


@blueprint.route("/packages/<number>/artwork.pdf", methods=["GET"])
@api.prints(blueprint, May.LABEL_PRINT, query=shapes.ArtworkAskedSchema)
def artwork_pdf(asked: shapes.ArtworkAsked, number: str) -> bytes:
    """What is printed on a package, as PDF."""
    with look() as work:
        found = artwork_queries.of_package(work, number, asked)
    return documents.artwork_pdf([found], captions(), asked.small)


@blueprint.route("/packages/<number>/artwork.svg", methods=["GET"])
@api.prints(blueprint, May.LABEL_PRINT, query=shapes.ArtworkAskedSchema, media="image/svg+xml")
def artwork_svg(asked: shapes.ArtworkAsked, number: str) -> str:
    """What is printed on a package, as SVG."""
    with look() as work:
        found = artwork_queries.of_package(work, number, asked)
    return documents.artwork_svg(found, captions(), asked.small)


@blueprint.route("/lots/<number>/artwork.pdf", methods=["GET"])
@api.prints(blueprint, May.LABEL_PRINT, query=shapes.RunAskedSchema)
def run_pdf(asked: shapes.RunAsked, number: str) -> bytes:
    """What is printed on the packages of a level, a page for each."""
    with look() as work:
        found = artwork_queries.of_run(work, find_registry_number("L", number), asked)
    return documents.artwork_pdf(found, captions(), asked.small)


@blueprint.route("/lots/<number>/artwork.zip", methods=["GET"])
@api.prints(blueprint, May.LABEL_PRINT, query=shapes.RunAskedSchema, media="application/zip")
def run_archive(asked: shapes.RunAsked, number: str) -> Iterator[bytes]:
    """What is printed on the packages of a level, an SVG drawing for each."""
    with look() as work:
        found = artwork_queries.of_run(work, find_registry_number("L", number), asked)
    return documents.artwork_archive(found, captions(), asked.small)
