"""What people do: ask and notify other States about licences and shipments, and answer theirs."""

from __future__ import annotations

from registry.core.errors import Conflict, Invalid, Refused, Stale, Unmet, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.directory.countries import state as country
from registry.exchange import queries as exchange
from registry.licensing import facts_queries, heard
from registry.licensing import queries as licences
from registry.licensing import rules as licence_rules
from registry.licensing import steps as licence_steps
from registry.licensing.tables import ImportLicence, Licence
from registry.notices import answering, doing, life, queries, rules, telling
from registry.notices.tables import Notice
from registry.notices.views import NoticeView
from registry.shipments import heard as shipment_heard
from registry.shipments import life as shipment_life
from registry.shipments import queries as shipments
from registry.shipments.tables import Shipment
from schemas.licensing_vocabulary import LicenceKind, LicenceMove
from schemas.notice_messages import LineCame, NoObjection, Objection, ReceiptTold
from schemas.notices import AnswerNew, NoticeBack, NoticeNew
from schemas.notices_vocabulary import Came, Matter, NoticeAct, NoticeEvent, NoticeState
from schemas.requests_vocabulary import Direction
from schemas.shipments_vocabulary import Direction as Way
from schemas.shipments_vocabulary import ShipmentState
from schemas.vocabulary import May
from schemas.words import said

BEFORE_ARRIVAL = frozenset({ShipmentState.ANNOUNCED, *shipment_life.ON_THE_WAY})


@act(May.NOTICE_ASK)
def ask(work: Work, new: NoticeNew, version: int) -> NoticeView:
    """Verify a licence with its issuer, notify a State on the way (FP 10(2)), announce a shipment to another
    State, or ask for its receipt (FP 10(4)).

    version: of the licence or shipment. Raises NotFound, Stale, Invalid, Refused, Conflict also where the
    State was asked and has not answered.
    """
    if new.matter in (Matter.LICENCE, Matter.TRANSIT):
        return _about_licence(work, new, version)
    return _about_shipment(work, new, version)


def _about_licence(work: Work, new: NoticeNew, version: int) -> NoticeView:
    key = parse_registry_number(licences.PREFIX, new.licence, "licence")
    row = licence_steps.locked(work, key, version, LicenceMove.RECORD)
    if LicenceKind(row.kind) not in licence_rules.GOES_ABROAD:
        raise Refused(said("Only of what goes abroad other States are asked."))
    paper = work.session.get(ImportLicence, row.id)
    if new.matter is Matter.LICENCE:
        return _verify(work, row, paper, new.state)
    return _notify(work, row, paper, new.state)


def _verify(work: Work, row: Licence, paper: ImportLicence | None, peer: str) -> NoticeView:
    if paper is None:
        raise Refused(unmet=[Unmet(said("No import licence is shown yet."), "matter", "FP 10(2)(a)")])
    if peer not in ("", paper.country):
        raise Invalid.at("state", said("A licence is verified with the State that issued it."), "FP 10(2)(a)")
    _refuse_unreached(work, paper.country)
    _refuse_unanswered(work, Matter.LICENCE, paper.country, row.id)
    body = telling.question(work, row, paper)
    made = _asked(work, Matter.LICENCE, paper.country, body, licence_id=row.id)
    heard.asked_about_import(work, row, made.jti)
    return queries.notice(work, made.id)


def _notify(work: Work, row: Licence, paper: ImportLicence | None, peer: str) -> NoticeView:
    way = {one.country for one in facts_queries.transits_of(work, row.id)}
    if peer not in way:
        raise Invalid.at("state", said("The licence does not pass through it."), "FP 10(2)(b)")
    if paper is None and not row.purpose:
        words = said("The import licence comes first: its information is given to the States on the way.")
        raise Refused(unmet=[Unmet(words, "matter", "FP 10(3)")])
    _refuse_unreached(work, peer)
    _refuse_unanswered(work, Matter.TRANSIT, peer, row.id)
    made = _asked(work, Matter.TRANSIT, peer, telling.of_transit(work, row), licence_id=row.id)
    heard.asked_for_transit(work, row, peer, made.jti)
    return queries.notice(work, made.id)


