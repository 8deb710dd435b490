"""Judging and entering rows, some at a time: each time one transaction that also says how far it came.

So a process that is killed loses nothing and doubles nothing: whoever goes on begins with the next rows.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.exc import OperationalError

from registry.access.tables import Account
from registry.core import policy
from registry.core.errors import Conflict, RegistryError
from registry.core.numbers import parse_registry_number
from registry.core.work import OPERATOR, Actor, Office, Work
from registry.directory import acts as directory
from registry.directory import queries as parties
from registry.directory.tables import Person
from registry.firearms import acts as firearms
from registry.firearms.tables import IdentityConflict
from registry.intake import acts, queries, undoing
from registry.intake.tables import IntakeDigest, IntakeFault, IntakeRow, IntakeRun
from registry.intake.understanding import PERSON, Doubt, Draft, Fault, PersonTold, understand
from registry.intake.vocabulary import vocabulary
from schemas.directory import PartyNew
from schemas.firearms import CustodyNew, FirearmNew
from schemas.intake_vocabulary import IntakePolicy, IntakeState
from schemas.vocabulary import May, PartyKind, Purpose, Role

log = structlog.get_logger()
MOST_FAULTS = 20_000
"""Faults that are kept of one file; all of them are counted."""
EVERY = 1.0
S = IntakeState


@dataclass(frozen=True)
class _Row:
    line: int
    digest: str
    draft: Draft


def run_all(office: Office) -> None:
    """Go on until nothing waits any more."""
    while step(office):
        pass


def start(office: Office) -> threading.Event:
    """Do so in a thread of this process, whenever something waits; setting the event ends it."""
    over = threading.Event()
    threading.Thread(target=run, args=(office, over), name="intake", daemon=True).start()
    return over


def run(office: Office, over: threading.Event) -> None:
    """Do what waits until the event is set, whatever happens meanwhile."""
    while not over.wait(EVERY):
        try:
            while not over.is_set() and step(office):
                pass
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
    if actor is None:
        _stopped(office, run_id, state, "Whoever began this may not bring registers in any more.")
        return True
    try:
        _some(office, actor, run_id, state)
    except OperationalError:
        raise  # later the database may answer
    except Exception as error:  # noqa: BLE001 - whatever it is, it keeps no other file waiting
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
        whole = state is S.RUNNING and row.policy == IntakePolicy.ALL_OR_NOTHING
        while row.state == state:  # nobody paused or cancelled it meanwhile
            _next(work, row)
            if whole and row.lost:
                raise Conflict("Rows that were good are wrong now: judge it anew")
            if not whole:
                return


def _why(error: Exception) -> str:
    if isinstance(error, RegistryError):
        return "; ".join(str(one.message) for one in error.unmet) or error.message
    return f"A fault of ours ({type(error).__name__}); the log tells more."


def _stopped(office: Office, run_id: int, state: IntakeState, why: str) -> None:
    """It goes on by itself no more, and others do; somebody reads why."""
    with office.begin(OPERATOR, doing="intake.stop") as work:
        row = queries.run_row(work, run_id, locked=True)
        if row.state == state:
            row.state, row.problem = _where_it_stops(row).value, why[:400]
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


def _next(work: Work, row: IntakeRun) -> None:
    rows = _understood(work, row)
    if row.state == S.CHECKING:
        _judge(work, row, rows)
    else:
        _enter(work, row, rows)
    row.done += 1
    if row.done >= row.chunks:
        _finish(work, row)
    work.session.flush()


def _finish(work: Work, row: IntakeRun) -> None:
    """Judged, or entered; where rows were lost on the way it is looked at again before it is forgotten."""
    row.version += 1
    if row.state == S.CHECKING or row.lost:
        row.state, row.started_at = S.CHECKED.value, None
        row.problem = "Rows that were good are wrong now: judge it anew." if row.lost else ""
        return
    row.state, row.ended_at = S.DONE.value, work.now
    acts.forget(work, row.id)


def _understood(work: Work, row: IntakeRun) -> list[_Row]:
    """The next rows as they are understood, by the words that are known now."""
    known, closed = vocabulary(work), parties.all_closed(work.session)
    mapping, constants = json.loads(row.mapping), json.loads(row.constants)
    place = {column: at for at, column in enumerate(json.loads(row.columns))}
    found = []
    for line, cells in queries.chunk(work, row.id, row.done):
        told = {field: cells[place[column]] for field, column in mapping.items() if column in place}
        told = {**constants, **{field: text for field, text in told.items() if text}}
        digest = hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        draft = understand(told, known)
        if draft.new is not None:
            draft = _allowed(work, draft, closed)
        found.append(_Row(line, digest, draft))
    return found


def _allowed(work: Work, draft: Draft, closed: Mapping[int, date]) -> Draft:
    """The draft as the rules let it be: a chain of custody that cannot be so is told as a doubt."""
    new = draft.new
    if new is None:
        return draft
    try:
        firearms.judge(work, new, _whom, closed)
    except RegistryError as error:
        if new.custody and error.unmet and all(one.field.startswith("custody") for one in error.unmet):
            doubts = [Doubt("custody", "", one.message) for one in error.unmet]
            bare = replace(draft, new=replace(new, custody=()), doubts=[*draft.doubts, *doubts], persons=[])
            return _allowed(work, bare, closed)
        unmet = error.unmet or ()
        faults = [Fault(_field(one.field), "", str(one.message)) for one in unmet]
        return replace(draft, faults=faults or [Fault("", "", error.message)])
    return draft


_FIELDS = {"marks": "serial", "custody": "acquired_on"}


def _field(path: str) -> str:
    first = path.partition(".")[0]
    return _FIELDS.get(first, first)


def _whom(work: Work, number: str, field: str) -> int:
    """The key of a party; of a person who is not on record yet a number below nought."""
    if number.startswith(PERSON):
        return -1 - int(number.removeprefix(PERSON))
    return parties.party_by_number(work, number, field).id


def _judge(work: Work, row: IntakeRun, rows: Sequence[_Row]) -> None:
    """Count and keep what is wrong; nothing goes on record."""
    digests = [one.digest for one in rows]
    seen = queries.entered_before(work, digests) | queries.judged_before(work, row.id, digests)
    columns = json.loads(row.mapping)
    for one in rows:
        if one.draft.faults:
            row.bad += 1
            if row.bad <= MOST_FAULTS:
                _keep_faults(work, row, one, columns)
        elif one.digest in seen:
            row.known += 1
        else:
            seen.add(one.digest)
            work.session.add(IntakeDigest(run_id=row.id, digest=one.digest))
            row.good += 1
            row.doubted += bool(one.draft.doubts)


def _keep_faults(work: Work, row: IntakeRun, one: _Row, columns: dict[str, str]) -> None:
    work.session.add_all(
        IntakeFault(
            run_id=row.id,
            line=one.line,
            n=n,
            field=fault.field[:30],
            column=columns.get(fault.field, "")[:200],
            value=fault.value,
            reason=str(fault.reason)[:400],
            suggestion=fault.suggestion[:200],
        )
        for n, fault in enumerate(one.draft.faults, 1)
    )


def _enter(work: Work, row: IntakeRun, rows: Sequence[_Row]) -> None:
    """Put rows on record: those that are good, and were not brought in before."""
    digests, chosen, columns = [one.digest for one in rows], dict[str, _Row](), json.loads(row.mapping)
    before, judged = queries.entered_before(work, digests), queries.judged_before(work, row.id, digests)
    for one in rows:
        if one.digest in before or one.digest in chosen:
            continue
        if not one.draft.faults:
            chosen[one.digest] = one
        elif one.digest in judged:  # it was good when it was judged
            row.lost += 1
            _keep_faults(work, row, one, columns)
    if not chosen:
        return
    numbers = firearms.register_many(work, [_with_persons(work, one.draft) for one in chosen.values()])
    keys = [parse_registry_number("F", number) for number in numbers]
    work.session.add_all(
        IntakeRow(
            run_id=row.id,
            line=one.line,
            digest=digest,
            firearm_id=key,
            doubts=json.dumps(
                [[d.field, d.value, str(d.reason)] for d in one.draft.doubts], ensure_ascii=False
            ),
        )
        for (digest, one), key in zip(chosen.items(), keys, strict=True)
    )
    row.entered += len(keys)
    claimed = IdentityConflict
    query = select(func.count()).where(or_(claimed.firearm_id.in_(keys), claimed.other_id.in_(keys)))
    row.conflicts += work.session.scalar(query) or 0


def _with_persons(work: Work, draft: Draft) -> FirearmNew:
    """The firearm with persons who were not on record now being so."""
    if draft.new is None:
        raise AssertionError("only what is understood is entered")
    named_in = {party for step in draft.new.custody for party in (step.from_party, step.to_party)}
    numbers = {
        place: _person(work, told)
        for place, told in ((f"{PERSON}{n}", told) for n, told in enumerate(draft.persons))
        if place in named_in
    }

    def named(step: CustodyNew) -> CustodyNew:
        giver, taker = step.from_party or "", step.to_party or ""
        return replace(
            step,
            from_party=numbers.get(giver, step.from_party),
            to_party=numbers.get(taker, step.to_party),
        )

    return replace(draft.new, custody=tuple(map(named, draft.new.custody)))


def _person(work: Work, told: PersonTold) -> str:
    """The number of a person: by document the one on record, without one always a new one.

    People of one name are not one person.
    """
    if told.document:
        query = select(Person.party_id, Person.full_name).where(Person.document_number == told.document)
        for row in work.session.execute(query):
            if parties.name_key(row.full_name) == parties.name_key(told.name):
                return parties.party_number(row.party_id)
    new = PartyNew(
        kind=PartyKind.PERSON,
        country=work.home,
        full_name=told.name,
        document_number=told.document,
    )
    return directory.register_party(work, new).number
