"""What is held: messages that came before the one they follow, done once it has come, or given up."""

from __future__ import annotations

import structlog
from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import aliased

from registry.core.database import Prepared, Statement
from registry.core.errors import RegistryError
from registry.core.work import Office, Work
from registry.exchange import jose, judging, queries, rules, strict_json
from registry.exchange.judging import NotTaken, state_actor
from registry.exchange.kinds import Kinds, Received
from registry.exchange.rules import Code
from registry.exchange.tables import ExchangeIn

AT_ONCE = 100
log = structlog.get_logger()
_IN_THREAD = Prepared(
    "SELECT jti, type FROM exchange_in WHERE iss = :iss AND thread = :thread AND state = 'held'"
    " AND refused_at IS NULL ORDER BY seq"
)
HELD = (ExchangeIn.state == literal_column("'held'"), ExchangeIn.refused_at.is_(None))
"""Said in full and not as a parameter, so that an engine knows its index of these few."""


def count(work: Work, iss: str) -> int:
    """How many messages of a State are held."""
    counted = select(func.count()).where(ExchangeIn.iss == iss, *HELD)
    return work.session.scalar(counted) or 0


def in_thread(iss: str, thread: str) -> Statement:
    """What finds names and types of what is held in a thread, in the order of its channel."""
    return _IN_THREAD, {"iss": iss, "thread": thread}


def threads(work: Work) -> list[tuple[str, str]]:
    """Sender and thread of what is held although something of its thread was done."""
    came = aliased(ExchangeIn)
    asked = (
        select(ExchangeIn.iss, ExchangeIn.thread)
        .join(came, (came.iss == ExchangeIn.iss) & (came.thread == ExchangeIn.thread))
        .where(*HELD, came.state == "done")
        .distinct()
    )
    return [(iss, thread) for iss, thread in work.session.execute(asked)]


def release_due(office: Office, kinds: Kinds) -> None:
    """What was held when a process died between a message and the one that waited for it."""
    with office.look(state_actor("ZZ")) as work:
        waiting = threads(work)
    for iss, thread in waiting:
        release(office, kinds, iss, thread)


def release(office: Office, kinds: Kinds, iss: str, thread: str) -> None:
    """Do what was held in a thread, if what it waited for has come; each in a transaction of its own.

    What is refused then has no effect, and an alert says why: its sender has the receipt already.
    """
    with office.look(state_actor(iss)) as work:
        (found,) = work.beside(in_thread(iss, thread))
        waiting = [jti for jti, type_ in found if _came(work, kinds, iss, thread, type_)]
    for jti in waiting:
        try:
            _release(office, kinds, iss, jti)
        except NotTaken as refusal:
            _give_up(office, iss, jti, refusal)
        except RegistryError as error:
            _give_up(office, iss, jti, judging.as_refusal(error))


def _came(work: Work, kinds: Kinds, iss: str, thread: str, type_: str) -> bool:
    kind = kinds.get(type_)
    return kind is not None and queries.came_in_thread(work, iss, thread, kind.after)


def _release(office: Office, kinds: Kinds, iss: str, jti: str) -> None:
    with office.look(state_actor(iss)) as work:
        kept = queries.in_row(work, iss, jti)
    if kept is None or (kind := kinds.get(kept.type)) is None:
        return
    payload = strict_json.loads(jose.parse(kept.jws).payload)
    message, extra = judging.message_in(payload, iss)
    with office.begin(state_actor(iss, kind.may), doing=f"exchange.{kind.type}"[:60]) as work:
        work.note["message"] = {"from": iss, "jti": jti, "sha256": kept.sha256}
        work.lock(f"exchange in {iss}")
        row = queries.in_row(work, iss, jti)
        if row is None or not _is_held(row) or not _came(work, kinds, iss, row.thread, row.type):
            return
        row.state = "done"
        received = Received(message, judging.body_in(kind, message), row.jws, row.sha256, extra)
        kind.handle(work, kind.informed(work, received))


def _give_up(office: Office, iss: str, jti: str, refusal: NotTaken) -> None:
    """Write down that a held message is refused; where the moment was bad, it is tried again."""
    if refusal.code in rules.TRANSIENT:
        log.warning("exchange_held_message_not_done", peer=iss, jti=jti, reason=refusal.detail[:200])
        return
    with office.begin(state_actor(iss), doing="exchange.refusal") as work:
        work.lock(f"exchange in {iss}")
        row = queries.in_row(work, iss, jti)
        if row is not None and _is_held(row):
            _refuse(work, row, refusal.code, refusal.detail)


def _is_held(row: ExchangeIn) -> bool:
    return row.state == "held" and row.refused_at is None


def _refuse(work: Work, row: ExchangeIn, code: Code, detail: str) -> None:
    row.refused_at = work.now
    judging.alert(work, row.iss, code.value, f"{row.type} {row.jti}: {detail}", row.sha256)


def give_up_due(office: Office) -> int:
    """What was held longer than the message that it follows could live is refused; how many."""
    with office.look(state_actor("ZZ")) as work:
        before = work.now - rules.HELD_AT_MOST
        late = select(ExchangeIn.iss, ExchangeIn.jti).where(*HELD, ExchangeIn.received_at <= before)
        found = work.session.execute(late.order_by(ExchangeIn.received_at).limit(AT_ONCE)).all()
    for iss, jti in found:
        _give_up(office, iss, jti, NotTaken(Code.WRONG_THREAD, "what it follows never came", iss))
    return len(found)
