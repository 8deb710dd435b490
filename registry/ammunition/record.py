"""The record of a lot on paper: what was made and how it is marked, as of one version."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from registry.ammunition.tables import Lot
from registry.ammunition.views import LotView
from registry.core.numbers import key_of
from registry.core.printing.paper import Block, FindingBox, Frame, KeyValues, Paragraph, Seal, document
from registry.core.work import Work
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind

SCHEMES = {
    "lot_code": "All cartridges bear the code of the lot",
    "lot_and_buyer_code": "All cartridges bear a code of lot and buyer",
    "serialised": "Each cartridge bears a number of its own",
}


def draw(found: LotView, authority: str, issued: str, seal: Seal) -> bytes:
    """The record as PDF; nothing of who holds or held its cartridges."""
    frame = Frame(
        title="Lot record",
        number=found.number,
        authority=authority,
        issued=f"Version {found.version}, {issued}",
        seal=seal,
    )
    return document(frame, list(_blocks(found)))


def _blocks(found: LotView) -> Iterator[Block]:
    yield Paragraph(found.code, large=True)
    for unmet in found.unmet:
        law = f" ({unmet.article})" if unmet.article else ""
        yield FindingBox("alarm", "Alarm", f"{unmet.message}{law}")
    yield KeyValues(list(_facts(found)))


def _facts(found: LotView) -> Iterator[tuple[str, str]]:
    yield "Maker", found.maker.name
    yield "Product", " ".join(filter(None, (found.product, found.product_code)))
    yield "Calibre", found.calibre_name
    yield "Cartridges", f"{found.quantity:,}"
    yield "Produced on", found.produced_on.isoformat()
    yield "Marking", SCHEMES.get(found.scheme, found.scheme.replace("_", " ").capitalize())
    if found.gtin:
        yield "GTIN", found.gtin


def stands(work: Work, number: str, edition: str) -> Standing:
    """Whether the record is still in the version that was printed; nothing else is told."""
    version = work.session.scalar(select(Lot.version).where(Lot.id == key_of("L", number)))
    return Standing(str(version) == edition, "" if str(version) == edition else "changed")


VERIFIABLE: Verifiable = {IssuedKind.LOT_RECORD: stands}
