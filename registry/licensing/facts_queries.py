"""Gathering what the rules look at, from the rows of one licence as they are in this unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from registry.calendars.days import Deadline
from registry.calendars.queries import deadline_of
from registry.core.days import day_in
from registry.core.numbers import registry_number
from registry.core.work import Work
from registry.directory.queries import closed
from registry.directory.tables import PersonDeath
from registry.exchange import evidence
from registry.licensing import goods_queries, law, law_queries, tables
from registry.licensing.facts import (
    CertificateFacts,
    EvidenceFacts,
    ImportFacts,
    LicenceFacts,
    LineFacts,
    TransitFacts,
)
from registry.licensing.views import DeliveredView, DeliveryView
from schemas.licensing_vocabulary import (
    Assessed,
    EvidenceKind,
    GoodsKind,
    Intermediary,
    LicenceKind,
    LicenceMove,
    LicenceState,
    TemporaryPurpose,
    TermKind,
    TransitAnswer,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Belongings:
    """Every row that belongs to a licence; items come with what they name."""

    lines: Sequence[tables.Line]
    named: Sequence[goods_queries.Named]
    transits: Sequence[tables.Transit]
    participants: Sequence[tables.Participant]
    import_licence: tables.ImportLicence | None
    end_user: tables.EndUserCertificate | None
    checks: Sequence[tables.Check]
    evidence: Sequence[tables.Evidence]
    terms: Sequence[law.Term] = field(default=())


def belongings(work: Work, licence_id: int) -> Belongings:
    """What belongs to a licence."""
    work.session.flush()
    session = work.session
    return Belongings(
        lines_of(work, licence_id),
        goods_queries.named(work, items_of(work, licence_id), _exporter(work, licence_id)),
        transits_of(work, licence_id),
        _rows(work, tables.Participant, licence_id, tables.Participant.n),
        session.get(tables.ImportLicence, licence_id),
        session.get(tables.EndUserCertificate, licence_id),
        _rows(work, tables.Check, licence_id, tables.Check.answered_at, tables.Check.question),
        _rows(work, tables.Evidence, licence_id, tables.Evidence.n),
        law_queries.terms_of(session),
    )


def _exporter(work: Work, licence_id: int) -> int | None:
    """Who has to hold what is exported."""
    row = work.session.get_one(tables.Licence, licence_id)
    return row.holder_id if row.kind == LicenceKind.EXPORT else None


def not_back(work: Work, row: tables.Licence) -> tuple[tuple[str, date], ...]:
    """Other licences of the holder under which something left for a time and should be back."""
    licence = tables.Licence
    query = select(licence.id, licence.return_by).where(
        licence.holder_id == row.holder_id,
        licence.id != row.id,
        licence.issued_on.is_not(None),
        licence.returned_on.is_(None),
        licence.return_by < day_in(row.zone, work.now),
    )
    found = work.session.execute(query.order_by(licence.id)).all()
    return tuple((registry_number("LC", one.id), one.return_by) for one in found)


def _rows(work: Work, table: type[T], licence_id: int, *order: Any) -> Sequence[T]:
    column = table.licence_id  # type: ignore[attr-defined]
    return work.session.scalars(select(table).where(column == licence_id).order_by(*order)).all()


def lines_of(work: Work, licence_id: int) -> Sequence[tables.Line]:
    """Its lines."""
    return _rows(work, tables.Line, licence_id, tables.Line.n)


def deliveries_of(work: Work, licence_id: int) -> list[DeliveryView]:
    """Deliveries that its broker reported, the first first."""
    told = tables.BrokeredDelivery
    rows = work.session.scalars(select(told).where(told.licence_id == licence_id).order_by(told.n)).all()
    part = tables.BrokeredLine
    query = select(part).where(part.licence_id == licence_id).order_by(part.delivery_n, part.line_n)
    lines = work.session.scalars(query).all() if rows else ()
    return [
        DeliveryView(
            row.n,
            row.departed_on,
            row.arrived_on,
            row.export_licence,
            row.proof,
            row.carrier,
            row.note,
            row.told_at,
            tuple(DeliveredView(line.line_n, line.quantity) for line in lines if line.delivery_n == row.n),
        )
        for row in rows
    ]


def items_of(work: Work, licence_id: int) -> Sequence[tables.Item]:
    """What its lines are made of."""
    return _rows(work, tables.Item, licence_id, tables.Item.line_n, tables.Item.n)


def transits_of(work: Work, licence_id: int) -> Sequence[tables.Transit]:
    """The States on the way."""
    return _rows(work, tables.Transit, licence_id, tables.Transit.n)


def participants_of(work: Work, licence_id: int) -> Sequence[tables.Participant]:
    """Who takes part."""
    return _rows(work, tables.Participant, licence_id, tables.Participant.n)


def letters_of(work: Work, licence_id: int) -> Sequence[tables.Letter]:
    """Its correspondence."""
    return _rows(work, tables.Letter, licence_id, tables.Letter.n)


def events_of(work: Work, licence_id: int) -> Sequence[tables.Event]:
    """What happened to it."""
    return _rows(work, tables.Event, licence_id, tables.Event.n)


def tacit_from(work: Work, terms: Sequence[law.Term], one: tables.Transit) -> date | None:
    """The first day on which the State's silence counts as consent, None where it never does."""
    found = _silence(work, terms, one)
    return found.day + timedelta(days=1) if found else None


