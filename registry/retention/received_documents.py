"""The receipt for records that a company handed over."""

from __future__ import annotations

from registry.core.numbers import key_of
from registry.core.printing.paper import Frame, Heading, KeyValues, Paragraph, Seal, Table, document
from registry.core.work import Work
from registry.retention.received_queries import PREFIX, ReceivedView
from registry.retention.received_tables import ReceivedRecords
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def draw(found: ReceivedView, authority: str, seal: Seal, say: Language) -> bytes:
    """The receipt as PDF."""
    frame = Frame.in_language(
        say,
        title=say("Receipt for records"),
        number=found.number,
        authority=authority,
        issued=f"{found.received_on}",
        seal=seal,
    )
    told = say("The authority has taken over records of %(name)s, whose business ended on %(day)s.")
    facts = [
        (say("Company"), f"{found.party.name} ({found.party.number})"),
        (say("Form"), say.label(found.kind)),
        (say("Description"), found.description),
        (say("Entries"), say.number(found.entries) if found.entries else say("not counted")),
        (say("First entry"), f"{found.first_on}"),
        (say("Last entry"), f"{found.last_on}"),
        (say("SHA-256"), found.digest or "–"),
        (say("Handed over by"), found.giver or "–"),
        (say("Received by"), say.row(say.told(found.received_by), f"{found.received_on}")),
        (say("Kept until at least"), f"{found.kept_until}" if found.kept_until else say("for good")),
        (say("Law"), say("Firearms Protocol, article 7")),
    ]
    rows = [(f"{step.moved_on}", step.kept_at, say.told(step.reason)) for step in found.steps]
    columns = ((say("From"), 2.0), (say("Kept at"), 5.0), (say("Reason"), 5.0))
    return document(
        frame,
        [
            Paragraph(told % {"name": found.party.name, "day": found.closed_on}, large=True),
            KeyValues(facts),
            Heading(say("Custody")),
            Table(columns, rows),
        ],
    )


def stands(work: Work, number: str, edition: str) -> Standing:
    """That they were taken over, when, and of how many entries; not whose."""
    row = work.session.get(ReceivedRecords, key_of(PREFIX, number) or 0)
    if row is None:
        return Standing(False, "changed")
    entries = (("entries", f"{row.entries}"),) if row.entries else ()
    return Standing(True, "", (("kind", row.kind), ("date", f"{row.received_on}"), *entries))


VERIFIABLE: Verifiable = {IssuedKind.RECORDS_RECEIPT: stands}
