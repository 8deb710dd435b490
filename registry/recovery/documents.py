"""Papers of recovery: receipts for what was handed in, labels of evidence and of what is to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry.core.errors import Conflict
from registry.core.numbers import key_of
from registry.core.printing.labels import SHEETS, Label, sheet, single
from registry.core.printing.paper import (
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
from registry.recovery.disposal_views import DisposalView
from registry.recovery.tables import Recovery
from registry.recovery.views import ItemRow, RecoveryView
from registry.verification.queries import Standing, Verifiable
from schemas.recovery_vocabulary import DisposalState
from schemas.vocabulary import IssuedKind
from schemas.words import Language

MOST_WORDS = 40


def receipt(found: RecoveryView, authority: str, seal: Seal, say: Language) -> bytes:
    """The receipt as PDF, handed to whoever brought the items."""
    frame = Frame(
        title=say("Receipt"),
        number=found.number,
        authority=authority,
        issued=f"{found.recorded_at:%Y-%m-%d %H:%M} UTC",
        page_words=say("Page {page} of {pages}"),
        language=say.code,
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
            f"{item.quantity:,}",
            item.bag,
        )
        for item in found.items
    ]
    yield Table(tuple(zip(heads, (2.6, 1.8, 3.4, 2.2, 1.3, 1.7), strict=True)), rows)
    yield KeyValues([(say("Signature of the receiver"), " "), (say("Signature of the giver"), " ")])


def _facts(found: RecoveryView, say: Language) -> Iterator[tuple[str, str]]:
    yield say("How"), say.label(found.kind)
    yield say("Date"), found.recovered_on.isoformat()
    yield say("Place"), found.place
    if found.campaign_name:
        yield say("Campaign"), f"{found.campaign_name} ({found.campaign})"
    if found.case_number:
        yield say("Case"), found.case_number
    if found.anonymous:
        yield say("Handed in by"), say("Somebody who stays unnamed, as the campaign allows")
    elif found.person_name or found.person_document:
        yield say("Handed in by"), ", ".join(filter(None, (found.person_name, found.person_document)))


def label(item: ItemRow, found: RecoveryView, authority: str) -> Label:
    """The label of an evidence bag: the number as Code 128 and Data Matrix, and what is in the bag."""
    what = (item.type if item.kind == "firearm" else item.kind).replace("_", " ")
    amount = f"{item.quantity:,} × " if item.quantity > 1 else ""
    return Label(
        title=authority,
        human_readable=item.number,
        lines=(
            ("", _short(f"{amount}{what} {item.described}")),
            ("", _short(item.mark or item.authority_number or "-")),
            ("", _short(f"{found.recovered_on} {found.place}")),
            ("", _short(" ".join(filter(None, (item.bag, found.case_number, found.campaign))))),
        ),
        code128=item.number,
        datamatrix=item.number,
        footer=item.authority_number,
    )


def _short(words: str) -> str:
    return words if len(words) <= MOST_WORDS else words[: MOST_WORDS - 1].rstrip() + "…"


def labels(found: RecoveryView, authority: str, form: str, start: int, only: str = "") -> bytes:
    """Labels of all items, or of one, each on a page ("single") or on a sheet from a free place on."""
    made = [label(item, found, authority) for item in found.items if only in ("", item.number)]
    return printed(made, form, start)


def disposal_label(item: ItemRow, found: DisposalView, authority: str) -> Label:
    """The label of an item on its way to its end: what is to become of it, in which batch, by which method.

    The code stays the item's own, so that it is scanned as before.
    """
    return Label(
        title=authority,
        human_readable=item.number,
        lines=(
            ("", _short(f"{found.kind} {found.number}".upper().replace("_", " "))),
            ("", _short(f"{found.method} {found.place}".replace("_", " "))),
            ("", _short(" ".join(filter(None, (item.type.replace("_", " "), item.described))))),
            ("", _short(item.mark or item.authority_number or "-")),
        ),
        code128=item.number,
        datamatrix=item.number,
        footer=item.authority_number,
    )


def disposal_labels(found: DisposalView, authority: str, form: str, start: int) -> bytes:
    """Labels of all items of a batch; raises Conflict before it is approved."""
    if found.state not in (DisposalState.APPROVED, DisposalState.DONE):
        raise Conflict("Nothing is labelled for disposal before it is approved.")
    return printed([disposal_label(item, found, authority) for item in found.rows], form, start)


def printed(made: Iterable[Label], form: str, start: int) -> bytes:
    """A PDF of labels; raises Invalid naming what does not fit."""
    return single(list(made)) if form == "single" else sheet(list(made), SHEETS[form], start)


def stands(work: Work, number: str, edition: str) -> Standing:
    """How many items the receipt is for; nothing of who brought them."""
    row = work.session.get(Recovery, key_of("RV", number) or 0)
    return Standing(row is not None, "" if row else "changed", (("items", f"{row.items}" if row else "0"),))


VERIFIABLE: Verifiable = {IssuedKind.RECOVERY_RECEIPT: stands}
