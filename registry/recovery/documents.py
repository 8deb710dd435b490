"""Papers of recovery: receipts for what was handed in."""

from __future__ import annotations

from collections.abc import Iterator

from registry.core.numbers import key_of
from registry.core.printing.paper import (
    SIGNED,
    Block,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Table,
    document,
)
from registry.core.work import Work
from registry.recovery.tables import Recovery
from registry.recovery.views import RecoveryView
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def receipt(found: RecoveryView, authority: str, seal: Seal, say: Language) -> bytes:
    """The receipt as PDF, handed to whoever brought the items."""
    frame = Frame.in_language(
        say,
        title=say("Receipt"),
        number=found.number,
        authority=authority,
        issued=f"{found.recorded_at:%Y-%m-%d %H:%M} UTC",
        seal=seal,
    )
    return document(frame, list(_blocks(found, say)))


def _blocks(found: RecoveryView, say: Language) -> Iterator[Block]:
    yield Paragraph(say("%(agency)s has received what is listed here.", agency=found.agency.name), large=True)
    yield KeyValues(list(_facts(found, say)))
    yield Heading(say("What was received"))
    heads = (
        say("Evidence"),
        say("What"),
        say("Description"),
        say("Mark as read"),
        say("Quantity"),
        say("Bag"),
    )
    rows = [
        (
            item.number,
            say.label(item.type if item.kind == "firearm" else item.kind),
            item.described,
            item.mark or say("None"),
            say.number(item.quantity),
            item.bag,
        )
        for item in found.items
    ]
    yield Table(tuple(zip(heads, (2.5, 1.8, 3.2, 2.2, 1.7, 1.6), strict=True)), rows)
    hands = ((say("Signature of the receiver"), 1.0), (say("Signature of the giver"), 1.0))
    yield Table(hands, [("", "")], SIGNED)


def _facts(found: RecoveryView, say: Language) -> Iterator[tuple[str, str]]:
    yield say("How"), say.label(found.kind)
    yield say("Date"), found.recovered_on.isoformat()
    yield say("Place"), found.place
    if found.campaign_name:
        yield say("Campaign"), f"{found.campaign_name} ({found.campaign})"
    if found.case_number:
        yield say("Case number"), found.case_number
    if found.anonymous:
        yield say("Handed in by"), say("Somebody who stays unnamed, as the campaign allows")
    elif found.person_name or found.person_document:
        yield say("Handed in by"), say.row(found.person_name, found.person_document)


def stands(work: Work, number: str, edition: str) -> Standing:
    """How many items the receipt is for; nothing of who brought them."""
    row = work.session.get(Recovery, key_of("RV", number) or 0)
    return Standing(row is not None, "" if row else "changed", (("items", f"{row.items}" if row else "0"),))


VERIFIABLE: Verifiable = {IssuedKind.RECOVERY_RECEIPT: stands}
