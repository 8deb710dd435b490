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
from schemas.words import Language, said

SCHEMES = {
    "lot_code": said("All cartridges bear the code of the lot"),
    "lot_and_buyer_code": said("All cartridges bear a code of lot and buyer"),
    "serialised": said("Each cartridge bears a number of its own"),
}


def draw(found: LotView, authority: str, issued: str, seal: Seal, say: Language) -> bytes:
    """The record as PDF; nothing of who holds or held its cartridges."""
    frame = Frame.in_language(
        say,
        title=say("Lot record"),
        number=found.number,
        authority=authority,
        issued=say("Version %(version)s, %(day)s", version=found.version, day=issued),
        seal=seal,
    )
    return document(frame, list(_blocks(found, say)))


def _blocks(found: LotView, say: Language) -> Iterator[Block]:
    yield Paragraph(found.code, large=True)
    for unmet in found.unmet:
        law = f" ({unmet.article})" if unmet.article else ""
        yield FindingBox("alarm", say("Alarm"), say.told(unmet.message) + law)
    yield KeyValues(list(_facts(found, say)))


def _facts(found: LotView, say: Language) -> Iterator[tuple[str, str]]:
    yield say("Maker"), found.maker.name
    yield say("Product"), " ".join(filter(None, (found.product, found.product_code)))
    yield say("Calibre"), found.calibre_name
    yield say("Cartridges"), say.number(found.quantity)
    yield say("Produced on"), found.produced_on.isoformat()
    yield say("Marking"), say.told(SCHEMES[found.scheme])
    if found.marking and found.marking.headstamp:
        yield say("Headstamp"), found.marking.headstamp
    if found.marking and found.marking.control_mark:
        place = found.marking.control_country or ""
        yield say("Control mark (CIP)"), f"{found.marking.control_mark} ({place})"
    if found.gtin:
        yield say("GTIN"), found.gtin


def stands(work: Work, number: str, edition: str) -> Standing:
    """Whether the record is still in the version that was printed; nothing else is told."""
    version = work.session.scalar(select(Lot.version).where(Lot.id == key_of("L", number)))
    return Standing(str(version) == edition, "" if str(version) == edition else "changed")


VERIFIABLE: Verifiable = {IssuedKind.LOT_RECORD: stands}
