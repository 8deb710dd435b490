"""The life of notices and questions as one table: which side does what, when, and where it leads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from registry.core.errors import Unmet
from schemas.notices_vocabulary import Matter, NoticeAct, NoticeState
from schemas.requests_vocabulary import Side
from schemas.words import said, word

A, M, S = NoticeAct, Matter, NoticeState
CANCEL = "notice.cancel"


@dataclass(frozen=True)
class Move:
    """before: states in which a side may do it; after: where it leads; message: the type that says so."""

    side: Side
    before: frozenset[NoticeState]
    after: NoticeState
    message: str
    article: str


def _asks(after: NoticeState, message: str, article: str) -> Move:
    return Move(Side.ASKING, frozenset(), after, message, article)


def _says(before: str, after: NoticeState, message: str, article: str) -> Move:
    return Move(Side.ASKED, frozenset(map(NoticeState, before.split())), after, message, article)


def _back(before: str, article: str) -> Move:
    return Move(Side.ASKING, frozenset(map(NoticeState, before.split())), S.WITHDRAWN, CANCEL, article)


_STANDS, _TOLD, _CAME = "licence.verify.response", "receipt-of-goods.confirm", "FP 10(4)"
MOVES: Mapping[tuple[Matter, NoticeAct], Move] = {
    (M.LICENCE, A.ASK): _asks(S.ASKED, "licence.verify.request", "FP 10(2)(a)"),
    (M.LICENCE, A.CONFIRM): _says("asked confirmed denied", S.CONFIRMED, _STANDS, "FP 10(5)"),
    (M.LICENCE, A.DENY): _says("asked confirmed denied", S.DENIED, _STANDS, "FP 10(5)"),
    (M.LICENCE, A.WITHDRAW): _back("asked", "FP 10(2)(a)"),
    (M.TRANSIT, A.ASK): _asks(S.ASKED, "transit.notice", "FP 10(2)(b)"),
    (M.TRANSIT, A.CONFIRM): _says("asked denied", S.CONFIRMED, "transit.no-objection", "FP 10(2)(b)"),
    (M.TRANSIT, A.DENY): _says("asked confirmed", S.DENIED, "transit.objection", "FP 10(2)(b)"),
    (M.TRANSIT, A.WITHDRAW): _back("asked confirmed denied", "FP 10(2)(b)"),
    (M.EXPORT, A.ASK): _asks(S.TOLD, "export.notice", "FP 11(b)"),
    (M.EXPORT, A.WITHDRAW): _back("told", "FP 11(b)"),
    (M.RECEIPT, A.ASK): _asks(S.ASKED, "receipt-of-goods.request", _CAME),
    (M.RECEIPT, A.CONFIRM): _says("asked not_yet in_part", S.CONFIRMED, _TOLD, _CAME),
    (M.RECEIPT, A.IN_PART): _says("asked not_yet in_part confirmed", S.IN_PART, _TOLD, _CAME),
    (M.RECEIPT, A.NOT_YET): _says("asked not_yet", S.NOT_YET, _TOLD, _CAME),
    (M.RECEIPT, A.WITHDRAW): _back("asked not_yet", _CAME),
}
WAITS = frozenset({S.ASKED, S.NOT_YET})
"""An answer is awaited, or another one."""
ANSWERED = frozenset({S.CONFIRMED, S.DENIED, S.IN_PART, S.NOT_YET})
ENDED = frozenset({S.WITHDRAWN, S.REPLACED})
WORKING_DAYS: Mapping[Matter, int] = {M.TRANSIT: 10, M.RECEIPT: 5}
"""Until an answer is expected; no treaty sets a time, these targets are the registry's own."""
BY_MACHINE = timedelta(hours=4)
"""The same for what a machine answers."""


def possible(matter: Matter, state: NoticeState, side: Side) -> tuple[NoticeAct, ...]:
    """What a person of a side may do now, in the order of the table; how a licence stands is no choice."""
    return tuple(
        act
        for (about, act), move in MOVES.items()
        if about is matter
        and move.side is side
        and state in move.before
        and not (side is Side.ASKED and matter is M.LICENCE)
    )


def unmet_to_do(matter: Matter, act: NoticeAct, state: NoticeState, side: Side) -> list[Unmet]:
    """What keeps a side from doing this now."""
    if act in possible(matter, state, side):
        return []
    words = said("A notice that is %(state)s has no such step: %(act)s.", state=word(state), act=word(act))
    move = MOVES.get((matter, act))
    return [Unmet(words, "act", move.article if move else "")]


def after_hearing(matter: Matter, act: NoticeAct, state: NoticeState) -> NoticeState | None:
    """Where the other State's word leads; None where it crossed ours on the way and moves nothing.

    An answer may come more than once, and otherwise than before: the last word holds.
    """
    return None if state in ENDED else MOVES[matter, act].after
