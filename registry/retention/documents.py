"""The certificate of a disposal of records: what went, by which law it was kept, who agreed."""

from __future__ import annotations

from collections.abc import Iterator

from registry.core.numbers import key_of
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
from registry.retention.disposal_queries import DisposalView
from registry.retention.disposal_tables import RecordsDisposal
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def draw(found: DisposalView, authority: str, seal: Seal, say: Language) -> bytes:
    """The certificate as PDF."""
    frame = Frame.in_language(
        say,
        title=say("Certificate of disposal of records"),
        number=found.number,
        authority=authority,
        issued=f"{found.done_at:%Y-%m-%d}",
        seal=seal,
    )
    return document(frame, list(_blocks(found, say)))


def _blocks(found: DisposalView, say: Language) -> Iterator[Block]:
    told = say("Records disposed of at the end of their terms: %(count)s")
    yield Paragraph(told % {"count": say.number(found.records)}, large=True)
    yield KeyValues(
        [
            (say("Records"), say.label(found.record_class)),
            (say("Reason"), found.reason),
            (say("Date"), f"{found.done_at:%Y-%m-%d %H:%M} UTC"),
            (say("Proposed by"), say.told(found.proposed_by)),
            (say("Approved by"), say.told(found.approved_by)),
            (say("Rows removed"), say.number(found.removed)),
            (say("Law"), say("Firearms Protocol, article 7")),
        ]
    )
    yield Heading(say("Records"))
    heads = (
        (say("Registry number"), 2.6),
        (say("Kept by"), 4.4),
        (say("Years"), 1.2),
        (say("Counted from"), 3.4),
        (say("Kept until"), 2.0),
    )
    rows = [
        (
            one.number,
            one.law,
            f"{one.years}",
            f"{say.label(one.counted_from)}, {one.counted}",
            f"{one.kept_until}",
        )
        for one in found.lines
    ]
    yield Table(heads, rows)


def stands(work: Work, number: str, edition: str) -> Standing:
    """That it was done, of how many records of which class; nothing of the records themselves."""
    row = work.session.get(RecordsDisposal, key_of("RD", number) or 0)
    if row is None:
        return Standing(False, "changed")
    facts = ("records", f"{row.records}"), ("kind", row.record_class), ("date", f"{row.done_at:%Y-%m-%d}")
    return Standing(True, "", facts)


VERIFIABLE: Verifiable = {IssuedKind.RECORDS_DISPOSAL_CERTIFICATE: stands}
