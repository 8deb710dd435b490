"""What another State asks of us on behalf of a third one: whose word it is, and whether we answer that."""

from __future__ import annotations

from sqlalchemy import select

from registry.core.errors import Refused, refuse_if
from registry.core.work import Work
from registry.exchange import queries as exchange
from registry.exchange.kinds import Received
from registry.exchange.shown import body_of, shown
from registry.requests import delegation, queries
from registry.requests.delegation import Question
from registry.requests.tables import Behalf, TraceRequestRow
from schemas.request_messages import MOST_HOPS, TraceRequestSchema
from schemas.requests_vocabulary import Delegation, ForOthers
from schemas.words import Said, said

_QUESTION = TraceRequestSchema()
Way = tuple[Question, ...]
"""Questions of which each goes on from the one before; the last one came to us, or to whoever shows it."""


def way_of(work: Work, record: str) -> Way:
    """The way of a signed question; raises Refused where a record of it is none, or was forged."""
    found: list[Question] = []
    while record:
        if len(found) > MOST_HOPS:
            raise Refused(said("A question goes on over %(most)s States at most.", most=MOST_HOPS))
        one = shown(work, record)
        question = Question(one.message, body_of(_QUESTION, one), one.sha256, one.proven)
        found.insert(0, question)
        record = question.body.behalf
    return tuple(found)


def judged(work: Work, received: Received) -> Way:
    """The way of a question that came; of one question where a State asks for itself.

    Raises Refused for a way that is forged, widened, too long or in a circle, and for what was asked on it.
    """
    message, body = received.message, received.body
    if not body.behalf and tuple(message.path) in ((), (message.iss,)):
        return (Question(message, body, received.sha256, True),)
    way = way_of(work, received.jws)
    refuse_if(delegation.unmet_in_way(way))
    origin = way[0].message
    asked = select(Behalf.request_id).where(
        Behalf.origin == origin.iss, Behalf.jti == origin.jti, Behalf.path == _path(way)
    )
    if work.session.scalar(asked) is not None:
        raise Refused(said("This was asked of us already, on this way."))
    return way


def _path(way: Way) -> str:
    return ",".join(one.message.iss for one in way)


def keep(work: Work, row: TraceRequestRow, way: Way) -> None:
    """Put on record on whose behalf a request is asked."""
    origin = way[0].message
    work.session.add(Behalf(request_id=row.id, origin=origin.iss, path=_path(way), jti=origin.jti))
    work.session.flush()


def refusal(work: Work, way: Way) -> Said | None:
    """Why a request on behalf of another State is not answered; None where an officer or the machine may.

    Every State on the way has to be one that we know by its confirmed root: nobody vouches for another.
    """
    asking, origin = way[-1].message.iss, way[0].message.iss
    rule = queries.rule_row(work, asking)
    if rule is None or rule.behalf == ForOthers.NEVER:
        return said(
            "We answer nothing that %(state)s asks on behalf of others: %(origin)s may ask us itself.",
            state=asking,
            origin=origin,
        )
    unproven = [one.message.iss for one in way if not one.proven]
    if unproven:
        return said(
            "The word of %(states)s cannot be verified here: %(origin)s may ask us itself.",
            states=tuple(dict.fromkeys(unproven)),
            origin=origin,
        )
    return None


def closed_to(work: Work, row: TraceRequestRow) -> Said | None:
    """Why nobody here answers a request on behalf of another State, as our rule says now; None where one may
    or it asks for itself.
    """
    if not path_of(work, row):
        return None
    way = way_of(work, record_of(work, row))
    return refusal(work, way) if way else said("The signed question is not here, or too long to go along.")


def path_of(work: Work, row: TraceRequestRow) -> tuple[str, ...]:
    """The States on whose behalf another one asks, it itself at the end; none where it asks for itself."""
    if queries.asked_of(row).delegation is Delegation.NONE:
        return ()
    found = work.session.get(Behalf, row.id)
    return tuple(found.path.split(",")) if found else ()


def goes_by_itself(work: Work, row: TraceRequestRow) -> bool:
    """Whether the machine may answer: also on behalf of others, to each of whom exact matches may go."""
    path = path_of(work, row)
    if not path:
        return True
    rule = queries.rule_row(work, row.peer)
    machine = rule is not None and rule.behalf == ForOthers.MACHINE
    return machine and all(queries.lets_go(work, state) for state in path if state != work.home)


def record_of(work: Work, row: TraceRequestRow) -> str:
    """The signed question of another State, "" where it is not here, or not any more."""
    found = exchange.in_row(work, row.peer, row.jti) if row.jti else None
    return found.jws if found else ""
