"""What decides how long a natural person's data are kept: the records in which they take part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import and_, exists, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from registry.access.tables import Account
from registry.ammunition.tables import Movement, Sale, StockCount
from registry.core.numbers import registry_number
from registry.core.paging import AnySelect
from registry.deactivation.tables import Deactivation
from registry.directory.tables import Party, Person
from registry.firearms.tables import Custody, Firearm
from registry.licensing.tables import Licence
from registry.requests.tables import TraceRequestRow
from registry.retention.gathering import Gathered
from registry.retention.licence_facts import ENDED
from registry.retention.rules import Event, Hold
from registry.tracing.tables import Trace
from schemas.requests_vocabulary import RequestState
from schemas.retention_vocabulary import CountedFrom, HoldKind

_OPEN = [s.value for s in RequestState if s not in (RequestState.CLOSED, RequestState.WITHDRAWN)]
_TOOK: Sequence[tuple[Any, Any]] = (
    (Custody.to_id, Custody.happened_on),
    (Movement.to_id, Movement.happened_on),
    (Sale.buyer_id, Sale.sold_on),
    (Sale.seller_id, Sale.sold_on),
)
"""Who took something, and when."""


def old(day: date) -> AnySelect:
    """Keys of persons who took nothing after a day; those who never took anything, by their entry."""
    later = [exists().where(party == Person.party_id, moved > day) for party, moved in _TOOK]
    ever = [exists().where(party == Person.party_id) for party, _ in _TOOK]
    entered = Party.created_at <= datetime.combine(day, time.max, UTC)
    persons = select(Person.party_id).join(Party, Party.id == Person.party_id)
    return persons.where(or_(entered, *ever), ~or_(*later))


def events(session: Session, keys: Sequence[int]) -> Mapping[int, Sequence[Event]]:
    """Every day on which they gave, took, applied or were counted; the entry, where there is none."""
    found = Gathered(session)
    for party, moved in (*_TOOK, (Custody.from_id, Custody.happened_on)):
        found.dated(select(party, moved).where(party.in_(keys)).distinct(), CountedFrom.TRANSFER)
    for given in _cartridges_given(keys):
        found.dated(given, CountedFrom.TRANSFER)
    for party in (Licence.holder_id, Licence.recipient_id):
        days = Licence.created_at, Licence.issued_on, Licence.expires_on, Licence.returned_on
        found.dated(select(party, *days).where(party.in_(keys)))
    for party in (Deactivation.applicant_id, Deactivation.done_by_id):
        ended = Deactivation.applied_on, Deactivation.verified_on, Deactivation.ended_on
        found.dated(select(party, *ended).where(party.in_(keys)))
    counted = StockCount.party_id, StockCount.counted_on
    found.dated(select(*counted).where(StockCount.party_id.in_(keys)))
    bare = [key for key in keys if key not in found.events]
    return found.dated(select(Party.id, Party.created_at).where(Party.id.in_(bare))).events


def _cartridges_given(keys: Sequence[int]) -> tuple[AnySelect, AnySelect]:
    """Who gave cartridges and when: whole lots, and what was taken out of what they had taken.

    Nobody gives what they did not take (`movement_conserved`): an index of givers is not needed.
    """
    took, gave = aliased(Movement), aliased(Movement)
    whole = Movement.from_id.in_(keys), Movement.depth == literal_column("0")
    taken_out = (
        gave.lot_id == took.lot_id,
        gave.depth == took.depth + 1,
        gave.first.between(took.first, took.last),
        gave.from_id == took.to_id,
    )
    parts = select(took.to_id, gave.happened_on).join(gave, and_(*taken_out)).where(took.to_id.in_(keys))
    return select(Movement.from_id, Movement.happened_on).where(*whole).distinct(), parts.distinct()


def holds(session: Session, keys: Sequence[int]) -> Mapping[int, Sequence[Hold]]:
    """What is open about a person: what they hold, licences, an account, a request that names them."""
    found = Gathered(session).held(
        select(Firearm.holder_id).where(Firearm.holder_id.in_(keys)),
        HoldKind.REFERENCE,
        "They are the last holder of a firearm on record.",
    )
    for party in (Licence.holder_id, Licence.recipient_id):
        not_ended = party.in_(keys), Licence.state.not_in(ENDED)
        found.held(select(party).where(*not_ended), HoldKind.LICENCE, "A licence of theirs has not ended.")
    works = Account.party_id.in_(keys), Account.active
    found.held(select(Account.party_id).where(*works), HoldKind.REFERENCE, "An account acts for them.")
    for key in _named_in_requests(session, keys):
        found.holds[key].append(Hold(HoldKind.TRACE, "An open request between States names them."))
    return found.holds


def _named_in_requests(session: Session, keys: Sequence[int]) -> list[int]:
    rows = session.execute(
        select(TraceRequestRow.answer, Trace.answer)
        .outerjoin(Trace, Trace.id == TraceRequestRow.trace_id)
        .where(TraceRequestRow.state.in_(_OPEN))
    )
    told = [text for row in rows for text in row if text]
    return [key for key in keys if any(registry_number("P", key) in text for text in told)]
