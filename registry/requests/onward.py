"""Asking the next State on behalf of the one that asks us, and telling that one what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from registry.core.errors import Refused, Unmet, refuse_if
from registry.core.work import Work
from registry.exchange import forgetting
from registry.exchange import queries as exchange
from registry.exchange.shown import shown
from registry.requests import behalf, delegation, doing, hop_queries, life, queries
from registry.requests.behalf import Way
from registry.requests.chain import Link
from registry.requests.delegation import Question
from registry.requests.tables import AskedOnward, TraceRequestRow
from schemas.request_messages import LONGEST_PROOF, MOST_HOPS, ToldOnward
from schemas.requests import RequestNew
from schemas.requests_vocabulary import (
    Delegation,
    Direction,
    FieldWanted,
    ForOthers,
    NoticeKind,
    RequestAct,
    RequestState,
)
from schemas.words import said

TOLD = "trace.onward"
_HEARS = frozenset({RequestState.ANSWERED, RequestState.ANSWERED_IN_PART, RequestState.CLARIFYING})


@dataclass(frozen=True)
class Ready:
    """A question that can be asked on. record: the one that it goes on from; left: how the firearm went."""

    to: str
    record: str
    way: Way
    left: dict[str, Any]


def standing(work: Work, row: TraceRequestRow, told: dict[str, Any], audience: tuple[str, ...]) -> ForOthers:
    """Who decides whether the State that an answer names is asked on behalf of whoever asked; nobody where
    that is not allowed, or leads nowhere. told: the answer, as it leaves; audience: for whom it is.
    """
    asked = queries.asked_of(row)
    if asked.delegation is Delegation.NONE or row.means or not told.get("next_state"):
        return ForOthers.NEVER
    rule = queries.rule_row(work, row.peer)
    if rule is None or rule.onward == ForOthers.NEVER or hop_queries.gone_on(work, row) is not None:
        return ForOthers.NEVER
    try:
        ready(work, row, told, audience)
    except Refused:
        return ForOthers.NEVER
    return ForOthers(rule.onward)


def ready(work: Work, row: TraceRequestRow, told: dict[str, Any], audience: tuple[str, ...]) -> Ready:
    """What asks the State that our answer names; raises Refused with the reason where it cannot be asked."""
    left = told.get("next_state") or {}
    if not left.get("code"):
        raise Refused(said("Our answer names no other State."))
    record = behalf.record_of(work, row)
    way = behalf.way_of(work, record)
    if not way or _length_of_ours(record, way[-1]) > LONGEST_PROOF:
        raise Refused(said("The signed question is not here, or too long to go along."))
    refuse_if(delegation.unmet_in_way(way))
    refuse_if([Unmet(reason, "next_state", "ITI 24") for reason in _ends(work, row, way, left)])
    shows = left["code"] in audience
    return Ready(left["code"], record, way, left if shows else {})


def _length_of_ours(record: str, last: Question) -> int:
    """About how many characters the record of a question will have that goes on from this one: it carries
    this one, and says the same once more.
    """
    said_there = len(record) * 3 // 4 - len(last.body.behalf)
    return (len(record) + said_there + 1_000) * 4 // 3


def _ends(work: Work, row: TraceRequestRow, way: Way, left: dict[str, Any]) -> list[str]:
    """Why it is not asked on."""
    to, origin, wrong = left["code"], way[0].message, list[str]()
    if len(way) > MOST_HOPS:
        wrong.append(said("A question goes on over %(most)s States at most.", most=MOST_HOPS))
    if to == origin.iss:
        wrong.append(said("It came back to %(state)s, which asks.", state=to))
    if not exchange.is_trusted(work, to):
        wrong.append(said("%(state)s has no node that both sides confirmed", state=to))
    if any(one.message.exp <= work.now.timestamp() for one in way):
        wrong.append(said("What %(state)s asked was over when it was asked on.", state=origin.iss))
    paper = " ".join(filter(None, (left.get("document_kind"), left.get("document_number"))))
    last = Link(work.home, RequestState.ANSWERED, "left_the_country", to, left.get("date", ""), paper)
    if reason := delegation.circle(way, last):
        wrong.append(reason)
    if doing.message_of(queries.asked_of(row))[0] != _said_in(way):
        wrong.append(said("What they ask was changed since: they can ask that State themselves."))
    return wrong


def _said_in(way: Way) -> dict[str, Any]:
    use = way[-1].message.purpose
    body = {name: value for name, value in vars(way[-1].body).items() if name != "behalf"}
    return doing.message_of(RequestNew(**body, to="", case_number=use.case))[0]


def ask(work: Work, row: TraceRequestRow, made_by: int) -> TraceRequestRow:
    """Ask the State that our answer names, on behalf of whoever asked; raises Refused.

    It asks the same, for the same use, under the same restrictions, and nothing that names a person.
    """
    if row.state not in _HEARS or queries.asked_of(row).delegation is Delegation.NONE:
        raise Refused(said("They have not allowed that we ask for them, or have no answer yet."))
    if hop_queries.gone_on(work, row) is not None:
        raise Refused(said("That State is asked already."))
    audience = tuple(queries.handling_of(row).get("audience", ()))
    found = ready(work, row, queries.answer_of(row), audience)
    following = doing.opened(work, Direction.OUT, _new(row, found), found.to, made_by, row.trace_id)
    work.session.add(AskedOnward(request_id=following.id, for_id=row.id))
    work.session.flush()
    number, asked_for = queries.request_number(following.id), queries.request_number(row.id)
    doing.note(
        work,
        following,
        NoticeKind.DRAFTED,
        details={"behalf": found.way[0].message.iss, "request": asked_for},
    )
    last = found.way[-1].message
    path = (*(one.message.iss for one in found.way), work.home)
    doing.send(work, following, behalf=doing.ForAnother(found.record, path, last.purpose, last.handling))
    by = None if made_by == work.actor.user_id else made_by
    doing.note(work, row, NoticeKind.ASKED_ONWARD, details={"state": found.to, "request": number}, by=by)
    _tell(work, row, following)
    return following


def _new(row: TraceRequestRow, found: Ready) -> RequestNew:
    asked, left = queries.asked_of(row), found.left.get("date", "")
    wanted = tuple(one for one in asked.fields_wanted if one is not FieldWanted.LAST_LAWFUL_HOLDER)
    return replace(
        asked,
        to=found.to,
        trace="",
        left_on=date.fromisoformat(left) if left else None,
        document_kind=found.left.get("document_kind", ""),
        document_number=found.left.get("document_number", ""),
        fields_wanted=wanted,
    )


def is_gone_on(work: Work, row: TraceRequestRow) -> bool:
    """Whether a request of another State is answered, and another one was asked on its behalf."""
    answered = RequestState(row.state) in life.MOVES[RequestAct.WITHDRAW_ONWARD].before
    return answered and hop_queries.gone_on(work, row) is not None


def is_for_officer(work: Work, row: TraceRequestRow) -> bool:
    """Whether an officer may ask on for the State that asks us: it allows that, and so does our rule."""
    if row.direction != Direction.IN or row.state not in _HEARS or hop_queries.gone_on(work, row) is not None:
        return False
    told, audience = queries.answer_of(row), queries.handling_of(row).get("audience", ())
    return standing(work, row, told, tuple(audience)) is not ForOthers.NEVER


def go_on(work: Work, row: TraceRequestRow, who: ForOthers) -> None:
    """After our answer: ask the next State at once where that is the machine's to decide."""
    if who is ForOthers.MACHINE:
        ask(work, row, doing.MACHINE)


