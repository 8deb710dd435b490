"""Judging and entering rows, some at a time: each time one transaction that also says how far it came.

So a process that is killed loses nothing and doubles nothing: whoever goes on begins with the next rows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import count, repeat
from typing import cast

import structlog
from sqlalchemy import Table
from sqlalchemy.exc import OperationalError

from registry.access.tables import Account
from registry.core import policy
from registry.core.errors import Conflict, RegistryError
from registry.core.many import Columns
from registry.core.uncollected import uncollected
from registry.core.work import OPERATOR, Actor, Office, Work
from registry.intake import acts, entering, faults, kinds, queries, told, undoing
from registry.intake.kind import Asking, Read
from registry.intake.tables import IntakeDigest, IntakeRun
from registry.intake.understanding import Vocabulary
from registry.intake.vocabulary import vocabulary
from schemas.intake_vocabulary import IntakePolicy, IntakeState
from schemas.vocabulary import ApprovalKind, May, Purpose, Role
from schemas.words import said, together, written

log = structlog.get_logger()
EVERY = 1.0
CHECKPOINT = 8
"""After how many transactions SQLite's log goes into the database, lest it grows with the file."""
S = IntakeState
TOO_MUCH = ("53200", "54")
"""How SQLSTATEs begin of what PostgreSQL has no room for, however often it is asked."""
_DIGESTS = cast(Table, IntakeDigest.__table__)


def run_all(office: Office) -> None:
    """Go on until nothing waits any more."""
    while step(office):
        pass


def start(office: Office, beat: Callable[[], None]) -> threading.Event:
    """Do so in a thread of this process, whenever something waits; setting the event ends it."""
    over = threading.Event()
    threading.Thread(target=run, args=(office, over, beat), name="intake", daemon=True).start()
    return over


def run(office: Office, over: threading.Event, beat: Callable[[], None]) -> None:
    """Do what waits until the event is set, whatever happens meanwhile. beat: called as it goes on."""
    while not over.wait(EVERY):
        beat()
        try:
            while not over.is_set() and step(office):
                beat()
        except Exception as error:  # noqa: BLE001 - it must go on trying
            log.error("intake_failed", kind=type(error).__name__, reason=str(error)[:200])


def step(office: Office) -> bool:
    """Judge or enter the next rows of the oldest intake that waits; whether there was one."""
    with office.look(OPERATOR) as work:
        run_id = queries.next_run(work)
        if run_id is None:
            return False
        row = queries.run_row(work, run_id)
        state = S(row.state)
        by = {S.CHECKING: row.created_by, S.UNDOING: row.undone_by}.get(state, row.started_by)
        actor = _actor(work, by or 0)
        brief = state is S.CHECKING or (state is S.RUNNING and row.policy == IntakePolicy.GOOD_ROWS)
    if actor is None:
        _stopped(office, run_id, state, "Whoever began this may not bring registers in any more.")
        return True
    try:
        with uncollected() if brief else nullcontext():
            _some(office, actor, run_id, state)
    except Exception as error:
        if isinstance(error, OperationalError) and not _is_too_much(error):
            raise  # later the database may answer; whatever else it is keeps no other file waiting
        log.error("intake_stopped", intake=queries.run_number(run_id), kind=type(error).__name__)
        _stopped(office, run_id, state, _why(error))
    return True


def _some(office: Office, actor: Actor, run_id: int, state: IntakeState) -> None:
    """The next rows in one transaction; of all or nothing all of them."""
    doing = {S.CHECKING: "intake.check", S.UNDOING: "intake.undo"}.get(state, "intake.enter")
    with office.begin(actor, Purpose.REGISTRATION, queries.run_number(run_id), doing=doing) as work:
        row = queries.run_row(work, run_id, locked=True)
        if state is S.UNDOING:
            undoing.remove(work, row)
            return
        if state is S.RUNNING and row.approval_id is not None:
            work.carrying_out = ApprovalKind.ENTER_INTAKE
        whole = state is S.RUNNING and row.policy == IntakePolicy.ALL_OR_NOTHING
        while row.state == state:  # nobody paused or cancelled it meanwhile
            _next(work, row)
            if whole and row.lost:
                raise Conflict(acts.LOST)
            if not whole:
                break
    if row.done % CHECKPOINT == 0:
        office.database.checkpoint()


