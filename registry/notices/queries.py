"""Reading notices and questions between States."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select, union

from registry.core.errors import NotFound
from registry.core.numbers import find_registry_number, parse_registry_number, registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work, shows_persons
from registry.exchange import evidence, key_queries, keysets
from registry.exchange import queries as exchange
from registry.exchange.evidence import EvidenceView
from registry.exchange.tables import ExchangeOut
from registry.licensing import queries as licences
from registry.licensing.tables import Licence
from registry.notices import comparing, life
from registry.notices.tables import Notice, NoticeStep
from registry.notices.views import ExpectedGoods, ExpectedView, NoticeRow, NoticeView, StepView
from registry.shipments import queries as shipments
from registry.shipments.tables import Shipment
from schemas.notice_messages import ShipmentTold, ShipmentToldSchema
from schemas.notices import NoticesAsked
from schemas.notices_vocabulary import Matter, NoticeState
from schemas.paging import Page, PageAsked
from schemas.requests_vocabulary import Direction, Side
from schemas.shipments_vocabulary import ShipmentState
from schemas.vocabulary import Purpose
from schemas.words import said

PREFIX = "NT"
MOST_QUEUED = 200
AT_ONCE = 20
_SHIPMENT = ShipmentToldSchema()


def notice_number(notice_id: int) -> str:
    """The number people see: NT-…."""
    return registry_number(PREFIX, notice_id)


def notice_key(number: str) -> int:
    """The key behind a number in an address; raises NotFound."""
    return find_registry_number(PREFIX, number)


def notice_row(work: Work, notice_id: int) -> Notice:
    """The row; raises NotFound."""
    row = work.session.get(Notice, notice_id)
    if row is None:
        raise NotFound(said("No notice has the number %(number)s", number=notice_number(notice_id)))
    return row


def held(work: Work, notice_id: int) -> Notice:
    """The row, held until the end; before it what of ours it is about, as whoever asks holds it first."""
    row = notice_row(work, notice_id)
    if row.direction == Direction.OUT and row.matter == Matter.RECEIPT and row.shipment_id is not None:
        shipments.shipment_row(work, row.shipment_id, locked=True)
    elif row.direction == Direction.OUT and row.licence_id is not None:
        licences.licence_row(work, row.licence_id, locked=True)
    return work.session.get_one(Notice, notice_id, with_for_update=True, populate_existing=True)


def in_thread(work: Work, peer: str, thread: str, direction: Direction) -> Notice:
    """The notice that a message belongs to, held; raises NotFound."""
    asked = select(Notice.id).where(
        Notice.peer == peer, Notice.thread == thread, Notice.direction == direction.value
    )
    key = work.session.scalar(asked)
    if key is None:
        raise NotFound(said("No notice with %(state)s has this thread", state=peer))
    return held(work, key)


def has_thread(work: Work, peer: str, thread: str) -> bool:
    """Whether a thread with a State belongs to a notice already."""
    asked = select(Notice.id).where(Notice.peer == peer, Notice.thread == thread)
    return work.session.scalar(asked.limit(1)) is not None


def side_of(row: Notice) -> Side:
    """Which side we are on."""
    return Side.ASKING if row.direction == Direction.OUT else Side.ASKED


def told_in(text: str) -> dict[str, Any]:
    """A body as it was kept, nothing for none."""
    found: dict[str, Any] = orjson.loads(text) if text else {}
    return found


def shipment_told(row: Notice) -> ShipmentTold:
    """The shipment that a notice or question is about, as its exporting State told of it."""
    found: ShipmentTold = _SHIPMENT.load(told_in(row.asked))
    return found


def last_step(work: Work, notice_id: int) -> int:
    """How many steps were written down."""
    asked = select(func.max(NoticeStep.n)).where(NoticeStep.notice_id == notice_id)
    return work.session.scalar(asked) or 0


def notice(work: Work, notice_id: int) -> NoticeView:
    """One notice with its course; raises NotFound."""
    row = notice_row(work, notice_id)
    matter, state = Matter(row.matter), NoticeState(row.state)
    return NoticeView(
        **vars(_row(work, row)),
        id=row.id,
        version=row.version,
        thread=row.thread,
        asked=_seen(work, row),
        answer=told_in(row.answer),
        answered_at=row.answered_at,
        escalated_at=row.escalated_at,
        possible=life.possible(matter, state, side_of(row)),
        proposed=proposed(work, row),
        steps=_steps(work, row),
    )


def proposed(work: Work, row: Notice) -> list[int] | None:
    """What our customs' record says of each line that is asked about; None where it says nothing."""
    if row.matter != Matter.RECEIPT or row.direction != Direction.IN or row.shipment_id is None:
        return None
    told = shipment_told(row)
    return comparing.came(work, told, row.shipment_id)