def asked_for(work: Work, row: TraceRequestRow) -> AskedOnward | None:
    """Which request of another State a request of ours goes on from; None for one of our own."""
    if queries.asked_of(row).delegation is Delegation.NONE or row.direction != Direction.OUT:
        return None
    return work.session.get(AskedOnward, row.id)


def tell(work: Work, row: TraceRequestRow, record: str = "", late: bool = False) -> None:
    """Tell whoever we ask for where that stands; nothing for a question of our own. record: what came."""
    link = asked_for(work, row)
    if link is not None:
        _tell(work, work.session.get_one(TraceRequestRow, link.for_id), row, record, late)


def give_up(work: Work, row: TraceRequestRow) -> None:
    """Take back what could not be delivered, and tell whoever we ask for, which may ask that State itself."""
    link = work.session.get_one(AskedOnward, row.id)
    asking = work.session.get_one(TraceRequestRow, link.for_id, with_for_update=True)
    work.session.refresh(row, with_for_update=True)
    if row.state != RequestState.SENT:
        return
    words = said("Our question to %(state)s could not be delivered.", state=row.peer)
    doing.settle(work, row, RequestState.WITHDRAWN)
    doing.note(work, row, RequestAct.WITHDRAW, words, by=doing.MACHINE)
    _tell(work, asking, row, words=words)


