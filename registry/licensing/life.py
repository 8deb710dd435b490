"""The life of a licence: one table of what may happen in which state, and where it leads. Pure.

`docs/licence-life.svg` is drawn from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from registry.core.errors import Unmet
from schemas.licensing_vocabulary import LicenceKind, LicenceMove, LicenceState
from schemas.vocabulary import May
from schemas.words import said, word

S, M = LicenceState, LicenceMove


@dataclass(frozen=True)
class Move:
    """after: the states in which it may happen; to: where it leads, None where the state stays.

    may: the permission it needs, None where time alone, the last shipment or an intake
    does it.
    """

    after: frozenset[LicenceState]
    to: LicenceState | None
    may: May | None


def _move(to: LicenceState | None, may: May | None, *after: LicenceState) -> Move:
    return Move(frozenset(after), to, may)


_BEFORE_DECISION = (S.SUBMITTED, S.UNDER_REVIEW, S.INFORMATION_ASKED, S.AWAITING_APPROVAL)

MOVES: Mapping[LicenceMove, Move] = {
    M.CHANGE: _move(None, May.LICENCE_APPLY, S.DRAFT, S.UNDER_REVIEW, S.INFORMATION_ASKED),
    M.SUBMIT: _move(S.SUBMITTED, May.LICENCE_APPLY, S.DRAFT),
    M.WITHDRAW: _move(S.WITHDRAWN, May.LICENCE_APPLY, S.DRAFT, *_BEFORE_DECISION),
    M.TAKE_UP: _move(S.UNDER_REVIEW, May.LICENCE_REVIEW, S.SUBMITTED, S.UNDER_REVIEW),
    M.ASK_INFORMATION: _move(S.INFORMATION_ASKED, May.LICENCE_REVIEW, S.UNDER_REVIEW),
    M.ANSWER: _move(S.UNDER_REVIEW, May.LICENCE_APPLY, S.INFORMATION_ASKED),
    M.RECORD: _move(None, May.LICENCE_REVIEW, S.UNDER_REVIEW, S.INFORMATION_ASKED, S.ISSUED, S.SUSPENDED),
    M.PROPOSE: _move(S.AWAITING_APPROVAL, May.LICENCE_REVIEW, S.UNDER_REVIEW),
    M.SEND_BACK: _move(S.UNDER_REVIEW, May.LICENCE_REVIEW, S.AWAITING_APPROVAL),
    M.ISSUE: _move(S.ISSUED, May.LICENCE_DECIDE, S.AWAITING_APPROVAL),
    M.REFUSE: _move(S.REFUSED, May.LICENCE_DECIDE, S.UNDER_REVIEW, S.AWAITING_APPROVAL),
    M.NAME_GOODS: _move(None, May.LICENCE_APPLY, S.ISSUED),
    M.AMEND: _move(S.ISSUED, May.LICENCE_DECIDE, S.ISSUED),
    M.SUSPEND: _move(S.SUSPENDED, May.LICENCE_DECIDE, S.ISSUED),
    M.LIFT: _move(S.ISSUED, May.LICENCE_DECIDE, S.SUSPENDED),
    M.REVOKE: _move(S.REVOKED, May.LICENCE_DECIDE, S.ISSUED, S.SUSPENDED),
    M.SHIP: _move(None, None, S.ISSUED),
    M.DELIVER: _move(None, May.LICENCE_APPLY, S.ISSUED, S.EXPIRED),
    M.EXHAUST: _move(S.EXHAUSTED, None, S.ISSUED),
    M.EXPIRE: _move(S.EXPIRED, None, S.ISSUED, S.SUSPENDED),
    M.GIVE_BACK: _move(S.RETURNED, May.LICENCE_REVIEW, S.ISSUED, S.SUSPENDED, S.EXPIRED, S.EXHAUSTED),
    M.BRING_IN: _move(S.ISSUED, None, S.DRAFT),
    M.SHOW_DOCUMENTS: _move(None, May.LICENCE_REVIEW, S.ISSUED),
    M.TAKE_OVER: _move(S.ISSUED, May.LICENCE_DECIDE, S.ISSUED, S.EXHAUSTED),
}

FINAL = frozenset(S) - {state for move in MOVES.values() for state in move.after}
"""States in which nothing more happens."""
OF_EARLIER = frozenset({M.SHOW_DOCUMENTS, M.TAKE_OVER})
"""What happens only to licences of before this registry."""
OPEN = frozenset(_BEFORE_DECISION)
"""States in which somebody has to do something until it is decided."""
IN_USE = frozenset({S.ISSUED, S.SUSPENDED, S.REVOKED, S.EXPIRED, S.EXHAUSTED, S.RETURNED})
"""States of licences that were issued."""


def unmet_for_move(move: LicenceMove, state: LicenceState) -> list[Unmet]:
    """Why this cannot happen in this state."""
    if state in MOVES[move].after:
        return []
    words = said(
        "A licence that is %(state)s does not allow this (%(move)s).",
        state=word(state),
        move=word(move),
    )
    return [Unmet(words, "state", "FP 10(1)")]


def state_after(move: LicenceMove, state: LicenceState) -> LicenceState:
    """Where a move leads."""
    return MOVES[move].to or state


def possible(
    state: LicenceState,
    kind: LicenceKind,
    *,
    suspended: bool,
    earlier: bool = False,
    taken_over: bool = False,
) -> list[LicenceMove]:
    """What may happen in a state, in the order of the table: only a broker reports deliveries, and what was
    issued elsewhere comes in as such.

    suspended: whether it was when time ended it; then nothing is reported before that is lifted. earlier:
    whether it is of before this registry; taken_over: and its documents were approved with its balance.
    """
    never = {M.BRING_IN, M.SHIP if kind is LicenceKind.BROKERING else M.DELIVER}
    if not earlier:
        never |= OF_EARLIER
    if taken_over:
        never.add(M.SHOW_DOCUMENTS)
    if suspended:
        never.add(M.DELIVER)
    return [name for name, move in MOVES.items() if state in move.after and name not in never]


def end_of(day: date, zone: str) -> datetime:
    """The moment, in UTC, at which a licence valid through this day ends: midnight in its own zone."""
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone)).astimezone(UTC)


def state_at(
    state: LicenceState, ends_at: datetime | None, now: datetime, proposed: bool = False
) -> LicenceState:
    """The state at a moment: what is kept, except that time alone ends a licence.

    proposed: whether a proposal to issue it waits for a second person; while it does it may not be changed.
    """
    if proposed and state in MOVES[M.PROPOSE].after:
        return S.AWAITING_APPROVAL
    if state in MOVES[M.EXPIRE].after and ends_at is not None and now >= ends_at:
        return S.EXPIRED
    return state
