"""What a kind of intake is: what its rows tell, how they are judged and entered, and how that is undone.

Whatever the kind, a row goes through the rules and acts of its own subject; here is only how it gets there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from registry.access.approvable import Change
from registry.core.work import Work
from registry.intake.columns import Columns
from registry.intake.pieces import Piece
from registry.intake.pieces import Told as Told
from registry.intake.tables import IntakeRecord, IntakeRow, IntakeRun
from registry.intake.understanding import Draft, Vocabulary
from schemas.intake_vocabulary import IntakeKind


class Read(NamedTuple):
    """A row as it is understood. digest: of its cells, by which it is known again; n: its place in piece."""

    line: int
    digest: str
    draft: Draft[Any]
    piece: Piece
    n: int

    def value(self, field: str) -> str:
        """What stands in the cell of a field; "" where nothing does."""
        return self.piece.column(field)[self.n] if field else ""


@dataclass(frozen=True)
class Undoing:
    """How records of a kind are taken out again, while nothing depends on them.

    needed: numbers of records that something depends on, some of each reason. hold: nobody else changes one
    of them until the end of the transaction. take_out: they go; their rows of the intake go with them.
    """

    needed: Callable[[Work, IntakeRun], Iterator[str]]
    hold: Callable[[Work, IntakeRun], None]
    take_out: Callable[[Work, IntakeRun], None]


class Asking(NamedTuple):
    """A row that is entered only once others approve, and all of it as they read it before.

    approvers: how many beside whoever proposes it; of: the record, as people call it; head: what is told of
    the record; own: what this row alone tells.
    """

    approvers: int
    of: str
    head: Sequence[Change]
    own: Sequence[Change]


def _alone(work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
    """Rows that have nothing to do with each other."""


def _each(work: Work, row: IntakeRun, known: Vocabulary, rows: Sequence[Read]) -> Sequence[Read]:
    """Rows that are a record each."""
    return rows


@dataclass(frozen=True)
class Kind:
    """One kind of register.

    understand: rows as the subject's rules let them be, in their order, nothing on record. enter: what is
    good of them goes on record by the subject's acts; counts it, and keeps of which line each came.
    number: of the record that a kept line became. kept: where these lines are kept. compare: whether rows
    that are good by themselves can be so beside each other, and beside those before them in the file: it is
    asked of all that were not judged before. each: whether it is asked also of a row that stands in the file
    again, which else is known by the one before. gather: the rows to enter of those of a piece, where several
    are one record: all of this, wherever they stand, or none.
    at_once: rows of one transaction. asking: what a good row asks of others before it is entered; None where
    one person enters all of them.
    """

    code: IntakeKind
    columns: Columns
    understand: Callable[[Work, Vocabulary, Piece], list[Draft[Any]]]
    enter: Callable[[Work, IntakeRun, Sequence[Read]], None]
    undoing: Undoing
    number: Callable[[Any], str]
    kept: type[IntakeRow | IntakeRecord] = IntakeRow
    compare: Callable[[Work, IntakeRun, Sequence[Read]], None] = _alone
    gather: Callable[[Work, IntakeRun, Vocabulary, Sequence[Read]], Sequence[Read]] = _each
    each: bool = False
    at_once: int = 10_000
    asking: Callable[[Work, Any], Asking | None] | None = None
