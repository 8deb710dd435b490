"""The life of a request as one table: who does what, when, and where it leads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.core.errors import Unmet
from schemas.requests_vocabulary import Direction, Side
from schemas.requests_vocabulary import RequestAct as Act
from schemas.requests_vocabulary import RequestState as State
from schemas.words import said, word


@dataclass(frozen=True)
class Move:
    """before: states in which it may be done; after: where it leads, None where the state stays.

    message: the type that tells the other State.
    """

    side: Side
    before: frozenset[State]
    after: State | None
    message: str
    article: str


def _move(side: Side, before: str, after: State | None, message: str, article: str) -> Move:
    return Move(side, frozenset(map(State, before.split())), after, message, article)


_ASKING, _ASKED = Side.ASKING, Side.ASKED
_WITH_THEM = "acknowledged delayed clarifying"
MOVES: Mapping[Act, Move] = {
    Act.SEND: _move(_ASKING, "draft", State.SENT, "trace.request", "ITI 17"),
    Act.ACKNOWLEDGE: _move(_ASKED, "sent", State.ACKNOWLEDGED, "trace.ack", "ITI 19"),
    Act.ASK_MORE: _move(_ASKED, "acknowledged delayed", State.MORE_ASKED, "trace.clarify", "ITI 21"),
    Act.GIVE_MORE: _move(_ASKING, "more_asked", State.ACKNOWLEDGED, "trace.more", "ITI 21"),
    Act.ANSWER: _move(
        _ASKED, f"{_WITH_THEM} answered_in_part refused", State.ANSWERED, "trace.response", "ITI 20"
    ),
    Act.ANSWER_IN_PART: _move(
        _ASKED, f"{_WITH_THEM} answered_in_part refused", State.ANSWERED_IN_PART, "trace.response", "ITI 22"
    ),
    Act.NAME_HOLDER: _move(_ASKED, "answered answered_in_part", None, "trace.response", "ITI 20"),
    Act.KEEP_HOLDER: _move(_ASKED, "answered answered_in_part", None, "trace.response", "ITI 22"),
    Act.DELAY: _move(_ASKED, _WITH_THEM, State.DELAYED, "trace.delay", "ITI 22"),
    Act.REFUSE: _move(_ASKED, f"{_WITH_THEM} more_asked", State.REFUSED, "trace.refuse", "ITI 22"),
    Act.CLARIFY: _move(
        _ASKING, "answered answered_in_part delayed refused", State.CLARIFYING, "trace.question", "ITI 23"
    ),
    Act.REMIND: _move(_ASKING, f"sent {_WITH_THEM}", None, "trace.status", "FP 12(4)"),
    Act.WITHDRAW_ONWARD: _move(_ASKING, "answered answered_in_part", None, "trace.cancel", "ITI 17"),
    Act.WITHDRAW: _move(_ASKING, f"sent more_asked {_WITH_THEM}", State.WITHDRAWN, "trace.cancel", "ITI 17"),
    Act.CLOSE: _move(_ASKING, "answered answered_in_part refused", State.CLOSED, "trace.feedback", "ITI 15"),
}
OF_HOLDER = frozenset({Act.NAME_HOLDER, Act.KEEP_HOLDER})
"""The second step of an answer, where the identity of the last holder was asked for."""
NOT_BY_LETTER = OF_HOLDER | {Act.WITHDRAW_ONWARD}
"""What a letter does not say: that which names a holder is an answer, and none is asked on."""
OPEN = frozenset(State) - {State.DRAFT, State.WITHDRAWN, State.CLOSED}
"""Both States have it and it is not at its end."""
RUNS = frozenset({State.SENT, State.ACKNOWLEDGED, State.DELAYED, State.CLARIFYING})
"""The clock of the asked State runs."""


_WRITTEN_ANEW = frozenset({State.DRAFT, State.MORE_ASKED})


def is_editable(direction: Direction, state: State, by_letter: bool) -> bool:
    """Whether what is asked is written anew: ours before it leaves or where more was asked; of another
    State only what was entered by hand, until it is answered.
    """
    if direction is Direction.OUT:
        return state in _WRITTEN_ANEW
    return by_letter and state in RUNS | {State.MORE_ASKED}


def possible(state: State, side: Side) -> tuple[Act, ...]:
    """What a side may do now, in the order of the table."""
    return tuple(act for act, move in MOVES.items() if move.side is side and state in move.before)


def possible_to_hear(state: State, side: Side) -> tuple[Act, ...]:
    """What the word of the other State, which is on this side, may do now; by letter a holder is named in an
    answer.
    """
    return tuple(
        act
        for act, move in MOVES.items()
        if move.side is side
        and state is not State.DRAFT
        and is_heard(act, state)
        and act not in NOT_BY_LETTER
    )


def is_heard(act: Act, state: State) -> bool:
    """Whether the other State's word does something now."""
    move = MOVES[act]
    return after_hearing(act, state) is not None or (move.after is None and state in move.before)


def unmet_to_do(act: Act, state: State, side: Side) -> list[Unmet]:
    """What keeps a side from doing this now."""
    move = MOVES[act]
    if move.side is not side:
        words = said("That is for the other State to do: %(act)s.", act=word(act))
        return [Unmet(words, "act", move.article)]
    if state not in move.before:
        words = said(
            "A request that is %(state)s has no such step: %(act)s.", state=word(state), act=word(act)
        )
        return [Unmet(words, "act", move.article)]
    return []


def after_hearing(act: Act, state: State) -> State | None:
    """Where the other State's word leads; None where it crossed ours on the way and moves nothing.

    An acknowledgement may come later than what follows it.
    """
    move = MOVES[act]
    in_time = state in move.before or (state is State.SENT and State.ACKNOWLEDGED in move.before)
    return move.after if in_time else None


def heeds(act: Act, state: State) -> bool:
    """Whether the other State's word is done here, unless it crossed ours on the way."""
    return MOVES[act].after is None or after_hearing(act, state) is not None
