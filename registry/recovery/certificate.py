"""The certificate of a disposal: what ended, how, by what right, who saw it."""

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
from registry.recovery.disposal_tables import Disposal
from registry.recovery.disposal_views import DisposalView
from registry.verification.queries import Standing, Verifiable
from schemas.recovery_vocabulary import DisposalKind, DisposalState
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def draw(found: DisposalView, authority: str, seal: Seal, say: Language) -> bytes:
    """The certificate as PDF."""
    destroyed = found.kind == DisposalKind.DESTRUCTION
    frame = Frame.in_language(
        say,
        title=say("Certificate of destruction") if destroyed else say("Certificate of disposal"),
        number=found.number,
        authority=authority,
        issued=f"{found.done_on}",
        seal=seal,
    )
    return document(frame, list(_blocks(found, say, destroyed)))


def _blocks(found: DisposalView, say: Language, destroyed: bool) -> Iterator[Block]:
    told = say("Items destroyed: %(count)s") if destroyed else say("Items disposed of: %(count)s")
    yield Paragraph(told % {"count": say.number(found.count)}, large=True)
    yield KeyValues(list(_facts(found, say)))
    if found.witnesses:
        yield Heading(say("Witnesses"))
        heads = ((say("Name"), 4.0), (say("Capacity"), 5.0), (say("Signature"), 4.0))
        yield Table(heads, [(one.name, one.capacity, "") for one in found.witnesses], SIGNED)
    yield Heading(say("Items"))
    heads_of = (
        say("Evidence"),
        say("What"),
        say("Description"),
        say("Mark as read"),
        say("Firearm or number"),
    )
    rows = [
        (
            row.number,
            say.label(row.type if row.kind == "firearm" else row.kind)
            + (f" × {say.number(row.quantity)}" if row.quantity > 1 else ""),
            row.described,
            row.mark,
            row.firearm or row.authority_number,
        )
        for row in found.rows
    ]
    yield Table(tuple(zip(heads_of, (2.6, 2.2, 3.4, 2.4, 2.6), strict=True)), rows)


def _facts(found: DisposalView, say: Language) -> Iterator[tuple[str, str]]:
    yield say("How"), say.label(found.kind)
    yield say("Method"), say.row(say.label(found.method), found.method_note)
    yield say("Date"), f"{found.done_on}"
    yield say("Place"), found.place
    if found.weight_kg is not None:
        yield say("Weight"), f"{say.number(found.weight_kg, 3)} kg"
    if found.authorization:
        right = (found.authorization, found.authorized_by, f"{found.authorized_on or ''}")
        yield say("Authorization"), say.row(*right)
    if found.recipient:
        yield say("Received by"), found.recipient.name
    yield say("Proposed by"), say.told(found.proposed_by)
    yield say("Approved by"), say.told(found.approved_by)
    yield say("Carried out by"), say.told(found.done_by)
    yield say("Law"), say("Firearms Protocol, article 6(2)")


def stands(work: Work, number: str, edition: str) -> Standing:
    """Whether it was done, how many items, and how; nothing of who was there."""
    row = work.session.get(Disposal, key_of("DC", number) or 0)
    if row is None or row.state != DisposalState.DONE:
        return Standing(False, "changed")
    return Standing(True, "", (("items", f"{row.items}"), ("method", row.method), ("date", f"{row.done_on}")))


VERIFIABLE: Verifiable = {IssuedKind.DISPOSAL_CERTIFICATE: stands}
