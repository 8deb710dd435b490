"""What is asked before a shipment is announced, cleared or taken as received, and by which law. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from registry.core.errors import Unmet
from registry.directory.countries import state
from registry.shipments.facts import GoodsFacts, LineFacts, LotFacts, ReceiptFacts, ShipmentFacts
from schemas.licensing_vocabulary import GoodsKind, LicenceKind
from schemas.shipments_vocabulary import Direction
from schemas.vocabulary import MarkingScheme
from schemas.words import said

RECEIPT_DAYS = 45
"""From exit to proof of receipt where no term in force says otherwise (EU 2025/41)."""

DIRECTIONS = {
    LicenceKind.EXPORT: Direction.OUT,
    LicenceKind.IMPORT: Direction.IN,
    LicenceKind.TRANSIT: Direction.THROUGH,
}
"""Which way goods go under a licence; under one of brokering none cross our border."""


def unmet_to_announce(facts: ShipmentFacts) -> list[Unmet]:
    """What keeps goods from being announced: they are of the licence, named, left of it, and free to go."""
    if facts.kind is LicenceKind.BROKERING:
        return [Unmet(said("Under a brokering licence nothing crosses our border."), "licence", "FP 15(1)")]
    if not facts.lines:
        return [Unmet(said("Say what is shipped: at least one line."), "lines", "FP 10(3)")]
    return [
        replace(unmet, field=f"lines.{n}.{unmet.field}")
        for n, line in enumerate(facts.lines)
        for unmet in (*_quantity(line), *_goods(facts, line))
    ]


def _quantity(line: LineFacts) -> Iterator[Unmet]:
    """FP 10(3): not more than the licence holds, and every piece of it named."""
    if line.quantity <= line.left < line.quantity + line.awaited:
        words = said(
            "%(quantity)s of %(goods)s; %(left)s are left of the licence, %(awaited)s of them in other"
            " announcements.",
            quantity=line.quantity,
            goods=line.description,
            left=line.left,
            awaited=line.awaited,
        )
        yield Unmet(words, "quantity", "FP 10(3)")
    if line.quantity > line.left:
        words = said(
            "%(quantity)s of %(goods)s; %(left)s are left of the licence.",
            quantity=line.quantity,
            goods=line.description,
            left=line.left,
        )
        yield Unmet(words, "quantity", "FP 10(3)")
    if line.goods is GoodsKind.PART:
        yield from _parts(line)
    elif line.named != line.quantity:
        words = said(
            "%(named)s of %(quantity)s are named by serial or span: %(goods)s.",
            named=line.named,
            quantity=line.quantity,
            goods=line.description,
        )
        yield Unmet(words, "items", "FP 10(3)")


def _parts(line: LineFacts) -> Iterator[Unmet]:
    """Parts need no serial, but what the licence names by one is not sent as one without."""
    if line.named > line.quantity:
        words = said(
            "%(named)s are named, the line is of %(quantity)s.", named=line.named, quantity=line.quantity
        )
        yield Unmet(words, "items", "FP 10(3)")
    elif line.unnamed > (bare := max(line.bare - line.bare_awaited, 0)):
        words = said(
            "%(unnamed)s of %(goods)s are not named; of the licence %(bare)s that bear no serial are left.",
            unnamed=line.unnamed,
            goods=line.description,
            bare=bare,
        )
        yield Unmet(words, "items", "FP 10(3)")


def _goods(facts: ShipmentFacts, line: LineFacts) -> Iterator[Unmet]:
    for m, item in enumerate(line.items):
        for unmet in _item(facts, item):
            yield replace(unmet, field=f"items.{m}")


def _item(facts: ShipmentFacts, item: GoodsFacts) -> Iterator[Unmet]:
    if not item.of_licence:
        words = said("%(name)s is not among the goods of the licence.", name=item.name)
        yield Unmet(words, article="FP 10(3)")
    if item.elsewhere:
        words = said("%(name)s is in shipment %(other)s.", name=item.name, other=item.elsewhere)
        yield Unmet(words, article="FP 10(3)")
    if facts.direction is Direction.OUT and not item.held:
        words = said("%(name)s is not in the hands of the licence's holder.", name=item.name)
        yield Unmet(words, article="FP 7(b)")


def unmet_to_clear(facts: ShipmentFacts) -> list[Unmet]:
    """What keeps customs from clearing it: the licence, the goods, their marks, and the look at each."""
    return [
        *facts.licence,
        *unmet_to_announce(facts),
        *unmet_for_import_marks(facts),
        *_unmet_for_labels(facts),
    ]


def unmet_for_import_marks(facts: ShipmentFacts) -> list[Unmet]:
    """FP 8(1)(b): what comes in to stay is on record and bears the mark of import.

    Not asked of temporary imports for verifiable lawful purposes.
    """
    if facts.direction is not Direction.IN:
        return []
    found = []
    for n, line in enumerate(facts.lines):
        for m, item in enumerate(line.items):
            field = f"lines.{n}.items.{m}"
            if line.goods is GoodsKind.AMMUNITION:
                found += _unmet_for_lot(facts, item, field)
            elif not item.on_record:
                words = said(
                    "%(name)s is not on record: it is registered with its marks first.", name=item.name
                )
                found.append(Unmet(words, field, "FP 8(1)(b)"))
            elif not facts.temporary:
                found += [
                    Unmet(said("%(name)s: %(lacks)s", name=item.name, lacks=u.message), field, u.article)
                    for u in item.unmet
                ]
    return found


def _unmet_for_lot(facts: ShipmentFacts, item: GoodsFacts, field: str) -> list[Unmet]:
    """FP 7(a): cartridges that come to stay are put on record with their lot; a shooter's own are not."""
    if item.on_record or facts.temporary:
        return []
    words = said(
        "%(name)s: of the lot its maker, product and day of production are not told yet.", name=item.name
    )
    return [Unmet(words, field, "FP 7(a)")]


