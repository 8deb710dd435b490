"""What became of a question that others asked on our behalf: verified as far as we can, kept, told on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from registry.core.errors import Refused, Unmet, refuse_if
from registry.core.work import Work
from registry.exchange.kinds import Received
from registry.exchange.shown import Shown, body_of, shown
from registry.requests import (
    answering,
    behalf,
    delegation,
    doing,
    following,
    hop_queries,
    life,
    onward,
    queries,
    redaction,
)
from registry.requests.behalf import Way
from registry.requests.tables import Hop, TraceRequestRow
from schemas.base import Shape
from schemas.request_messages import RestrictedSchema, ToldOnward, TraceResponseSchema, WordsSchema
from schemas.requests_vocabulary import Delegation, Direction, NoticeKind, RequestAct, RequestState
from schemas.words import said

_RESPONSE, _RESTRICTED, _WORDS = TraceResponseSchema(), RestrictedSchema(), WordsSchema()
_SHAPES: dict[str, tuple[Shape, frozenset[RequestState]]] = {
    life.MOVES[RequestAct.ANSWER].message: (
        _RESPONSE, frozenset({RequestState.ANSWERED, RequestState.ANSWERED_IN_PART}),
    ),
    life.MOVES[RequestAct.REFUSE].message: (_RESTRICTED, frozenset({RequestState.REFUSED})),
    life.MOVES[RequestAct.DELAY].message: (_RESTRICTED, frozenset({RequestState.DELAYED})),
    life.MOVES[RequestAct.ASK_MORE].message: (_WORDS, frozenset({RequestState.MORE_ASKED})),
}  # fmt: skip
_SHOWN = frozenset[RequestState]().union(*(stands for _, stands in _SHAPES.values()))
"""Where the signed word of the State that was asked has to be shown."""


@dataclass(frozen=True)
class Told:
    """The word of the State that was asked. body: of an answer; handling: what binds whoever has it.

    keep_until: the last day on which that may be kept; until: until when the answer takes longer.
    """

    at: datetime | None = None
    proven: bool = False
    ground: str = ""
    words: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    handling: dict[str, Any] = field(default_factory=dict)
    keep_until: date | None = None
    until: date | None = None


def take(work: Work, received: Received) -> None:
    """Keep what became of a question on our behalf, and go on where its answer leads.

    Raises Refused for what was asked or answered otherwise than is said, and for what we have not allowed.
    """
    message, body = received.message, received.body
    row = queries.in_thread(work, message.iss, message.thread, Direction.OUT)
    way = _way(work, row, body)
    hop = work.session.get(Hop, (row.id, body.hop))
    told = _told(work, way, body, hop)
    details = {"state": body.state, "asked_by": body.asked_by, "stands": body.stands.value}
    row.version += 1
    if hop is not None and (hop.seq > message.ch.seq or _is_older(hop, told)):
        details["crossed"] = True
        doing.note(work, row, NoticeKind.TOLD_ONWARD, body.words, details, message.jti)
        return
    if hop is None:
        hop = Hop(request_id=row.id, n=body.hop)
        work.session.add(hop)
    _keep(hop, body, told, way)
    hop.seq, hop.jti = message.ch.seq, message.jti
    words = "" if told.body else hop.words  # those of an answer go with it
    doing.note(work, row, NoticeKind.TOLD_ONWARD, words, details, message.jti)
    work.session.flush()
    following.wait_onward(work, row, told.until)
    onward.pass_on(work, row, body)
    if RequestState(row.state) in hop_queries.ANSWERED:  # else the answer, if one is to come, goes on
        following.go_on_by_itself(work, row)


def _is_older(hop: Hop, told: Told) -> bool:
    """Whether an answer was signed before the one that is here, whoever shows it again."""
    signed = hop.answered_at if hop.answer and told.body else None
    return signed is not None and told.at is not None and told.at < signed


def _keep(hop: Hop, body: ToldOnward, told: Told, way: Way) -> None:
    """What is told now. A signed word that is here stays until another one comes, an answer until another
    answer does: whoever tells of them takes neither away.
    """
    hop.asked_by, hop.state, hop.stands, hop.late = body.asked_by, body.state, body.stands.value, body.late
    hop.asked_at = datetime.fromtimestamp(way[-1].message.iat, UTC)
    if hop.answered_at is not None and told.at is None:
        return
    hop.words, hop.ground = (told.words or body.words)[:2000], told.ground
    if hop.answer and not told.body:
        return
    before = hop_queries.bound_in(hop)  # what bound us binds us still
    handling = redaction.tightened(before, told.handling)
    hop.proven = told.proven
    hop.answered_at = told.at
    hop.answer = answering.dumped(told.body) if told.body else ""
    hop.handling = answering.dumped(handling) if handling else ""
    hop.keep_until = answering.earliest(hop.keep_until, told.keep_until)


def _way(work: Work, row: TraceRequestRow, body: ToldOnward) -> Way:
    """The questions that it rests on; one of them is ours, to the State that tells it."""
    way = behalf.way_of(work, body.asked)
    refuse_if(delegation.unmet_in_way(way))
    ours = next((n for n, one in enumerate(way) if one.sha256 == row.sha256), None)
    last = way[-1].message
    wrong = [said("Nothing of a draft is told.")] if body.stands is RequestState.DRAFT else []
    if queries.asked_of(row).delegation is Delegation.NONE:
        wrong.append(said("We have not allowed that others are asked for us."))
    if ours is None or len(way) - 1 - ours != body.hop or way[ours + 1].message.iss != row.peer:
        wrong.append(said("It rests on no question of ours to you."))
    if ours is not None and delegation.is_another(way[ours].body, queries.asked_of(row)):
        wrong.append(said("We have told it otherwise since, and ask for another firearm now."))
    if (last.iss, last.aud) != (body.asked_by, body.state):
        wrong.append(said("Another State was asked, or by another one."))
    refuse_if([Unmet(words, "asked", "ITI 24") for words in wrong])
    return way


def _told(work: Work, way: Way, body: ToldOnward, hop: Hop | None) -> Told:
    """The word that it shows; raises Refused where it is no answer to that question, or not for us.

    hop: what was told before; that it runs late, it does by a word that is here.
    """
    if not body.record:
        refuse_if([] if body.late and hop is not None and hop.stands == body.stands else _unshown(body))
        return Told()
    found = shown(work, body.record)
    message = found.message
    shape, stands = _SHAPES.get(message.type, (_WORDS, frozenset[RequestState]()))
    of_question = message.re is not None and message.re == _reference(way)
    if (message.iss, message.aud) != (body.state, body.asked_by) or not of_question:
        raise Refused(said("The record that goes along does not answer that question."))
    if body.stands not in stands:
        raise Refused(said("The record that goes along says otherwise."))
    proven = found.proven and way[-1].proven
    if shape is _RESPONSE:
        return _answer(work, found, proven)
    word = body_of(shape, found)
    ground = word.ground.value if word.ground else ""
    return Told(found.signed_at, proven, ground, word.words, until=word.until)


def _reference(way: Way) -> Any:
    return Shown(way[-1].message, way[-1].sha256, way[-1].proven).reference


def _unshown(body: ToldOnward) -> list[Unmet]:
    words = said("What was answered goes along as it was signed.")
    return [Unmet(words, "record", "ITI 20")] if body.stands in _SHOWN else []


def _answer(work: Work, found: Shown, proven: bool) -> Told:
    body, handling = vars(body_of(_RESPONSE, found)), vars(found.message.handling)
    if body["holder"] or body["last_holder"]:
        raise Refused(said("The answer names a person, and nobody asked for that."))
    if work.home not in found.message.handling.audience:
        raise Refused(said("%(state)s has not told it to us.", state=found.message.iss))
    keep = found.message.handling.retain_until
    return Told(found.signed_at, proven, words=body["words"], body=body, handling=handling, keep_until=keep)
