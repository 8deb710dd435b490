"""Kinds of intake whose rows are one act each: read in its shape, judged and entered by it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError

from registry.core.errors import Conflict, RegistryError, Unmet, from_validation
from registry.core.parts import part
from registry.core.turns import words_of
from registry.core.work import Work
from registry.intake import cells, faults, queries
from registry.intake.cells import Cell, Cells
from registry.intake.kind import Kind, Read, Told, Undoing
from registry.intake.tables import IntakeDigest, IntakeRecord, IntakeRun
from registry.intake.understanding import Draft, Fault, Vocabulary
from schemas.intake_vocabulary import IntakeKind
from schemas.words import said, written

AT_ONCE = 250
"""Rows of one transaction: each is an act of its own."""
EARLIER = said("An earlier row of this file is of the same.")
Claims = Mapping[str, str]
"""What no other row of a file may claim, by the field that claims it."""


def _nothing(new: Any) -> Claims:
    return {}


@dataclass(frozen=True)
class Subject:
    """How rows of one kind become records.

    made: what a row tells, in the shape of the act; raises ValidationError or a refusal. judge: raises what
    the act would, without a record. enter: the act; answers the columns by which the record is known.
    fields: of the act's refusals, where they are called otherwise than in its shape.
    """

    cells: Mapping[str, Cell]
    made: Callable[[Work, dict[str, Any]], Any]
    judge: Callable[[Work, Any], None]
    enter: Callable[[Work, Any], Mapping[str, int]]
    claims: Callable[[Any], Claims] = _nothing
    fields: Mapping[str, str] = field(default_factory=dict)

    def kind(self, code: IntakeKind, undoing: Undoing, number: Callable[[Any], str]) -> Kind:
        """As a kind of intake."""
        return Kind(
            code,
            cells.columns(self.cells),
            self.understand,
            self.put,
            undoing,
            number,
            IntakeRecord,
            self.compare,
            at_once=AT_ONCE,
        )

    def understand(self, work: Work, known: Vocabulary, rows: Sequence[Told]) -> list[Draft[Any]]:
        """Rows as the subject's rules let them be."""
        return [self._understood(work, Cells(told, known)) for told in rows]

    def _understood(self, work: Work, row: Cells) -> Draft[Any]:
        told, new = cells.read(row, self.cells), None
        if not row.faults:
            try:
                new = self.made(work, told)
                self.judge(work, new)
            except ValidationError as error:
                self._refused(row, from_validation(error.messages))
            except RegistryError as error:
                self._refused(row, error)
        doubts = [replace(one, value="") if self._personal(one.field) else one for one in row.doubts]
        return Draft(None if row.faults else new, faults=row.faults, doubts=doubts)

    def _personal(self, name: str) -> bool:
        return name in self.cells and self.cells[name].person

    def _refused(self, row: Cells, error: RegistryError) -> None:
        for one in self.refused(error):
            row.fault(one.field, one.reason)

    def field_of(self, path: str) -> str:
        """Our field for one of the act's, which may be told as a path."""
        known = {one.to: name for name, one in self.cells.items() if one.to} | dict(self.fields)
        parts = path.split(".")
        names = (known.get(name, name) for name in (path, parts[-1], parts[0]))
        return next((name for name in names if name in self.cells), known.get("", ""))

    def compare(self, work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
        """A row that tells of the same as one before it in the file is wrong."""
        rows = [one for one in rows if not one.draft.faults]
        told = {one.digest: self.claims(one.draft.new) for one in rows}
        digests = {
            claim: sha256(f"{row.kind}:{claim}".encode()).hexdigest()
            for claims in told.values()
            for claim in claims.values()
        }
        taken = queries.judged_before(work, row.id, list(digests.values()))
        for one in rows:
            claims = told.pop(one.digest, {})
            for name, claim in claims.items():
                if digests[claim] in taken:
                    one.draft.faults.append(Fault(name, "", EARLIER))
            if not one.draft.faults:
                fresh = {digests[claim] for claim in claims.values()}
                taken |= fresh
                work.session.add_all(IntakeDigest(run_id=row.id, digest=digest) for digest in fresh)

    def put(self, work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
        """Put on record what was good when it was judged; one that the act refuses now is lost."""
        digests = [one.digest for one in rows]
        before = queries.entered_before(work, IntakeRecord, digests)
        waiting = queries.judged_before(work, row.id, digests) - before
        for one in rows:
            if one.digest in waiting:
                waiting.discard(one.digest)
                made = None if one.draft.faults else self.entered(work, one.draft)
                if made is None:
                    row.lost += 1
                    faults.keep(work, row, one)
                else:
                    row.entered += 1
                    work.session.add(kept_line(row, one, made))

    def entered(self, work: Work, draft: Draft[Any]) -> Mapping[str, int] | None:
        """The act, all of it or nothing; a refusal becomes the row's faults."""
        try:
            with part(work):
                made = self.enter(work, draft.new)
        except (RegistryError, IntegrityError) as error:
            refusal = Conflict(words_of(error)) if isinstance(error, IntegrityError) else error
            draft.faults += self.refused(refusal)
            return None
        return made

    def refused(self, error: RegistryError) -> list[Fault]:
        """A refusal of the act as faults of a row."""
        unmet = error.unmet or (Unmet(error.message),)
        return [Fault(self.field_of(one.field), "", one.message) for one in unmet]


def kept_line(row: IntakeRun, one: Read, made: Mapping[str, int]) -> IntakeRecord:
    """Which record a row became."""
    doubts = [[doubt.field, doubt.value, written(doubt.reason)] for doubt in one.draft.doubts]
    told = json.dumps(doubts, ensure_ascii=False)
    return IntakeRecord(run_id=row.id, line=one.line, digest=one.digest, doubts=told, **made)
