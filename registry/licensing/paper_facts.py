"""What the square of a licence says, to be checked without a network; and which licences ended early."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from registry.core.work import Work
from registry.licensing import queries
from registry.licensing.paper import WRITTEN
from registry.licensing.tables import Event, Licence
from registry.licensing.views import ItemView, LicenceView
from registry.verification.facts import PaperFacts, PaperLine, PaperParty
from registry.verification.key_queries import Endings
from schemas.licensing_vocabulary import LicenceKind, LicenceState
from schemas.verification_vocabulary import Ending, PaperKind, PaperRole
from schemas.vocabulary import IssuedKind

_KINDS = {
    LicenceKind.IMPORT: PaperKind.IMPORT_LICENCE,
    LicenceKind.EXPORT: PaperKind.EXPORT_LICENCE,
    LicenceKind.TRANSIT: PaperKind.TRANSIT_LICENCE,
    LicenceKind.BROKERING: PaperKind.BROKERING_LICENCE,
}
_ENDED = {
    LicenceState.SUSPENDED: Ending.SUSPENDED,
    LicenceState.REVOKED: Ending.REVOKED,
    LicenceState.EXHAUSTED: Ending.ENDED,
    LicenceState.RETURNED: Ending.ENDED,
}


def facts(found: LicenceView, state: str) -> PaperFacts:
    """The parties, countries, goods and dates of a licence. state: whose licence it is."""
    countries = (found.export_country, *(one.country for one in found.transits), found.import_country)
    return PaperFacts(
        kind=_KINDS[LicenceKind(found.kind)],
        issuer=state,
        number=found.number,
        parties=tuple(_parties(found)),
        route=tuple(country for country in countries if country),
        lines=tuple(
            PaperLine(line.description, line.calibre or "", line.quantity, _mark(line.items))
            for line in found.lines
        ),
        starts_at=_midnight(found.starts_on, found.zone),
        ends_at=found.ends_at,
    )


def _parties(found: LicenceView) -> Iterator[PaperParty]:
    yield PaperParty(PaperRole.HOLDER, found.holder_name)
    if found.recipient_name:
        yield PaperParty(PaperRole.FINAL_RECIPIENT, found.recipient_name)
    for one in found.participants:
        yield PaperParty(PaperRole.INTERMEDIARY, one.name)


def _mark(items: tuple[ItemView, ...]) -> str:
    """The mark of the only thing a line names; lists of several stand on the paper."""
    return items[0].serial if len(items) == 1 else ""


def _midnight(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) if day else None


def ended(work: Work) -> Iterator[tuple[str, str, Ending]]:
    """Licences that are no longer good before their last day, and papers that an amendment replaced."""
    query = select(Licence.id, Licence.state).where(
        Licence.state.in_([state.value for state in _ENDED]), Licence.ends_at > work.now
    )
    for licence_id, state in work.session.execute(query):
        yield queries.licence_number(licence_id), "", _ENDED[LicenceState(state)]
    written = (
        select(Event.licence_id, func.max(Event.n))
        .join(Licence, Licence.id == Event.licence_id)
        .where(Event.move.in_(WRITTEN), Licence.ends_at > work.now)
        .group_by(Event.licence_id)
        .having(func.count() > 1)
    )
    for licence_id, edition in work.session.execute(written):
        yield queries.licence_number(licence_id), str(edition), Ending.REPLACED


ENDINGS: Endings = {IssuedKind.LICENCE: ended}