def _refuse_unreached(work: Work, peer: str) -> None:
    refuse_if(rules.unmet_to_ask(peer, work.home, exchange.is_trusted(work, peer)))


def _refuse_unanswered(
    work: Work, matter: Matter, peer: str, licence_id: int, shipment_id: int | None = None
) -> None:
    before = queries.newest_about(work, matter, peer, licence_id=licence_id, shipment_id=shipment_id)
    if before is not None and before.state in life.WAITS:
        number = queries.notice_number(before.id)
        words = said(
            "%(country)s was asked and has not answered: %(number)s", country=country(peer), number=number
        )
        raise Conflict(words)


def _asked(
    work: Work, matter: Matter, peer: str, body: object, *, licence_id: int, shipment_id: int | None = None
) -> Notice:
    """Send it; what was sent about the same before is replaced by it."""
    before = queries.newest_about(work, matter, peer, licence_id=licence_id, shipment_id=shipment_id)
    made = doing.ask(work, matter, peer, body, licence_id=licence_id, shipment_id=shipment_id)
    if before is not None:
        doing.settle(work, before, NoticeState.REPLACED)
        before.alarm = ""
        words = said("By %(number)s", number=queries.notice_number(made.id))
        doing.note(work, before, NoticeEvent.REPLACED, words)
    return made


def _about_shipment(work: Work, new: NoticeNew, version: int) -> NoticeView:
    key = parse_registry_number(shipments.PREFIX, new.shipment, "shipment")
    row = shipments.shipment_row(work, key, locked=True)
    if row.version != version:
        raise Stale
    if row.direction != Way.OUT:
        raise Refused(said("Only of what we send other States are told."))
    licence = shipments.licence_of(work, row)
    if new.matter is Matter.RECEIPT:
        return queries.notice(work, ask_receipt(work, row, licence).id)
    return _announce(work, row, licence, new.state or licence.import_country or "")


def _announce(work: Work, row: Shipment, licence: Licence, peer: str) -> NoticeView:
    if ShipmentState(row.state) not in BEFORE_ARRIVAL:
        raise Conflict(said("It is announced before it arrives."))
    way = {one.country for one in facts_queries.transits_of(work, licence.id)}
    if peer not in {licence.import_country, *way}:
        raise Invalid.at("state", said("The shipment neither goes there nor passes through it."), "FP 11(b)")
    _refuse_unreached(work, peer)
    body = telling.of_shipment(work, row, licence)
    before = queries.newest_about(work, Matter.EXPORT, peer, licence_id=licence.id, shipment_id=row.id)
    if before is not None and queries.told_in(before.asked) == doing.plain(body):
        raise Conflict(
            said("That is what it was told already: %(number)s", number=queries.notice_number(before.id))
        )
    made = _asked(work, Matter.EXPORT, peer, body, licence_id=licence.id, shipment_id=row.id)
    return queries.notice(work, made.id)


def ask_receipt(work: Work, row: Shipment, licence: Licence, by: int | None = None) -> Notice:
    """Ask the importing State for its receipt; raises Conflict, Refused. row: held by whoever asks."""
    if ShipmentState(row.state) not in shipment_life.ON_THE_WAY:
        raise Conflict(said("A receipt is asked for once the shipment has left, and until it came."))
    peer = licence.import_country or ""
    _refuse_unreached(work, peer)
    _refuse_unanswered(work, Matter.RECEIPT, peer, licence.id, row.id)
    body = telling.of_shipment(work, row, licence)
    made = doing.ask(work, Matter.RECEIPT, peer, body, licence_id=licence.id, shipment_id=row.id, by=by)
    shipment_heard.asked_for_receipt(work, row, f"Signed message {made.jti}")
    return made


@act(May.NOTICE_ASK)
def take_back(work: Work, notice_id: int, back: NoticeBack, version: int) -> NoticeView:
    """Take a notice or question of ours back; raises NotFound, Stale, Refused."""
    row = _current(work, notice_id, version)
    _refuse_step(row, NoticeAct.WITHDRAW)
    doing.take_back(work, row, back.words)
    if row.matter == Matter.TRANSIT and row.licence_id is not None:
        heard.transit_taken_back(work, row.licence_id, row.peer, row.jti)
    return queries.notice(work, row.id)