def _steps(work: Work, row: Notice) -> tuple[StepView, ...]:
    asked = (
        select(NoticeStep, ExchangeOut.state)
        .outerjoin(ExchangeOut, ExchangeOut.jti == NoticeStep.jti)
        .where(NoticeStep.notice_id == row.id)
        .order_by(NoticeStep.n)
    )
    return tuple(
        StepView(
            step.n,
            step.at,
            step.what,
            step.by,
            step.by >= 0,
            step.effect,
            step.words,
            step.jti,
            step.sha256,
            None if posted is None else posted == "delivered",
        )
        for step, posted in work.session.execute(asked)
    )


def _row(work: Work, row: Notice) -> NoticeRow:
    return NoticeRow(
        notice_number(row.id),
        row.direction,
        row.matter,
        row.peer,
        row.state,
        licences.licence_number(row.licence_id) if row.licence_id else "",
        shipments.shipment_number(row.shipment_id) if row.shipment_id else "",
        row.their_number,
        row.made_at,
        row.due_at,
        is_late(row.due_at, work.now),
        row.alarm,
    )


def is_late(due: datetime | None, now: datetime) -> bool:
    """Whether the time is over."""
    return due is not None and due < now


def notices(work: Work, asked: NoticesAsked) -> Page[NoticeRow]:
    """Notices that fit."""
    query: AnySelect = select(Notice).where(*_filters(asked))
    found = page(work.session, query, asked, {"number": Notice.id}, Notice.id)
    return Page(tuple(_row(work, row.Notice) for row in found.items), found.next)


def _filters(asked: NoticesAsked) -> list[ColumnElement[bool]]:
    same = {"direction": asked.direction, "matter": asked.matter, "state": asked.state}
    found = [getattr(Notice, name) == code.value for name, code in same.items() if code is not None]
    if asked.peer:
        found.append(Notice.peer == asked.peer)
    if asked.licence:
        found.append(Notice.licence_id == parse_registry_number(licences.PREFIX, asked.licence, "licence"))
    if asked.shipment:
        found.append(
            Notice.shipment_id == parse_registry_number(shipments.PREFIX, asked.shipment, "shipment")
        )
    if asked.alarm is not None:
        found.append(Notice.alarm != "" if asked.alarm else Notice.alarm == "")
    return found


def queue(work: Work) -> tuple[NoticeRow, ...]:
    """What other States wait for and what raised an alarm, what is due first on top."""
    theirs = and_(Notice.direction == Direction.IN.value, Notice.state.in_(_WAITING), _BY_PEOPLE)
    alarmed = Notice.alarm != literal_column("''")
    either = union(select(Notice.id).where(theirs), select(Notice.id).where(alarmed))  # each by its index
    query = select(Notice).where(Notice.id.in_(either))
    order = (Notice.alarm == "", Notice.due_at.is_(None), Notice.due_at, Notice.id)
    return tuple(_row(work, row) for row in work.session.scalars(query.order_by(*order).limit(MOST_QUEUED)))


_WAITING = [state.value for state in life.WAITS]
_BY_PEOPLE = Notice.matter.in_([Matter.TRANSIT.value, Matter.RECEIPT.value])


