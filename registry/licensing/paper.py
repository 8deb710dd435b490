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
from schemas.licensing_vocabulary import LicenceKind, LicenceMove, LicenceState
from schemas.vocabulary import IssuedKind
from schemas.words import ENGLISH, Language, said

MOST_NAMED = 500
"""Serials and spans that are listed; a longer list is kept with the record."""
WRITTEN = (LicenceMove.ISSUE.value, LicenceMove.AMEND.value)
"""Moves after which the paper says something new."""


def edition_of(found: LicenceView) -> str:
    """Which paper it is: the event that made what it says.

    Raises Conflict where nothing was issued here: what was brought in has the paper of back then.
    """
    made = [event.n for event in found.events if event.move in WRITTEN]
    if not made or LicenceState(found.state) not in life.IN_USE:
        raise Conflict(said("%(number)s was not issued: there is no paper of it", number=found.number))
    return str(made[-1])


def draw(found: LicenceView, authority: str, seal: Seal, say: Language = ENGLISH) -> bytes:
    """The licence as PDF, in a language."""
    frame = Frame.in_language(
        say,
        title=_title(found, say),
        number=found.number,
        authority=authority,
        issued=f"{found.place}, {found.issued_on}",
        seal=seal,
    )
    return document(frame, list(_blocks(found, say)))


def _title(found: LicenceView, say: Language) -> str:
    title = say(_TITLES[LicenceKind(found.kind)])
    if not found.purpose:
        return title
    return say("%(title)s, temporary: %(purpose)s", title=title, purpose=say.label(found.purpose))


_TITLES = {
    LicenceKind.IMPORT: "Import licence",
    LicenceKind.EXPORT: "Export licence",
    LicenceKind.TRANSIT: "Transit licence",
    LicenceKind.BROKERING: "Brokering licence",
}


def _blocks(found: LicenceView, say: Language) -> Iterator[Block]:
    first, last = _day(found.starts_on), _day(found.expires_on)
    yield Paragraph(say("Valid from %(first)s to %(last)s", first=first, last=last), large=True)
    yield Paragraph(
        say(
            "Issued at %(place)s on %(day)s under article 10 of the United Nations Firearms Protocol. It ends"
            " at midnight (%(zone)s) after its last day.",
            place=found.place,
            day=_day(found.issued_on),
            zone=found.zone,
        )
    )
    if found.events and found.events[0].move == LicenceMove.BRING_IN:
        earlier = found.evidence[0]
        words = "Issued by %(authority)s as %(number)s, before this registry, which has changed it since."
        yield Paragraph(say(words, authority=earlier.issued_by, number=earlier.number))
    if found.war_material:
        yield FindingBox("warning", say("Warning"), say("War material: no re-export without consent."))
    yield KeyValues(list(_parties(found, say)))
    yield Heading(say("Goods"))
    yield Table(
        (
            (say("Line"), 0.8),
            (say("Description"), 5),
            (say("Heading"), 1.3),
            (say("Calibre"), 1.6),
            (say("Quantity"), 1.5),
        ),
        [
            (str(line.n), line.description, line.hs, line.calibre or "", say.number(line.quantity))
            for line in found.lines
        ],
    )
    yield from _named(found.lines, say)
    if found.conditions:
        yield Heading(say("Conditions"))
        yield Paragraph(found.conditions)


def _parties(found: LicenceView, say: Language) -> Iterator[tuple[str, str]]:
    yield say("Holder"), f"{found.holder_name} ({found.holder})"
    yield say("Country of export"), _country(found.export_country, say)
    yield say("Country of import"), _country(found.import_country, say)
    passed = say.row(*(_country(one.country, say) for one in found.transits))
    yield say("Transit countries"), passed or say("None")
    yield say("Final recipient"), say.row(found.recipient_name, found.recipient_address)
    if found.participants:
        people = (
            f"{one.name} ({say.row(say.label(one.role), _country(one.country, say))})"
            for one in found.participants
        )
        yield say("Intermediaries"), "; ".join(people)
    yield say("End use"), found.end_use
    if found.import_licence:
        paper = found.import_licence
        words = say(
            "%(number)s, %(authority)s, until %(day)s",
            number=paper.number,
            authority=paper.authority,
            day=_day(paper.expires_on),
        )
        yield say("Import licence"), words
    if found.end_user:
        yield say("End-user certificate"), say.row(found.end_user.number, f"{found.end_user.issued_on}")
    if found.return_by:
        yield say("To return by"), _day(found.return_by)


def _named(lines: tuple[LineView, ...], say: Language) -> Iterator[Block]:
    rows = [
        (str(line.n), item.name, item.firearm or item.lot or "", say.number(item.quantity))
        for line in lines
        for item in line.items
    ]
    if rows:
        yield Heading(say("Serials and spans"))
        titles = ((say("Line"), 0.8), (say("Name"), 4), (say("Registry number"), 3), (say("Quantity"), 1.5))
        yield Table(titles, rows[:MOST_NAMED])
    if len(rows) > MOST_NAMED:
        yield Paragraph(say("%(count)s more are listed with the record.", count=len(rows) - MOST_NAMED))


def _country(code: str | None, say: Language) -> str:
    return country_name(code, say.code) if code else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else "?"


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
