"""Rows of a file that are one record together, such as a licence with several goods, wherever they stand.

They are judged one by one, each beside the first of its record: what they tell of the record itself agrees,
or the row is wrong. A record of which one row is wrong is not entered at all, also where that row comes last.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select

from registry.core.work import Work
from registry.intake import faults, queries
from registry.intake.kind import Asking, Read
from registry.intake.pieces import Piece
from registry.intake.record_kind import Subject, kept_line
from registry.intake.tables import IntakeDigest, IntakeMember, IntakeRecord, IntakeRun
from registry.intake.understanding import Draft, Fault, Vocabulary
from registry.intake.vocabulary import vocabulary
from schemas.words import said

_Known = tuple[str, str]
"""Digests of the number and of the issuer of a record, "" where there is none."""


class Head(NamedTuple):
    """The first row of a record that is understood."""

    line: int
    cells: Mapping[str, str]
    new: Any


@dataclass(frozen=True, kw_only=True)
class Together(Subject):
    """A subject whose records have a part in each of several rows.

    number, issuer: fields by which rows are known to be of one record; a row that does not name the issuer
    may be of any. unlike: paths of the act's shape in which two rows tell the record otherwise. joined: the
    whole of what its rows tell. most: rows of one record. asking: as of the kind.
    """

    number: str
    issuer: str
    unlike: Callable[[Any, Any], Iterable[str]]
    joined: Callable[[Sequence[Any]], Any]
    most: int
    asking: Callable[[Work, Any], Asking | None]

    def compare(self, work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
        """Each row beside those of its record that stand before it in the file; the same row twice may be
        two parts that are alike or one by mistake, which nobody but whoever made the file knows.
        """
        judge = _Judge(self, work, row, rows)
        for one in rows:
            if one.value(self.number).strip():
                judge.judge(one)
        judge.end()

    def known_as(self, one: Read) -> _Known:
        """(digest of the number, digest of the issuer, "" for none) of a row."""
        return _digest(one.value(self.number)), _digest(one.value(self.issuer))

    def gather(self, work: Work, row: IntakeRun, known: Vocabulary, rows: Sequence[Read]) -> list[Read]:
        """All rows of the records that begin among these; those of records that began before are left out."""
        here = {one.line: one for one in rows}
        members = sorted(_members(work, row, map(self.known_as, rows)), key=_RECORD)
        whole = [list(some) for _, some in groupby((one for one in members if not one.wrong), key=_RECORD)]
        begun = sorted((some for some in whole if some[0].line in here), key=lambda some: some[0].line)
        return [here.get(one.line) or self.again(work, known, one) for some in begun for one in some]

    def again(self, work: Work, known: Vocabulary, one: IntakeMember) -> Read:
        """A row of another piece, as it is understood now."""
        cells = json.loads(one.told)
        piece = Piece([(one.line, list(cells.values()))], list(cells), {name: name for name in cells}, {})
        return Read(one.line, one.digest, self.understand(work, known, piece)[0], piece, 0)

    def head(self, work: Work, members: Sequence[IntakeMember]) -> Head | None:
        """The first of these rows that is understood."""
        if not members:
            return None
        known = vocabulary(work)
        for one in members:
            if (new := self.again(work, known, one).draft.new) is not None:
                return Head(one.line, json.loads(one.told), new)
        return None

    def put(self, work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
        """Put the records on record, each with all of its rows or not at all."""
        digests = [one.digest for one in rows]
        before = queries.entered_before(work, IntakeRecord, digests)
        waiting = queries.judged_before(work, row.id, digests) - before
        for _, some in groupby((one for one in rows if one.digest in waiting), key=self.known_as):
            whole = list(some)
            made = self._made_of(work, whole)
            if made is None:
                row.lost += len(whole)
                for one in whole:
                    faults.keep(work, row, one)
            else:
                row.entered += len(whole)
                work.session.add_all(kept_line(row, one, made) for one in whole)

    def _made_of(self, work: Work, rows: Sequence[Read]) -> Mapping[str, int] | None:
        """The record of these rows; where it cannot be, each of them says why."""
        wrong = next((one for one in rows if one.draft.faults), None)
        if wrong is None:
            whole = Draft(self.joined([one.draft.new for one in rows]))
            made = self.entered(work, whole)
            if made is not None:
                return made
            wrong = rows[0]
            wrong.draft.faults = whole.faults
        for one in rows:
            if not one.draft.faults:
                one.draft.faults.append(self.spoilt_by(wrong.line))
        return None

    def spoilt_by(self, line: int) -> Fault:
        """What is wrong with a good row of a record another row of which is wrong."""
        return Fault(self.number, "", said("Line %(line)s, of the same, is wrong.", line=line))


class _Judge:
    """Rows of a piece beside those before them."""

    def __init__(self, subject: Together, work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
        self.subject, self.work, self.row = subject, work, row
        self.here = {one.line: one for one in rows}
        self.before = defaultdict[_Known, list[IntakeMember]](list)
        for member in _members(work, row, map(subject.known_as, rows)):
            self.before[_RECORD(member)].append(member)
        self.heads: dict[_Known, Head] = {}
        self.spoilt = False

    def judge(self, one: Read) -> None:
        """What is wrong with it beside the others, and what becomes wrong of these since it is."""
        number, issuer = known_as = self.subject.known_as(one)
        same, understood = self.before[known_as], one.draft.new
        again = next((other.line for other in same if other.digest == one.digest), 0)
        if again:
            words = said("Line %(line)s says the same: strike one, or say the quantity of both.", line=again)
            one.draft.faults.append(Fault(self.subject.number, "", words))
        if understood is not None:
            self._beside(one, known_as, same)
        wrong = one.line if one.draft.faults else 0
        if wrong:
            for other in same if issuer else self._of_any(number):
                self._spoil(other, one.line)
        else:
            near = (*same, *self.before[number, ""])
            wrong = next((other.wrong for other in near if other.wrong), 0)
            if wrong:
                one.draft.faults.append(self.subject.spoilt_by(wrong))
        if understood is not None:
            self.heads.setdefault(known_as, Head(one.line, one.piece[one.n], understood))
        if len(same) <= self.subject.most:  # beyond that all of them are wrong, by those that are kept
            same.append(self._kept(one, known_as, wrong))

    def _of_any(self, number: str) -> Sequence[IntakeMember]:
        """The good rows of a number, of whatever issuer."""
        self.work.session.flush()
        good = (IntakeMember.run_id == self.row.id, IntakeMember.number == number, IntakeMember.wrong == 0)
        return self.work.session.scalars(select(IntakeMember).where(*good)).all()

    def _beside(self, one: Read, known_as: _Known, same: Sequence[IntakeMember]) -> None:
        """What it tells otherwise than the first of its record."""
        subject = self.subject
        head = self.heads.get(known_as) or subject.head(self.work, same)
        if head is not None:
            self.heads[known_as] = head
            for field in map(subject.field_of, subject.unlike(head.new, one.draft.new)):
                words = said("Line %(line)s, of the same, tells it otherwise.", line=head.line)
                one.draft.faults.append(Fault(field, "", words, head.cells.get(field, "").strip()))
        if sum(not other.wrong for other in same) >= subject.most:
            words = said("At most %(most)s lines of the file are of one.", most=subject.most)
            one.draft.faults.append(Fault(subject.number, "", words))

    def _kept(self, one: Read, known_as: _Known, wrong: int) -> IntakeMember:
        asked = None if wrong else self.subject.asking(self.work, one.draft.new)
        number, issuer = known_as
        made = IntakeMember(
            run_id=self.row.id,
            line=one.line,
            number=number,
            issuer=issuer,
            digest=one.digest,
            told=json.dumps(one.piece[one.n], ensure_ascii=False),
            wrong=wrong,
            doubted=bool(one.draft.doubts),
            approvers=asked.approvers if asked else 0,
        )
        self.work.session.add(made)
        return made

    def _spoil(self, member: IntakeMember, line: int) -> None:
        """A row that was good is not, since another of its record is wrong."""
        if member.wrong:
            return
        member.wrong, self.spoilt, fault = line, True, self.subject.spoilt_by(line)
        if member.line in self.here:
            self.here[member.line].draft.faults.append(fault)
            return
        row, known = self.row, vocabulary(self.work)
        row.good -= 1
        row.bad += 1
        row.doubted -= member.doubted
        row.to_approve -= member.approvers > 0
        mine = (IntakeDigest.run_id == row.id, IntakeDigest.digest == member.digest)
        self.work.session.execute(delete(IntakeDigest).where(*mine))
        if row.bad <= faults.MOST_FAULTS:
            again = self.subject.again(self.work, known, member)
            again.draft.faults[:] = [fault]
            faults.keep(self.work, row, again)

    def end(self) -> None:
        """How many have to approve what is good after all."""
        self.work.session.flush()
        if self.spoilt:
            good = select(func.max(IntakeMember.approvers)).where(
                IntakeMember.run_id == self.row.id, IntakeMember.wrong == 0
            )
            self.row.approvers = self.work.session.scalar(good) or 0


_RECORD = attrgetter("number", "issuer")


def _digest(text: str) -> str:
    """Of a text that is the same whatever its case and spaces; "" of none."""
    same = " ".join(text.casefold().split())
    return sha256(same.encode()).hexdigest() if same else ""


def _members(work: Work, row: IntakeRun, known_as: Iterable[_Known]) -> Iterator[IntakeMember]:
    """Rows of the file that were judged, by number and issuer or none, in the order of the file."""
    keys = set(known_as)
    query = select(IntakeMember).where(
        IntakeMember.run_id == row.id,
        IntakeMember.number.in_(sorted({number for number, _ in keys})),
        IntakeMember.issuer.in_(sorted({"", *(issuer for _, issuer in keys)})),
    )
    yield from work.session.scalars(query.order_by(IntakeMember.line))
