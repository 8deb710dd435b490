"""Papers of shipments: the receipt that the exporting State is told, and the letter that asks for ours.

FP art. 10(4).
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.core.printing.paper import (
    Block,
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Table,
    document,
)
from registry.core.work import Work
from registry.directory.countries import country_name
from registry.shipments import life, queries
from registry.shipments.tables import Shipment
from registry.shipments.views import ShipmentView
from registry.verification.queries import Standing, Verifiable
from schemas.shipments_vocabulary import ShipmentState
from schemas.vocabulary import IssuedKind
from schemas.words import ENGLISH, Language


def receipt(found: ShipmentView, authority: str, seal: Seal, say: Language = ENGLISH) -> bytes:
    """The receipt as PDF."""
    issued = say("Received %(day)s", day=str(found.received_on))
    frame = _frame(found, say("Confirmation of receipt"), authority, issued, seal, say)
    return document(frame, list(_receipt(found, say)))


def request(found: ShipmentView, authority: str, seal: Seal, say: Language = ENGLISH) -> bytes:
    """The letter that asks the importing State for its receipt, as PDF."""
    issued = say("Left on %(day)s", day=str(found.departed_on))
    frame = _frame(found, say("Request for proof of receipt"), authority, issued, seal, say)
    return document(frame, list(_request(found, say)))


def _frame(found: ShipmentView, title: str, authority: str, issued: str, seal: Seal, say: Language) -> Frame:
    return Frame.in_language(
        say,
        title=title,
        number=found.number,
        authority=authority,
        issued=issued,
        seal=seal,
    )


def _receipt(found: ShipmentView, say: Language) -> Iterator[Block]:
    words = say("Received on %(day)s at %(office)s", day=str(found.received_on), office=found.office_name)
    yield Paragraph(words, large=True)
    yield Paragraph(
        say(
            "The goods below came in under the licence named here and were compared with their labels"
            " (United Nations Firearms Protocol, article 10, paragraph 4)."
        )
    )
    if found.differs:
        yield FindingBox("warning", say("Warning"), say("What came is not what was shipped."))
    yield _facts(found, say, say("Import licence"), say("Importer"))
    yield from _goods(found, say)


def _request(found: ShipmentView, say: Language) -> Iterator[Block]:
    to = country_name(found.import_country, say.code) if found.import_country else ""
    yield Paragraph(say("To the competent authority of %(country)s", country=to), large=True)
    yield Paragraph(
        say(
            "The goods below left us for your territory on %(departed)s. Please confirm what was received,"
            " and when, with any difference (United Nations Firearms Protocol, article 10, paragraph 4).",
            departed=str(found.departed_on),
        )
    )
    due = {"due": str(found.receipt_due_on)}
    yield Paragraph(
        say("We expected this confirmation until %(due)s.", **due)
        if found.overdue
        else say("We expect this confirmation until %(due)s.", **due)
    )
    yield _facts(found, say, say("Export licence"), say("Exporter"))
    yield from _goods(found, say)


def _facts(found: ShipmentView, say: Language, licence: str, holder: str) -> KeyValues:
    told = [
        (licence, found.licence),
        (holder, found.holder_name),
        (say("Country of export"), _country(found.export_country, say)),
        (say("Country of import"), _country(found.import_country, say)),
        (say("Customs office"), found.office_name),
        (say("Carrier"), " ".join(filter(None, (found.carrier, found.waybill)))),
    ]
    return KeyValues([(name, value) for name, value in told if value])


def _country(code: str | None, say: Language) -> str:
    return country_name(code, say.code) if code else ""


def _goods(found: ShipmentView, say: Language) -> Iterator[Block]:
    yield Heading(say("Goods"))
    came = found.received_on is not None
    yield Table(
        (
            (say("Line"), 1),
            (say("Description"), 5),
            (say("Shipped"), 1.5),
            *(((say("Received"), 1.5),) if came else ()),
        ),
        [
            (
                str(line.line),
                line.description,
                say.number(line.quantity),
                *((say.number(line.received or 0),) if came else ()),
            )
            for line in found.lines
        ],
    )
    items = [(item.name, say.number(item.quantity)) for line in found.lines for item in line.items]
    if items:
        yield Heading(say("Serials and spans"))
        yield Table(((say("Name"), 5), (say("Quantity"), 1.5)), items)


def stands(work: Work, number: str, edition: str) -> Standing:
    """A receipt says what came on its day; only what a correction of the shipment changes makes it old."""
    row = work.session.get(Shipment, queries.shipment_key(number))
    current = row is not None and str(row.version) == edition
    facts = (("received_on", str(row.received_on)),) if row is not None and row.received_on else ()
    return Standing(current, "" if current else "changed", facts)


def is_awaited(work: Work, number: str, edition: str) -> Standing:
    """The letter is good while the receipt it asks for has not come."""
    row = work.session.get(Shipment, queries.shipment_key(number))
    awaited = row is not None and row.received_on is None and ShipmentState(row.state) in life.ON_THE_WAY
    return Standing(awaited, "" if awaited else "answered")


VERIFIABLE: Verifiable = {IssuedKind.RECEIPT: stands, IssuedKind.RECEIPT_REQUEST: is_awaited}