def _is_too_much(error: OperationalError) -> bool:
    return str(getattr(error.orig, "sqlstate", None)).startswith(TOO_MUCH)


def _why(error: Exception) -> str:
    if isinstance(error, RegistryError):
        return together(*(one.message for one in error.unmet)) or error.message
    if isinstance(error, OperationalError):
        return said("The database has no room for as much at once: divide the file, or give it more memory.")
    return said("A fault of ours (%(kind)s); the log tells more.", kind=type(error).__name__)


def _stopped(office: Office, run_id: int, state: IntakeState, why: str) -> None:
    """It goes on by itself no more, and others do; somebody reads why."""
    with office.begin(OPERATOR, doing="intake.stop") as work:
        row = queries.run_row(work, run_id, locked=True)
        if row.state == state:
            row.state, row.problem = _where_it_stops(row).value, written(why)
            row.version += 1
            work.session.flush()


def _where_it_stops(row: IntakeRun) -> IntakeState:
    """Failed; what could not be taken back stands as it did."""
    if row.state != S.UNDOING:
        return S.FAILED
    row.undone_by = None
    return S.DONE if row.done == row.chunks else S.CANCELLED


def _actor(work: Work, account_id: int) -> Actor | None:
    """Whoever began this, with what their role may do now; None where they may not any more."""
    if account_id == 0:
        return OPERATOR
    account = work.session.get(Account, account_id)
    if account is None or not account.active:
        return None
    role = Role(account.role)
    may = policy.permissions(role)
    if May.INTAKE_RUN not in may:
        return None
    return Actor(account.id, account.full_name, role, may, proof=OPERATOR.proof)


@uncollected()
def _next(work: Work, row: IntakeRun) -> None:
    kind, known = kinds.of(row), vocabulary(work)
    rows = _understood(work, row, known)
    if row.state == S.CHECKING:
        _judge(work, row, rows)
    else:
        whole = kind.gather(work, row, known, rows)
        entering.refuse_unread(work, row, whole)
        kind.enter(work, row, whole)
    row.done += 1
    if row.done >= row.chunks:
        _finish(work, row)
    work.session.flush()


def _finish(work: Work, row: IntakeRun) -> None:
    """Judged, or entered; where rows were lost on the way it is looked at again before it is forgotten."""
    row.version += 1
    if row.state == S.CHECKING or row.lost:
        row.state, row.started_at, row.approval_id = S.CHECKED.value, None, None
        row.problem = written(acts.LOST) if row.lost else ""
        return
    row.state, row.ended_at = S.DONE.value, work.now
    acts.forget(work, row)


def _understood(work: Work, row: IntakeRun, known: Vocabulary) -> list[Read]:
    """The next rows as they are understood, by the words that are known now."""
    piece = told.piece(work, row, row.done)
    drafts = kinds.of(row).understand(work, known, piece)
    return list(map(Read, piece.lines, piece.digests(), drafts, repeat(piece), count()))


def _judge(work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
    """Count and keep what is wrong; nothing goes on record."""
    digests, kind = [one.digest for one in rows], kinds.of(row)
    seen, fresh, doubted = queries.entered_before(work, kind.kept, digests), list[str](), 0
    if not kind.each:
        seen |= queries.judged_before(work, row.id, digests)
    kind.compare(work, row, [one for one in rows if one.digest not in seen])
    for one in rows:
        if one.digest in seen:
            row.known += 1
        elif one.draft.faults:
            row.bad += 1
            if row.bad <= faults.MOST_FAULTS:
                faults.keep(work, row, one)
        else:
            seen.add(one.digest)
            fresh.append(one.digest)
            if kind.asking is not None:
                _ask(row, kind.asking(work, one.draft.new))
            doubted += bool(one.draft.doubts)
    row.good += len(fresh)
    row.doubted += doubted
    if fresh:
        work.put_rows(_DIGESTS, ("run_id", "digest"), Columns(([row.id] * len(fresh), sorted(fresh))))


def _ask(row: IntakeRun, asked: Asking | None) -> None:
    """Count a good row that is entered only once others approve."""
    if asked is not None:
        row.to_approve += 1
        row.approvers = max(row.approvers, asked.approvers)
