"""What our machine answers by itself: how a licence of ours stands, and that all of a shipment came."""

from __future__ import annotations

from typing import Any

from registry.core.work import Work
from registry.notices import comparing, doing, queries, telling
from registry.notices.tables import Notice
from registry.shipments import queries as shipments
from registry.shipments.tables import Shipment
from schemas.notice_messages import LicenceTold, LineCame, ReceiptTold
from schemas.notices_vocabulary import Alarm, Came, NoticeAct, NoticeEvent, NoticeState, Standing
from schemas.words import said

GOOD = frozenset({Standing.IN_FORCE, Standing.NOT_YET_VALID})


def about_licence(work: Work, row: Notice) -> None:
    """Tell the State that asks how a licence of ours stands; again only where that is another answer."""
    told = _of_licence(work, row)
    body = doing.plain(told)
    if row.answer and _bearing(queries.told_in(row.answer)) == _bearing(body):
        return
    act = NoticeAct.CONFIRM if told.standing in GOOD else NoticeAct.DENY
    doing.answer(work, row, act, told, by=doing.MACHINE)


def _of_licence(work: Work, row: Notice) -> LicenceTold:
    number = queries.told_in(row.asked)["number"]
    found = telling.licence_called(work, number)
    named = found is not None and telling.concerns(work, found, row.peer)
    return telling.of_licence(work, found if named else None, number)


def _bearing(body: dict[str, Any]) -> dict[str, Any]:
    """What of an answer is worth being told anew: not how much was shipped meanwhile."""
    lines = [
        {name: value for name, value in line.items() if name != "left"} for line in body.get("lines", ())
    ]
    return body | {"lines": lines}


def about_receipt(work: Work, row: Notice) -> None:
    """Hold our customs' record against a question about a receipt; answer where all came as it was sent."""
    told = queries.shipment_told(row)
    if row.licence_id is None:
        return
    row.looked = queries.cleared_under(work, row.licence_id)
    row.shipment_id = row.shipment_id or comparing.shipment_of(work, row.licence_id, told, row.id)
    ours = work.session.get(Shipment, row.shipment_id) if row.shipment_id else None
    came = comparing.came(work, told, ours.id) if ours else None
    if ours is None or came is None or ours.received_on is None:
        return
    if came == [line.quantity for line in told.lines] and not comparing.differs(work, told, ours.id):
        lines = tuple(LineCame(line.n, many) for line, many in zip(told.lines, came, strict=True))
        number = shipments.shipment_number(ours.id)
        body = ReceiptTold(came=Came.FULL, received_on=ours.received_on, reference=number, lines=lines)
        doing.answer(work, row, NoticeAct.CONFIRM, body, by=doing.MACHINE)
    elif row.alarm != Alarm.DIFFERS:
        words = said("What our customs cleared is not what was sent.")
        doing.note(work, row, NoticeEvent.COMPARED, words, by=doing.MACHINE)
        doing.raise_alarm(work, row, Alarm.DIFFERS)


def replace_earlier(work: Work, row: Notice, place: int) -> None:
    """What the same State told or asked about the same before counts no more.

    place: of its message in the channel. One that comes after a later one is itself what counts no more.
    """
    for other in queries.said_of_the_same(work, row):
        late = queries.place_of(work, other) > place
        older, newer = (row, other) if late else (other, row)
        doing.settle(work, older, NoticeState.REPLACED)
        older.alarm = ""
        words = said("By %(number)s", number=queries.notice_number(newer.id))
        doing.note(work, older, NoticeEvent.REPLACED, words, by=doing.MACHINE)
