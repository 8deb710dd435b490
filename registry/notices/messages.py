"""Messages about licences and shipments (FP art. 10): what another State's word does here.

What crossed ours on the way, and an older word that comes after a newer one, is kept and moves nothing; but a
denial or objection is never too late for what rests on it.
"""

from __future__ import annotations

from typing import Any

from registry.core.errors import Refused
from registry.core.work import Work
from registry.exchange.evidence import Word
from registry.exchange.kinds import Kind, Kinds, Received
from registry.licensing import heard
from registry.licensing import queries as licences
from registry.notices import answering, comparing, doing, life, queries, rules, telling
from registry.notices.tables import Notice
from registry.shipments import heard as shipment_heard
from registry.shipments.tables import Shipment
from schemas import notice_messages as shapes
from schemas.licensing_vocabulary import LicenceState, TransitAnswer
from schemas.notices_vocabulary import Alarm, Came, Effect, Matter, NoticeAct, NoticeState
from schemas.requests_vocabulary import Direction
from schemas.vocabulary import May
from schemas.words import said

_LICENCE_ASKED = shapes.LicenceAskedSchema()


def _opened(work: Work, received: Received, matter: Matter, number: str) -> Notice:
    """What another State tells or asks, kept; what it said of the same before is replaced, or replaces it."""
    message = received.message
    if queries.has_thread(work, message.iss, message.thread):
        raise Refused(said("This thread has its notice already"))
    told = doing.plain(received.body)
    row = doing.opened(
        work, Direction.IN, matter, message.iss, told, message.thread, message.jti, received.sha256
    )
    row.their_number = number
    doing.note(work, row, NoticeAct.ASK, jti=message.jti, sha256=received.sha256)
    answering.replace_earlier(work, row, message.ch.seq)
    return row


def _stands(row: Notice) -> bool:
    """Whether it came in time: nothing later about the same came first."""
    return row.state != NoticeState.REPLACED


def take_licence_question(work: Work, received: Received) -> None:
    """FP 10(5): answered at once from our records, to States that the licence names."""
    asked: shapes.LicenceAsked = received.body
    row = _opened(work, received, Matter.LICENCE, f"{asked.for_licence} {asked.number}".strip()[:80])
    ours = telling.licence_called(work, asked.number)
    row.licence_id = ours.id if ours else None
    if not _stands(row):
        return
    answering.about_licence(work, row)
    if ours is not None and not telling.concerns(work, ours, row.peer):
        doing.raise_alarm(work, row, Alarm.ELSEWHERE)


def take_transit_notice(work: Work, received: Received) -> None:
    """FP 10(2)(b), 10(3): an officer decides, within the time that we set ourselves."""
    told: shapes.TransitNotice = received.body
    if work.home not in told.transits:
        raise Refused(said("The way that is told does not pass through us"))
    row = _opened(work, received, Matter.TRANSIT, told.licence)
    if _stands(row):
        row.due_at = doing.due_at(work, Matter.TRANSIT, work.home)


def take_export_notice(work: Work, received: Received) -> None:
    """A shipment comes, or comes through: customs expect it; one that no licence of ours allows alarms."""
    told: shapes.ShipmentTold = received.body
    _refuse_elsewhere(work, told, through=True)
    row = _opened(work, received, Matter.EXPORT, told.shipment)
    if told.import_country != work.home or not _stands(row):
        return
    licence = comparing.import_licence(work, told, row.peer)
    if licence is not None:
        row.licence_id = licence.id
        row.shipment_id = comparing.shipment_of(work, licence.id, told, row.id)
    if licence is None or licences.state_of(work, licence) is not LicenceState.ISSUED:
        doing.raise_alarm(work, row, Alarm.NOT_IN_FORCE)


def take_receipt_question(work: Work, received: Received) -> None:
    """FP 10(4): answered at once where customs have cleared what was sent, else by an officer."""
    told: shapes.ShipmentTold = received.body
    _refuse_elsewhere(work, told, through=False)
    row = _opened(work, received, Matter.RECEIPT, told.shipment)
    if not _stands(row):
        return
    row.due_at = doing.due_at(work, Matter.RECEIPT, work.home)
    licence = comparing.import_licence(work, told, row.peer)
    row.licence_id = licence.id if licence else None
    answering.about_receipt(work, row)


