"""What every step in a notice does: its place in the life, clock, message, line in its course."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Any

import orjson

from registry.calendars.queries import deadline_of
from registry.core.days import day_in
from registry.core.work import Work
from registry.exchange import outbox
from registry.licensing.life import end_of
from registry.notices import life, queries
from registry.notices.tables import Notice, NoticeStep
from schemas.exchange import Reference, Sender
from schemas.notices_vocabulary import Alarm, Effect, Matter, NoticeAct, NoticeEvent, NoticeState
from schemas.requests_vocabulary import Direction

MACHINE = 0


def note(
    work: Work,
    row: Notice,
    what: NoticeAct | NoticeEvent,
    words: str = "",
    *,
    jti: str = "",
    sha256: str = "",
    effect: Effect | None = None,
    by: int | None = None,
) -> None:
    """Write a step into the course of a notice. by: whoever acts, unless told."""
    work.session.flush()
    work.session.add(
        NoticeStep(
            notice_id=row.id,
            n=queries.last_step(work, row.id) + 1,
            at=work.now,
            what=what.value,
            by=work.actor.user_id if by is None else by,
            effect=effect.value if effect else "",
            words=str(words)[:2000],
            jti=jti,
            sha256=sha256,
        )
    )
    work.session.flush()


def settle(work: Work, row: Notice, after: NoticeState) -> None:
    """Set the state; the clock stops where nothing is awaited."""
    row.state, row.version = after.value, row.version + 1
    if after not in life.WAITS:
        row.due_at = None


def raise_alarm(work: Work, row: Notice, why: Alarm, words: str = "") -> None:
    """Somebody has to look; it stays until they have."""
    row.alarm = why.value
    note(work, row, NoticeEvent.ALARM, words, by=MACHINE)


def due_at(work: Work, matter: Matter, state: str) -> Any:
    """When an answer is expected, in the working days of the State that answers."""
    if matter is Matter.LICENCE:
        return work.now + life.BY_MACHINE
    days = life.WORKING_DAYS.get(matter)
    if days is None:
        return None
    zone = work.zone if state == work.home else "UTC"
    return end_of(deadline_of(work, state, day_in(zone, work.now), days).day, zone)


def ask(
    work: Work,
    matter: Matter,
    peer: str,
    body: Any,
    *,
    licence_id: int | None,
    shipment_id: int | None = None,
    by: int | None = None,
) -> Notice:
    """Send what begins a notice, and keep it. body: a dataclass of `notice_messages`."""
    move = life.MOVES[matter, NoticeAct.ASK]
    told = plain(body)
    posted = outbox.post(work, outbox.Outgoing(peer, move.message, told, actor=_sender(work)))
    row = opened(work, Direction.OUT, matter, peer, told, posted.thread, posted.jti, posted.sha256)
    row.licence_id, row.shipment_id, row.state = licence_id, shipment_id, move.after.value
    row.made_by = work.actor.user_id if by is None else by
    row.due_at = due_at(work, matter, peer)
    note(work, row, NoticeAct.ASK, jti=posted.jti, sha256=posted.sha256, by=by)
    return row


def opened(
    work: Work,
    direction: Direction,
    matter: Matter,
    peer: str,
    told: dict[str, Any],
    thread: str,
    jti: str,
    sha256: str,
) -> Notice:
    """A new row, as the message that begins it leads to."""
    row = Notice(
        direction=direction.value,
        matter=matter.value,
        peer=peer,
        state=life.MOVES[matter, NoticeAct.ASK].after.value,
        thread=thread,
        jti=jti,
        sha256=sha256,
        asked=dumped(told),
        made_at=work.now,
        made_by=work.actor.user_id,
    )
    work.session.add(row)
    work.session.flush()
    return row


def answer(work: Work, row: Notice, act: NoticeAct, body: Any, by: int | None = None) -> None:
    """Answer the message that began it, as the one asked."""
    move = life.MOVES[Matter(row.matter), act]
    told = plain(body)
    asked = Reference(row.jti, row.sha256)
    message = outbox.Outgoing(row.peer, move.message, told, row.thread, asked, _sender(work))
    posted = outbox.post(work, message)
    row.answer, row.answer_jti, row.answer_sha256 = dumped(told), posted.jti, posted.sha256
    row.answered_at = work.now
    settle(work, row, move.after)
    note(work, row, act, told.get("words", ""), jti=posted.jti, sha256=posted.sha256, by=by)


def take_back(work: Work, row: Notice, words: str, by: int | None = None) -> None:
    """Tell the other State that nothing is awaited any more."""
    body = {"words": str(words)}
    posted = outbox.post(work, outbox.Outgoing(row.peer, life.CANCEL, body, row.thread, actor=_sender(work)))
    settle(work, row, NoticeState.WITHDRAWN)
    note(work, row, NoticeAct.WITHDRAW, words, jti=posted.jti, sha256=posted.sha256, by=by)


def _sender(work: Work) -> Sender:
    return Sender(user=str(work.actor.user_id) if work.actor.user_id > 0 else "machine")


def dumped(body: dict[str, Any]) -> str:
    """A body as it is kept."""
    return orjson.dumps(body).decode()


def plain(body: Any) -> dict[str, Any]:
    """A body as it is sent: what says nothing is left out."""
    found: dict[str, Any] = _plain(asdict(body))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if one not in (None, "", (), [])}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else str(value) if isinstance(value, str) else value
