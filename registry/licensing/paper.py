"""The licence on paper: what FP art. 10(3) asks of it, with the code by which everyone can verify it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import func, select

from registry.core.errors import Conflict
from registry.core.numbers import key_of
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
from registry.licensing import life, queries
from registry.licensing.tables import Event, Licence
from registry.licensing.views import LicenceView, LineView
from registry.verification.queries import Standing, Verifiable
from schemas.licensing_vocabulary import LicenceMove, LicenceState
from schemas.vocabulary import IssuedKind

MOST_NAMED = 500
"""Serials and spans that are listed; a longer list is kept with the record."""
WRITTEN = (LicenceMove.ISSUE.value, LicenceMove.AMEND.value)
"""Moves after which the paper says something new."""


def edition_of(found: LicenceView) -> str:
    """Which paper it is: the event that made what it says; raises Conflict where nothing was issued."""
    made = [event.n for event in found.events if event.move in WRITTEN]
    if not made or LicenceState(found.state) not in life.IN_USE:
        raise Conflict(f"{found.number} was not issued: there is no paper of it")
    return str(made[-1])


def draw(found: LicenceView, authority: str, seal: Seal) -> bytes:
    """The licence as PDF."""
    frame = Frame(
        title=_title(found),
        number=found.number,
        authority=authority,
        issued=f"{found.place}, {found.issued_on}",
        seal=seal,
    )
    return document(frame, list(_blocks(found)))


def _title(found: LicenceView) -> str:
    purpose = f", temporary: {found.purpose.replace('_', ' ')}" if found.purpose else ""
    return f"{found.kind.capitalize()} licence{purpose}"


def _blocks(found: LicenceView) -> Iterator[Block]:
    yield Paragraph(f"Valid from {found.starts_on} to {found.expires_on}", large=True)
    yield Paragraph(
        f"Issued at {found.place} on {found.issued_on} under article 10 of the United Nations Firearms"
        f" Protocol. It ends at midnight ({found.zone}) after its last day."
    )
    if found.war_material:
        yield FindingBox("warning", "Warning", "War material: no re-export without consent.")
    yield KeyValues(list(_parties(found)))
    yield Heading("Goods")
    yield Table(
        (("Line", 0.8), ("Description", 5), ("Heading", 1.3), ("Calibre", 1.6), ("Quantity", 1.5)),
        [
            (str(line.n), line.description, line.hs, line.calibre or "", f"{line.quantity:,}")
            for line in found.lines
        ],
    )
    yield from _named(found.lines)
    if found.conditions:
        yield Heading("Conditions")
        yield Paragraph(found.conditions)


def _parties(found: LicenceView) -> Iterator[tuple[str, str]]:
    yield "Holder", f"{found.holder_name} ({found.holder})"
    yield "Country of export", _country(found.export_country)
    yield "Country of import", _country(found.import_country)
    yield "Transit countries", ", ".join(_country(one.country) for one in found.transits) or "None"
    yield "Final recipient", ", ".join(filter(None, (found.recipient_name, found.recipient_address)))
    if found.participants:
        people = (f"{one.name} ({one.role}, {one.country})" for one in found.participants)
        yield "Intermediaries", "; ".join(people)
    yield "End use", found.end_use
    if found.import_licence:
        paper = found.import_licence
        yield "Import licence", f"{paper.number}, {paper.authority}, until {paper.expires_on}"
    if found.end_user:
        yield "End-user certificate", f"{found.end_user.number}, {found.end_user.issued_on}"
    if found.return_by:
        yield "To return by", _day(found.return_by)


def _named(lines: tuple[LineView, ...]) -> Iterator[Block]:
    rows = [
        (str(line.n), item.name, item.firearm or item.lot or "", f"{item.quantity:,}")
        for line in lines
        for item in line.items
    ]
    if rows:
        yield Heading("Serials and spans")
        yield Table((("Line", 0.8), ("Name", 4), ("Record", 3), ("Quantity", 1.5)), rows[:MOST_NAMED])
    if len(rows) > MOST_NAMED:
        yield Paragraph(f"{len(rows) - MOST_NAMED} more are listed with the record.")


def _country(code: str | None) -> str:
    return country_name(code, "en") if code else ""


def _day(day: date) -> str:
    return day.isoformat()


def stands(work: Work, number: str, edition: str) -> Standing:
    """Whether the licence is in force now and still says what the paper says; and until when.

    Nothing of the goods, and of nobody's name.
    """
    row = work.session.get(Licence, key_of(queries.PREFIX, number) or 0)
    if row is None:
        return Standing(False)
    state = life.state_at(LicenceState(row.state), row.ends_at, work.now)
    written = select(func.max(Event.n)).where(Event.licence_id == row.id, Event.move.in_(WRITTEN))
    same = str(work.session.scalar(written)) == edition
    facts = (("kind", row.kind), ("last_day", str(row.expires_on)))
    return Standing(same and state is LicenceState.ISSUED, state.value if same else "changed", facts)


VERIFIABLE: Verifiable = {IssuedKind.LICENCE: stands}