def _refuse_elsewhere(work: Work, told: shapes.ShipmentTold, *, through: bool) -> None:
    if told.import_country != work.home and not (through and work.home in told.transits):
        raise Refused(said("The shipment does not come to us"))


def _ours(work: Work, received: Received) -> Notice:
    return queries.in_thread(work, received.message.iss, received.message.thread, Direction.OUT)


def _word(received: Received) -> Word:
    return Word(received.message.iss, received.message.jti, received.sha256)


class _Heard:
    """Their answer as it was kept. newest: no later one came before; moved: it is awaited or changes ours."""

    def __init__(self, work: Work, row: Notice, act: NoticeAct, received: Received) -> None:
        after = life.after_hearing(Matter(row.matter), act, NoticeState(row.state))
        self.work, self.row, self.act, self.received = work, row, act, received
        self.newest = received.message.ch.seq > row.answer_seq
        self.moved = self.newest and after is not None
        if self.newest:
            row.answer = doing.dumped(doing.plain(received.body))
            row.answer_jti, row.answer_sha256 = received.message.jti, received.sha256
            row.answer_seq, row.answered_at = received.message.ch.seq, work.now
        if self.moved and after is not None:
            doing.settle(work, row, after)
        else:
            row.version += 1

    def did(self, effect: Effect, words: str = "") -> None:
        """Write down what it did."""
        shown = Effect.CROSSED if effect is Effect.STAYS and not self.moved else effect
        message = self.received.message
        doing.note(
            self.work, self.row, self.act, words, jti=message.jti, sha256=self.received.sha256, effect=shown
        )


def take_licence_answer(work: Work, received: Received) -> None:
    """FP 10(2)(a): our condition is met by their word, or falls with it."""
    told: shapes.LicenceTold = received.body
    row = _ours(work, received)
    asked = _LICENCE_ASKED.load(queries.told_in(row.asked))
    good = told.standing in answering.GOOD
    answer = _Heard(work, row, NoticeAct.CONFIRM if good else NoticeAct.DENY, received)
    why = rules.denial(asked, told, work.home, row.peer)
    if row.licence_id is None or not answer.newest:
        answer.did(Effect.STAYS)
    elif why:
        _denied(work, row, answer, asked.number, why)
    else:
        allowed = comparing.allowed(work, row.licence_id, told.lines)
        met = answer.moved and heard.import_confirmed(work, row.licence_id, row.jti, _word(received), allowed)
        answer.did(Effect.MET if met else Effect.STAYS)


def _denied(work: Work, row: Notice, answer: _Heard, number: str, why: str) -> None:
    licence = row.licence_id or 0
    undone = heard.import_denied(work, licence, number, _word(answer.received), why)
    answer.did(Effect.UNDONE if undone else Effect.STAYS)
    if undone:
        other = Alarm.DIFFERS if why == Alarm.DIFFERS else Alarm.DENIED
        doing.raise_alarm(work, row, Alarm.UNDONE if heard.in_force(work, licence) else other)


def take_no_objection(work: Work, received: Received) -> None:
    """FP 10(2)(b): the notice in writing that there is no objection."""
    told: shapes.NoObjection = received.body
    row = _ours(work, received)
    answer = _Heard(work, row, NoticeAct.CONFIRM, received)
    met = (
        answer.moved
        and row.licence_id is not None
        and heard.transit_answered(
            work,
            row.licence_id,
            row.jti,
            _word(received),
            TransitAnswer.NO_OBJECTION,
            told.reference,
            told.valid_until,
        )
    )
    answer.did(Effect.MET if met else Effect.STAYS, told.words)