def of_licence(work: Work, licence_id: int) -> tuple[NoticeRow, ...]:
    """Notices about a licence of ours, the newest first."""
    query = (
        select(Notice).where(Notice.licence_id == licence_id).order_by(Notice.id.desc()).limit(MOST_QUEUED)
    )
    return tuple(_row(work, row) for row in work.session.scalars(query))


def of_shipment(work: Work, shipment_id: int) -> tuple[NoticeRow, ...]:
    """Notices about a shipment of ours, the newest first."""
    query = select(Notice).where(Notice.shipment_id == shipment_id).order_by(Notice.id.desc())
    return tuple(_row(work, row) for row in work.session.scalars(query.limit(MOST_QUEUED)))


def newest_about(
    work: Work, matter: Matter, peer: str, *, licence_id: int | None, shipment_id: int | None = None
) -> Notice | None:
    """The newest notice of ours to a State about a licence or shipment that was not taken back."""
    query = select(Notice).where(
        Notice.direction == Direction.OUT.value,
        Notice.matter == matter.value,
        Notice.peer == peer,
        Notice.state.not_in(_ENDED),
    )
    query = query.where(
        Notice.shipment_id == shipment_id if shipment_id is not None else Notice.licence_id == licence_id
    )
    return work.session.scalar(query.order_by(Notice.id.desc()).limit(1))


def overdue(work: Work) -> list[int]:
    """Keys of notices of both directions whose time is over and that nobody was told of yet."""
    late = (Notice.due_at < work.now, Notice.escalated_at.is_(None), Notice.state.in_(_WAITING))
    return _some(work, *late)


def is_ready(work: Work) -> bool:
    """Whether we have a key to sign with."""
    try:
        key_queries.own_key(work, keysets.SIGNING)
    except key_queries.NoKey:
        return False
    return True


def to_look_at_again(work: Work) -> list[int]:
    """Keys of notices whose licence changed."""
    return _some(work, Notice.again_at <= work.now)


def to_compare(work: Work) -> list[int]:
    """Keys of questions about receipts since whose last comparison customs cleared something.

    By their number and not by time: a clearance that is committed late still counts when it is looked for.
    """
    cleared = select(func.count()).where(*_cleared_under(Notice.licence_id)).scalar_subquery()
    receipts = (*_IN, Notice.matter == Matter.RECEIPT.value, Notice.state.in_(_WAITING))
    return _some(work, *receipts, cleared != Notice.looked)


def cleared_under(work: Work, licence_id: int) -> int:
    """How many shipments customs have cleared under a licence."""
    return work.session.scalar(select(func.count()).where(*_cleared_under(licence_id))) or 0


def _cleared_under(licence_id: Any) -> tuple[ColumnElement[bool], ...]:
    return Shipment.licence_id == licence_id, Shipment.cleared_at.is_not(None)


def _some(work: Work, *conditions: ColumnElement[bool]) -> list[int]:
    query = select(Notice.id).where(*conditions).order_by(Notice.id).limit(AT_ONCE)
    return list(work.session.scalars(query))


_IN = (Notice.direction == Direction.IN.value,)


def to_ask_receipt(work: Work) -> list[int]:
    """Keys of shipments whose receipt is overdue, and whose State has a node and was not asked by message."""
    asked = exists().where(Notice.shipment_id == Shipment.id, Notice.matter == Matter.RECEIPT.value)
    reached = exists().where(
        Licence.id == Shipment.licence_id, Licence.import_country.in_(comparing.nodes(work))
    )
    query = select(Shipment.id).where(*shipments.overdue_at(work.today), ~asked, reached)
    return list(work.session.scalars(query.order_by(Shipment.id).limit(AT_ONCE)))


def to_take_back(work: Work) -> list[int]:
    """Keys of notices of shipments that were cancelled since."""
    cancelled = exists().where(
        Shipment.id == Notice.shipment_id, Shipment.state == ShipmentState.CANCELLED.value
    )
    told = (Notice.state == NoticeState.TOLD.value, Notice.direction == Direction.OUT.value)
    return _some(work, *told, cancelled)