@act(May.NOTICE_ANSWER)
def answer(work: Work, notice_id: int, new: AnswerNew, version: int) -> NoticeView:
    """Answer another State: no objection or one; what of a shipment came. Raises NotFound, Stale, Refused."""
    row = _current(work, notice_id, version)
    _refuse_step(row, new.act)
    if row.matter == Matter.RECEIPT:
        _answer_receipt(work, row, new)
    else:
        _answer_transit(work, row, new)
    return queries.notice(work, row.id)


def _answer_transit(work: Work, row: Notice, new: AnswerNew) -> None:
    refuse_if(rules.unmet_for_answer(new, (), work.today))
    reference = new.reference or queries.notice_number(row.id)
    if new.act is NoticeAct.CONFIRM:
        doing.answer(work, row, new.act, NoObjection(reference, new.valid_until, new.words))
    else:
        doing.answer(work, row, new.act, Objection(new.words, reference))


_CAME = {NoticeAct.CONFIRM: Came.FULL, NoticeAct.IN_PART: Came.PART, NoticeAct.NOT_YET: Came.NOT_YET}


def _answer_receipt(work: Work, row: Notice, new: AnswerNew) -> None:
    lines = queries.shipment_told(row).lines
    if new.shipment:
        row.shipment_id = _shipment_under(work, row, new.shipment)
    refuse_if(rules.unmet_for_answer(new, lines, work.today))
    if new.act is NoticeAct.NOT_YET:
        doing.answer(work, row, new.act, ReceiptTold(came=Came.NOT_YET, words=new.words))
        row.due_at, row.escalated_at = doing.due_at(work, Matter.RECEIPT, work.home), None
        return
    many = new.received if new.act is NoticeAct.IN_PART else [line.quantity for line in lines]
    came = tuple(LineCame(line.n, one) for line, one in zip(lines, many, strict=True))
    told = ReceiptTold(
        came=_CAME[new.act],
        received_on=new.received_on,
        reference=new.reference,
        lines=came,
        words=new.words,
    )
    doing.answer(work, row, new.act, told)


def _shipment_under(work: Work, row: Notice, number: str) -> int:
    key = parse_registry_number(shipments.PREFIX, number, "shipment")
    found = work.session.get(Shipment, key)
    if found is None or row.licence_id is None or found.licence_id != row.licence_id:
        raise Invalid.at("shipment", said("That is no shipment under the import licence."), "FP 10(4)")
    return key


@act(May.NOTICE_ANSWER)
def compare(work: Work, notice_id: int, version: int) -> NoticeView:
    """Hold our customs' record against a question about a receipt now. Raises NotFound, Stale, Conflict."""
    row = _current(work, notice_id, version)
    if row.matter != Matter.RECEIPT or row.direction != Direction.IN or row.state not in life.WAITS:
        raise Conflict(said("Only a question about a receipt that waits is compared"))
    row.version += 1
    answering.about_receipt(work, row)
    return queries.notice(work, row.id)


@act(May.NOTICE_ANSWER)
def see(work: Work, notice_id: int, version: int) -> NoticeView:
    """Say that somebody has looked at what raised an alarm. Raises NotFound, Stale, Conflict."""
    row = _current(work, notice_id, version)
    if not row.alarm:
        raise Conflict(said("Nothing raised an alarm"))
    doing.note(work, row, NoticeEvent.SEEN, row.alarm)
    row.alarm, row.version = "", row.version + 1
    work.session.flush()
    return queries.notice(work, row.id)


def _current(work: Work, notice_id: int, version: int) -> Notice:
    row = queries.held(work, notice_id)
    if row.version != version:
        raise Stale
    return row


def _refuse_step(row: Notice, step: NoticeAct) -> None:
    refuse_if(life.unmet_to_do(Matter(row.matter), step, NoticeState(row.state), queries.side_of(row)))