def _tell(
    work: Work,
    asking: TraceRequestRow,
    row: TraceRequestRow,
    record: str = "",
    late: bool = False,
    words: str = "",
) -> None:
    stands = RequestState(row.state)
    words = words or (_kept_back(work, asking, record) if record else "")
    if words:
        stands, record = RequestState.CLOSED, ""
    asked = exchange.out_row(work, row.jti).jws
    if not asked:  # the time to keep it is over, and nothing can be told without what was asked
        return
    told = ToldOnward(
        hop=1,
        asked_by=work.home,
        state=row.peer,
        stands=stands,
        asked=asked,
        record=record,
        late=late,
        words=words,
    )
    _post(work, asking, told)


def _kept_back(work: Work, asking: TraceRequestRow, record: str) -> str:
    """Why a word that came is not passed on: it is not for those who ask, or names somebody; or ""."""
    message, until = shown(work, record).message, forgetting.kept_until(record)
    if until is not None and until < work.today:
        return said("It was to be kept until %(day)s", day=until)
    if len(record) > LONGEST_PROOF:
        return said("The answer is too long to go along.")
    if message.type != life.MOVES[RequestAct.ANSWER].message:
        return ""
    if message.body.get("holder") or message.body.get("last_holder"):
        return said("The answer names a person, and nobody asked for that.")
    path = behalf.path_of(work, asking) or (asking.peer,)
    if not set(path) <= {*message.handling.audience, work.home}:
        return said("%(state)s has told it to us alone.", state=message.iss)
    return ""


def pass_on(work: Work, row: TraceRequestRow, told: ToldOnward) -> None:
    """Tell whoever we ask for what others were asked and told; nothing for a question of our own."""
    link = asked_for(work, row)
    if link is None or told.hop >= MOST_HOPS:
        return
    asking = work.session.get_one(TraceRequestRow, link.for_id)
    words = _kept_back(work, asking, told.record) if told.record else ""
    if words:
        told = replace(told, stands=RequestState.CLOSED, record="", words=words)
    _post(work, asking, replace(told, hop=told.hop + 1))


def _post(work: Work, asking: TraceRequestRow, told: ToldOnward) -> None:
    if RequestState(asking.state) not in life.OPEN:
        return
    body = {**vars(told), "stands": told.stands.value}
    until = forgetting.kept_until(told.record) if told.record else None
    posted = doing.tell(work, asking, TOLD, body, until=until)
    asking.version += 1
    details = {"state": told.state, "asked_by": told.asked_by, "stands": told.stands.value}
    doing.note(work, asking, NoticeKind.TOLD_ONWARD, told.words, details, posted.jti, doing.MACHINE)


def withdraw(work: Work, asking: TraceRequestRow, words: str) -> None:
    """Take back what we ask for another State, which needs it no more."""
    asked = hop_queries.gone_on(work, asking)
    row = work.session.get(TraceRequestRow, asked, with_for_update=True) if asked else None
    act = back(work, row) if row is not None else None
    if row is None or act is None:
        return
    doing.move(work, row, act)
    posted = doing.tell(work, row, life.MOVES[act].message, {"words": words})
    doing.note(work, row, act, words, jti=posted.jti, by=doing.MACHINE)
    if act is RequestAct.WITHDRAW:
        _tell(work, asking, row)


def back(work: Work, row: TraceRequestRow) -> RequestAct | None:
    """How a question of ours is taken back now: it itself, or what is asked on for us; None for neither."""
    if RequestState(row.state) in life.MOVES[RequestAct.WITHDRAW].before:
        return RequestAct.WITHDRAW
    onward = RequestState(row.state) in life.MOVES[RequestAct.WITHDRAW_ONWARD].before
    return RequestAct.WITHDRAW_ONWARD if onward and hop_queries.is_open(work, row) else None