def to_look_at(work: Work, licence_id: int) -> list[Notice]:
    """Notices about a licence of ours that are not over."""
    query = select(Notice).where(Notice.licence_id == licence_id, Notice.state.not_in(_ENDED))
    return list(work.session.scalars(query))


_ENDED = [state.value for state in life.ENDED]


def said_of_the_same(work: Work, row: Notice) -> list[Notice]:
    """Other notices of the same State about the same that stand."""
    query = select(Notice).where(
        Notice.peer == row.peer,
        Notice.direction == row.direction,
        Notice.matter == row.matter,
        Notice.their_number == row.their_number,
        Notice.id != row.id,
        Notice.state.not_in(_ENDED),
    )
    return list(work.session.scalars(query.with_for_update()))


def place_of(work: Work, row: Notice) -> int:
    """The place in its channel of the message by which another State began a notice."""
    began = exchange.in_row(work, row.peer, row.jti)
    return began.seq if began else 0


def expected(work: Work) -> tuple[ExpectedView, ...]:
    """Shipments that other States announced lately and that our customs have not cleared, the next one
    first.
    """
    rows = work.session.scalars(_announced().order_by(Notice.id.desc()).limit(MOST_QUEUED)).all()
    found = [_expected(row) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.expected_on is None, one.expected_on, one.notice)))


def all_expected(work: Work, asked: PageAsked) -> Page[ExpectedView]:
    """All of them, page by page, by the number of their notice."""
    found = page(work.session, _announced(), asked, {"number": Notice.id}, Notice.id)
    return Page(tuple(_expected(row.Notice) for row in found.items), found.next)


def _announced() -> AnySelect:
    gone = exists().where(Shipment.id == Notice.shipment_id, Shipment.cleared_at.is_not(None))
    return select(Notice).where(
        *_IN, Notice.matter == Matter.EXPORT.value, Notice.state == NoticeState.TOLD.value, ~gone
    )


def _expected(row: Notice) -> ExpectedView:
    told = shipment_told(row)
    return ExpectedView(
        notice_number(row.id),
        row.peer,
        row.their_number,
        told.import_country,
        licences.licence_number(row.licence_id) if row.licence_id else "",
        shipments.shipment_number(row.shipment_id) if row.shipment_id else "",
        told.carrier,
        told.waybill,
        told.seal,
        told.expected_on,
        told.departed_on,
        row.alarm,
        tuple(ExpectedGoods(line.description, line.quantity, line.names) for line in told.lines),
    )


def signed(work: Work, notice_id: int) -> EvidenceView:
    """Everything signed that passed about a notice, for a court; raises NotFound where nothing is kept.

    As in the notice itself, whoever may not read of persons does not read who is to receive the goods.
    """
    row = notice_row(work, notice_id)
    found = evidence.of_thread(work, row.peer, row.thread)
    if not found.records:
        raise NotFound(said("Nothing signed has passed about %(number)s", number=notice_number(row.id)))
    naming = [one.jti for one in found.records if _names_somebody(evidence.body_of(one))]
    if not _shows_persons(work):
        return evidence.without(found, dict.fromkeys(naming, evidence.NAMES_A_PERSON))
    if naming:
        work.saw("state_notice", [row.id])
    return found


_PERSON = ("recipient", "recipient_address")
"""Of a body: the final recipient, whom FP 10(3) asks for and who may be a natural person."""


def _names_somebody(body: dict[str, Any]) -> bool:
    return any(body.get(name) for name in _PERSON)


def _shows_persons(work: Work) -> bool:
    return shows_persons(work, Purpose.LICENSING)


def _seen(work: Work, row: Notice) -> dict[str, Any]:
    """What is told or asked, as whoever reads it may see it; that a person was named is on record."""
    body = told_in(row.asked)
    if not _names_somebody(body):
        return body
    if not _shows_persons(work):
        return body | dict.fromkeys(_PERSON, "")
    work.saw("state_notice", [row.id])
    return body