def _silence(work: Work, terms: Sequence[law.Term], one: tables.Transit) -> Deadline | None:
    """The time after which silence counts: only where a term, for it or for all, switches that on."""
    asked_on = reached_on(work, one) if one.asked_message else one.asked_on
    if asked_on is None:
        return None
    term = law.term(terms, TermKind.TACIT_CONSENT, asked_on, one.country)
    return deadline_of(work, one.country, asked_on, term.days) if term else None


def reached_on(work: Work, one: tables.Transit) -> date | None:
    """The day on which its State receipted our signed notice; None without one: nobody is silent before."""
    at = evidence.delivered_at(work, one.asked_message) if one.asked_message else None
    return day_in(work.zone, at) if at else None


def informed_on(work: Work, one: tables.Transit) -> date | None:
    """When it was given the import licence's information: as recorded, or by our signed notice."""
    return one.informed_on or reached_on(work, one)


def of_earlier(work: Work, licence_id: int) -> frozenset[LicenceMove]:
    """Whether a licence is of before this registry (BRING_IN), and was taken over (TAKE_OVER)."""
    moves = (LicenceMove.BRING_IN, LicenceMove.TAKE_OVER)
    query = select(tables.Event.move).where(
        tables.Event.licence_id == licence_id, tables.Event.move.in_([move.value for move in moves])
    )
    return frozenset(map(LicenceMove, work.session.scalars(query)))


def facts_of(work: Work, row: tables.Licence, state: LicenceState, own: Belongings) -> LicenceFacts:
    """A licence as the rules see it."""
    stay = law.term(own.terms, TermKind.LONGEST_STAY, row.starts_on or work.today)
    death = work.session.get(PersonDeath, row.holder_id)
    before = of_earlier(work, row.id)
    return LicenceFacts(
        kind=LicenceKind(row.kind),
        home=work.home,
        state=state,
        purpose=TemporaryPurpose(row.purpose) if row.purpose else None,
        export_country=row.export_country or "",
        import_country=row.import_country or "",
        direct=row.direct,
        recipient_name=row.recipient_name,
        recipient_address=row.recipient_address,
        end_use=row.end_use,
        place=row.place,
        starts_on=row.starts_on,
        expires_on=row.expires_on,
        return_by=row.return_by,
        issued_on=row.issued_on,
        returned_on=row.returned_on,
        longest_stay=stay.days if stay else None,
        holder_died_on=death.died_on if death else None,
        holder_closed_on=closed(work.session, [row.holder_id]).get(row.holder_id),
        authorisations=law_queries.authorisations_of(work.session, row.holder_id),
        not_back=not_back(work, row),
        lines=tuple(_line(line, own.named) for line in own.lines),
        participants=tuple((Intermediary(one.role), one.country) for one in own.participants),
        import_licence=_import(own.import_licence),
        transits=tuple(_transit(work, own, one) for one in own.transits),
        certificate=_certificate(own.end_user),
        checks={check.question: Assessed(check.answer) for check in own.checks},
        evidence=tuple(EvidenceFacts(EvidenceKind(one.kind), one.expires_on) for one in own.evidence),
        embargoes=law_queries.embargoes_of(work.session),
        earlier=LicenceMove.BRING_IN in before,
        taken_over=LicenceMove.TAKE_OVER in before,
    )


def _line(line: tables.Line, named: Sequence[goods_queries.Named]) -> LineFacts:
    return LineFacts(
        GoodsKind(line.goods),
        line.hs,
        line.description,
        line.quantity,
        line.authorised,
        line.drawn,
        tuple(one.facts for one in named if one.line_n == line.n),
        line.war_material,
        line.used_before,
    )


def _import(row: tables.ImportLicence | None) -> ImportFacts | None:
    if row is None:
        return None
    return ImportFacts(
        row.number, row.authority, row.country, row.issued_on, row.expires_on, row.verified_on, row.denied
    )


def _transit(work: Work, own: Belongings, one: tables.Transit) -> TransitFacts:
    silence = _silence(work, own.terms, one)
    return TransitFacts(
        one.country,
        TransitAnswer(one.answer),
        one.asked_on,
        one.answered_on,
        one.reference,
        one.valid_until,
        informed_on(work, one),
        silence.day + timedelta(days=1) if silence else None,
        silence.unknown_years if silence else (),
    )


def _certificate(row: tables.EndUserCertificate | None) -> CertificateFacts | None:
    if row is None:
        return None
    return CertificateFacts(
        row.country,
        row.issued_on,
        row.expires_on,
        row.certified_by,
        row.no_re_export,
        row.delivery_verification,
        row.verified_on,
    )