def _unmet_for_labels(facts: ShipmentFacts) -> list[Unmet]:
    """FP 11(b): every piece is compared with its label, and what does not belong is explained."""
    whole = sum(item.quantity for line in facts.lines for item in line.items)
    checked = sum(item.checked for line in facts.lines for item in line.items)
    found = []
    if checked < whole:
        words = said(
            "%(checked)s of %(whole)s were compared with their labels.", checked=checked, whole=whole
        )
        found.append(Unmet(words, "scans", "FP 11(b)"))
    for n, line in enumerate(facts.lines):
        if line.unnamed and line.counted != line.unnamed:
            words = said(
                "%(counted)s of %(whole)s without a serial were counted: %(goods)s.",
                counted=line.counted or 0,
                whole=line.unnamed,
                goods=line.description,
            )
            found.append(Unmet(words, f"lines.{n}.counted", "FP 11(b)"))
    if facts.strays and not facts.explained:
        words = said(
            "%(strays)s scanned things do not belong to it: say what was done about them.",
            strays=facts.strays,
        )
        found.append(Unmet(words, "note", "FP 11(b)"))
    return found


def unmet_for_office(own: str | None, office: str) -> list[Unmet]:
    """Customs clear at the office they belong to, and nowhere else."""
    if own == office:
        return []
    if own is None:
        return [Unmet(said("Your account belongs to no customs office."), "office", "FP 11(b)")]
    words = said("It is to be cleared at %(office)s; you work at %(own)s.", office=office, own=own)
    return [Unmet(words, "office", "FP 11(b)")]


def unmet_for_day(day: date, since: date | None, today: date, field: str) -> list[Unmet]:
    """Nothing happened on a day to come, or before the goods left."""
    if day > today:
        return [Unmet(said("This day has not come yet."), field)]
    if since is not None and day < since:
        return [Unmet(said("It left later, on %(day)s.", day=since.isoformat()), field)]
    return []


def unmet_for_receipt(facts: ReceiptFacts, today: date) -> list[Unmet]:
    """FP 10(4): what came, by line; where it is not what went, it is said what is known of the rest."""
    found = unmet_for_day(facts.received_on, facts.departed_on, today, "received_on")
    if len(facts.received) != len(facts.shipped):
        words = said("A number for each of the %(lines)s lines.", lines=len(facts.shipped))
        return [*found, Unmet(words, "received", "FP 10(4)")]
    if facts.differs and not facts.note:
        words = said("What came is not what went: say what is known of the difference.")
        found.append(Unmet(words, "note", "FP 10(4)"))
    return found


def unmet_for_told_lot(facts: LotFacts) -> Iterator[Unmet]:
    """FP 10(3): of the lot that the licence names; its own numbers, which nobody told, cannot be recorded."""
    if facts.scheme is MarkingScheme.SERIALISED:
        words = said("Which of the lot's own numbers came is not told: record it by its lot code.")
        yield Unmet(words, "scheme", "FP 7(a)")
    if not facts.maker_fits:
        words = said("The licence names %(maker)s.", maker=facts.licensed_maker)
        yield Unmet(words, "maker", "FP 10(3)")
    elif facts.licensed_country not in ("", facts.country):
        words = said("The licence names %(maker)s.", maker=state(facts.licensed_country))
        yield Unmet(words, "maker", "FP 10(3)")
    if facts.licensed_calibre not in (None, facts.calibre):
        yield Unmet(said("The licence is for another calibre."), "calibre", "FP 10(3)")


def receipt_due_on(departed_on: date, days: int | None) -> date:
    """Until when proof of receipt is expected: days of the calendar after exit."""
    return departed_on + timedelta(days=RECEIPT_DAYS if days is None else days)


def is_overdue(due_on: date | None, received_on: date | None, today: date) -> bool:
    """Whether proof of receipt should have come and has not."""
    return due_on is not None and received_on is None and due_on < today


def days_until(day: date, today: date) -> int:
    """Days left, below nought once it has passed."""
    return (day - today).days
