"""What people do with a file: hand it in, settle what its columns and words mean, start, pause, cancel."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import delete, insert, update

from registry.core.errors import Conflict, Invalid, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.directory import calibres
from registry.directory import queries as directory
from registry.intake import kinds, queries, reading, words, workbooks
from registry.intake.columns import plain
from registry.intake.kind import Kind
from registry.intake.kinds import KINDS
from registry.intake.queries import RunView
from registry.intake.spool import Spool, spooled
from registry.intake.tables import (
    IntakeAlias,
    IntakeChunk,
    IntakeDigest,
    IntakeFault,
    IntakeMember,
    IntakeRun,
)
from registry.intake.vocabulary import vocabulary
from registry.retention import received_queries
from schemas.intake import AliasNew, IntakeSetting
from schemas.intake_vocabulary import AliasField, IntakeKind, IntakePolicy, IntakeState
from schemas.vocabulary import May
from schemas.words import said

S = IntakeState
CHUNK = 2_000
"""Rows that are judged or entered in one transaction."""
LARGEST = 4 << 30
"""Bytes of a file: it is kept twice on the disk while it is brought in."""
LONGEST_WORD = 200
LOST = said("Rows that were good are wrong now: judge it anew")


@dataclass(frozen=True)
class FileTold:
    """name: of the file; received: number of the records of a closed company that it is a copy of; sheet:
    of a workbook with several; kind: what its rows tell of.
    """

    name: str
    policy: IntakePolicy = IntakePolicy.GOOD_ROWS
    received: str | None = None
    sheet: str = ""
    kind: IntakeKind = IntakeKind.FIREARMS


@act(May.INTAKE_RUN)
def hand_in(work: Work, file: BinaryIO, told: FileTold) -> RunView:
    """Read a file and keep its rows to be judged; nothing of it is on record yet.

    Raises Invalid where it is too large, or naming the line that cannot be read, Conflict where this very
    file was brought in or there is no room to read it.
    """
    if not told.name.isprintable():
        raise Invalid.at("name", "The name of the file holds characters that cannot be shown.")
    size = _size(file)
    found, rows = _read(file, told.sheet)  # how it is written: its rows are read as they are asked for
    digest = _digest(file)
    with spooled(rows, min(CHUNK, KINDS[told.kind].at_once)) as spool:  # whole, before the transaction begins
        return _keep(work, told, (digest, size), found, spool)


def _size(file: BinaryIO) -> int:
    """How many bytes it has, before one of them is read; raises Invalid for too many."""
    size = file.seek(0, os.SEEK_END)
    if size > LARGEST:
        why = said("%(size)s bytes; at most %(most)s: divide it.", size=f"{size:,}", most=f"{LARGEST:,}")
        raise Invalid.at("file", why)
    return size


def _digest(file: BinaryIO) -> str:
    """SHA-256 of all of it, in hexadecimal; it stands at its beginning again afterwards."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _keep(
    work: Work, told: FileTold, known_by: tuple[str, int], found: reading.Layout, spool: Spool
) -> RunView:
    """Keep what was read. known_by: digest and size of the file."""
    digest, size = known_by
    if spool.rows == 0:
        raise Invalid.at("file", "The file has a heading and no rows.")
    work.lock(f"intake:{digest}")
    if (known := queries.same_file(work, digest)) is not None:
        raise Conflict(said("This file was handed in as %(number)s.", number=queries.run_number(known)))
    received = _received(work, told.received)
    row = IntakeRun(
        name=told.name,
        sha256=digest,
        size=size,
        encoding=found.encoding,
        separator=found.separator,
        sheet=found.sheet,
        columns=json.dumps(found.columns, ensure_ascii=False),
        kind=told.kind.value,
        mapping=json.dumps(KINDS[told.kind].columns.matched(found.columns), ensure_ascii=False),
        constants=json.dumps({"holder": received[1]} if received else {}),
        policy=told.policy.value,
        received_id=received[0] if received else None,
        state=S.CHECKING.value,
        chunks=spool.pieces,
        done=0,
        rows=spool.rows,
        good=0,
        bad=0,
        entered=0,
        known=0,
        doubted=0,
        conflicts=0,
        lost=0,
        problem="",
        to_approve=0,
        approvers=0,
        created_by=work.actor.user_id,
        created_at=work.now,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    for n, piece in enumerate(spool):
        work.session.execute(insert(IntakeChunk).values(run_id=row.id, n=n, rows=piece))
    return queries.run(work, row.id)


def _read(file: BinaryIO, sheet: str) -> tuple[reading.Layout, Iterator[reading.Row]]:
    """How a file is written, and its rows. Raises Invalid where it is no table."""
    file.seek(0)
    head = file.read(reading.HEAD)
    file.seek(0)
    if workbooks.is_workbook(head):
        return workbooks.read(file, sheet)
    if sheet:
        raise Invalid.at("sheet", "Only a workbook has sheets.")
    found = reading.layout(head)
    return found, reading.rows(file, found)


def _received(work: Work, number: str | None) -> tuple[int, str] | None:
    """Key of the records of a closed company, and the company's number."""
    if number is None:
        return None
    key = parse_registry_number(received_queries.PREFIX, number, "received")
    return key, directory.party_number(received_queries.row(work, key).party_id)


@act(May.INTAKE_RUN)
def settle(work: Work, run_id: int, new: IntakeSetting, version: int) -> RunView:
    """Say which column is which, and what stands for every row; it is judged anew.

    Raises NotFound, Stale, Conflict once it is being entered, Invalid naming the field or column.
    """
    row = _locked(work, run_id, version, S.CHECKING, S.CHECKED, S.FAILED)
    known = set(json.loads(row.columns))
    for name in (*new.mapping, *new.constants):
        if name not in kinds.of(row).columns.names:
            raise Invalid.at("mapping", said("%(name)s is no field of ours.", name=name[:30]))
    strange = next((column for column in new.mapping.values() if column and column not in known), None)
    if strange is not None:
        raise Invalid.at("mapping", said("The file has no column %(name)s.", name=strange[:80]))
    row.mapping = json.dumps({k: v for k, v in new.mapping.items() if v}, ensure_ascii=False)
    row.constants = json.dumps(_constants(work, kinds.of(row), new.constants), ensure_ascii=False)
    row.policy = (new.policy or IntakePolicy(row.policy)).value
    return _judge_anew(work, row)


def _constants(work: Work, kind: Kind, told: Mapping[str, str]) -> dict[str, str]:
    """Values for every row: a party has to be on record, lest it becomes a person for each row."""
    found = {name: value.strip() for name, value in told.items() if value.strip()}
    strange = next((name for name, value in found.items() if not value.isprintable()), None)
    if strange is not None:
        raise Invalid.at(f"constants.{strange}", "It holds characters that cannot be shown.")
    named = kind.columns.parties & found.keys()
    party = vocabulary(work).party if named else None
    for name in sorted(named):
        numbers = party(found[name]) if party else ()
        if len(numbers) != 1:
            raise Invalid.at(f"constants.{name}", "For every row: a party on record, by number or name.")
        found[name] = numbers[0]
    return found


@act(May.INTAKE_RUN)
def judge_anew(work: Work, run_id: int, version: int) -> RunView:
    """Judge every row anew, as after words were settled. Raises NotFound, Stale, Conflict."""
    return _judge_anew(work, _locked(work, run_id, version, S.CHECKING, S.CHECKED, S.FAILED))


def _judge_anew(work: Work, row: IntakeRun) -> RunView:
    for kept in (IntakeFault, IntakeDigest, IntakeMember):
        work.session.execute(delete(kept).where(kept.run_id == row.id))
    row.good = row.bad = row.known = row.doubted = row.done = row.lost = 0
    row.to_approve = row.approvers = 0
    row.approval_id = None
    row.problem, row.started_at = "", None
    return _moved(work, row, S.CHECKING)


@act(May.INTAKE_RUN)
def start(work: Work, run_id: int, version: int) -> RunView:
    """Enter its rows, in the background; also go on after a pause.

    Raises NotFound, Stale, Conflict: also where rows are wrong and all or nothing was chosen, and where some
    are entered only once others approve, who have not yet.
    """
    row = _locked(work, run_id, version, S.CHECKED, S.PAUSED, S.FAILED)
    if row.approvers and row.approval_id is None:
        words_ = "%(count)s rows are entered only once others approve: propose it."
        raise Conflict(said(words_, count=row.to_approve))
    refuse_start(row)
    if row.started_at is None:
        row.done, row.started_at = 0, work.now
    row.started_by, row.problem = work.actor.user_id, ""
    return _moved(work, row, S.RUNNING)


def refuse_start(row: IntakeRun) -> None:
    """Raises Conflict where none of its rows can be entered as they are."""
    if row.state == S.CHECKED and row.lost:
        raise Conflict(LOST)
    if row.state == S.FAILED and row.started_at is None:
        raise Conflict("It stopped while it was judged: judge it anew")
    if row.policy == IntakePolicy.ALL_OR_NOTHING and row.bad:
        words_ = "%(bad)s rows are wrong, and all or nothing was chosen: nothing is entered."
        raise Conflict(said(words_, bad=row.bad))
    if row.good + row.known == 0:
        raise Conflict("No row can be entered")


@act(May.INTAKE_RUN)
def pause(work: Work, run_id: int, version: int) -> RunView:
    """Stop after the rows that are being entered. Raises NotFound, Stale, Conflict."""
    return _moved(work, _locked(work, run_id, version, S.RUNNING), S.PAUSED)


@act(May.INTAKE_RUN)
def cancel(work: Work, run_id: int, version: int) -> RunView:
    """Enter no more of it: what was entered stays on record. Raises NotFound, Stale, Conflict."""
    row = _locked(work, run_id, version, S.CHECKING, S.CHECKED, S.RUNNING, S.PAUSED, S.FAILED)
    row.ended_at = work.now
    forget(work, row)
    return _moved(work, row, S.CANCELLED)


def forget(work: Work, row: IntakeRun) -> None:
    """Take the rows away as they were read, and names of people from what is wrong with them.

    They are personal data, and what was entered is on record.
    """
    for kept in (IntakeChunk, IntakeDigest, IntakeMember):
        work.session.execute(delete(kept).where(kept.run_id == row.id))
    named = IntakeFault.field.in_(kinds.of(row).columns.people)
    work.session.execute(
        update(IntakeFault).where(IntakeFault.run_id == row.id, named).values(value="", suggestion="")
    )


def _locked(work: Work, run_id: int, version: int, *states: IntakeState) -> IntakeRun:
    row = queries.run_row(work, run_id, locked=True)
    if row.version != version:
        raise Stale
    if row.state not in states:
        raise Conflict(said("An intake that is %(state)s does not allow this.", state=row.state))
    return row


def _moved(work: Work, row: IntakeRun, state: IntakeState) -> RunView:
    row.state = state.value
    row.version += 1
    work.session.flush()
    return queries.run(work, row.id)


@act(May.INTAKE_RUN)
def confirm(work: Work, new: AliasNew) -> IntakeAlias:
    """Say what a word of old registers stands for; it is remembered. Raises Invalid."""
    value = _value(work, new)
    key = plain(new.text)
    if not key:
        raise Invalid.at("text", "There is no letter and no figure in it.")
    if len(key) > LONGEST_WORD:
        raise Invalid.at("text", said("At most %(most)s characters.", most=LONGEST_WORD))
    alias = work.session.get(IntakeAlias, (new.field.value, key)) or IntakeAlias(
        field=new.field.value, key=key
    )
    alias.text, alias.value = new.text, value
    alias.confirmed_by, alias.confirmed_at = work.actor.user_id, work.now
    work.session.add(alias)
    work.session.flush()
    return alias


def _value(work: Work, new: AliasNew) -> str:
    """What the word stands for, as it is kept; raises Invalid where that is nothing we know."""
    if new.field in (AliasField.MAKER, AliasField.PARTY):
        return directory.party_number(directory.party_by_number(work, new.value, "value").id)
    if new.field is AliasField.CALIBRE:
        known = found.code if (found := calibres.find(new.value)) else None
    else:
        known = words.LISTED[new.field].get(plain(new.value))
    if known is None:
        raise Invalid.at("value", "Nobody knows this.")
    return known