def take_objection(work: Work, received: Received) -> None:
    """A State on the way objects: the condition is not met, or not any more."""
    told: shapes.Objection = received.body
    row = _ours(work, received)
    answer = _Heard(work, row, NoticeAct.DENY, received)
    licence, objection = row.licence_id, TransitAnswer.OBJECTION
    undone = (
        answer.newest
        and licence is not None
        and heard.transit_answered(work, licence, row.jti, _word(received), objection, told.reference)
    )
    answer.did(Effect.UNDONE if undone else Effect.STAYS, told.words)
    if undone and licence is not None:
        doing.raise_alarm(work, row, Alarm.UNDONE if heard.in_force(work, licence) else Alarm.DENIED)


_CAME = {Came.FULL: NoticeAct.CONFIRM, Came.PART: NoticeAct.IN_PART, Came.NOT_YET: NoticeAct.NOT_YET}


def take_receipt(work: Work, received: Received) -> None:
    """FP 10(4): what they received, by line; the shipment is received by their word."""
    told: shapes.ReceiptTold = received.body
    row = _ours(work, received)
    answer = _Heard(work, row, _CAME[told.came], received)
    if told.came is Came.NOT_YET or not answer.moved or row.shipment_id is None:
        if told.came is Came.NOT_YET and answer.moved:
            row.due_at, row.escalated_at = doing.due_at(work, Matter.RECEIPT, row.peer), None
        answer.did(Effect.STAYS, told.words)
        return
    shipment = work.session.get_one(Shipment, row.shipment_id)
    if told.received_on is None or (shipment.departed_on and told.received_on < shipment.departed_on):
        raise Refused(said("It left later than it is said to have come"))
    came = {line.n: line.received for line in told.lines}
    met = shipment_heard.receipt_told(
        work, shipment.id, _word(received), came, told.received_on, told.reference, told.words
    )
    answer.did(Effect.MET if met else Effect.STAYS, told.words)
    if met and shipment.differs:
        doing.raise_alarm(work, row, Alarm.DIFFERS, told.words)


def take_cancel(work: Work, received: Received) -> None:
    """They await nothing any more."""
    row = queries.in_thread(work, received.message.iss, received.message.thread, Direction.IN)
    doing.settle(work, row, NoticeState.WITHDRAWN)
    words, jti = received.body.words, received.message.jti
    doing.note(work, row, NoticeAct.WITHDRAW, words, jti=jti, sha256=received.sha256)


_READS = frozenset({May.LICENCE_READ, May.LICENCE_CASE, May.SHIPMENT_READ})
_LICENCES = _READS | {May.LICENCE_REVIEW}
_SHIPMENTS = _READS | {May.SHIPMENT_FOLLOW}


def _asks(matter: Matter, shape: Any, handle: Any) -> Kind:
    return Kind(life.MOVES[matter, NoticeAct.ASK].message, shape, handle, may=_READS)


def _answers(type_: str, matter: Matter, shape: Any, handle: Any, may: frozenset[May]) -> Kind:
    asked = frozenset({life.MOVES[matter, NoticeAct.ASK].message})
    return Kind(type_, shape, handle, may=may, answers=asked)


_ALL = (
    _asks(Matter.LICENCE, shapes.LicenceAskedSchema, take_licence_question),
    _asks(Matter.TRANSIT, shapes.TransitNoticeSchema, take_transit_notice),
    _asks(Matter.EXPORT, shapes.ShipmentToldSchema, take_export_notice),
    _asks(Matter.RECEIPT, shapes.ShipmentToldSchema, take_receipt_question),
    _answers(
        "licence.verify.response", Matter.LICENCE, shapes.LicenceToldSchema, take_licence_answer, _LICENCES
    ),
    _answers("transit.no-objection", Matter.TRANSIT, shapes.NoObjectionSchema, take_no_objection, _LICENCES),
    _answers("transit.objection", Matter.TRANSIT, shapes.ObjectionSchema, take_objection, _LICENCES),
    _answers("receipt-of-goods.confirm", Matter.RECEIPT, shapes.ReceiptToldSchema, take_receipt, _SHIPMENTS),
    Kind(
        life.CANCEL,
        shapes.TakenBackSchema,
        take_cancel,
        after=frozenset(life.MOVES[matter, NoticeAct.ASK].message for matter in Matter),
    ),
)
KINDS: Kinds = {kind.type: kind for kind in _ALL}
