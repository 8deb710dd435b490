"""Packages of lots, as packing lists tell them: a row is a run of packages of one size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, delete, func, select, tuple_, update
from sqlalchemy.orm import aliased

from registry.ammunition import acts as ammunition
from registry.ammunition.code_tables import Gs1Block
from registry.ammunition.packaging import package_number
from registry.ammunition.queries import lot_number
from registry.ammunition.tables import Lot, Packing
from registry.core.parts import part
from registry.core.work import Work
from registry.intake import cells, lot_named, sale_undoing, words
from registry.intake.cells import Cell
from registry.intake.kind import Read, Undoing
from registry.intake.record_kind import Subject
from registry.intake.tables import IntakeRecord, IntakeRun
from schemas.ammunition import PackNew, PackNewSchema
from schemas.intake_vocabulary import AliasField, IntakeKind

CELLS = {
    **lot_named.CELLS,
    "level": Cell(
        "level, kind of package, package, nível, embalagem, nivel, envase, niveau, emballage, "
        "verpackung, مستوى التعبئة, العبوة",
        cells.word(words.OF_LEVEL, AliasField.LEVEL),
        needed=True,
        settled=AliasField.LEVEL,
    ),
    "size": Cell(
        "cartridges in a package, size, per package, cartuchos por embalagem, por caixa, "
        "cartuchos por envase, cartouches par emballage, patronen je packung, عدد الخراطيش في "
        "العبوة",
        cells.number,
        needed=True,
    ),
    **lot_named.SPAN,
}
_SHAPE = PackNewSchema()


@dataclass(frozen=True)
class Packed:
    """A run of packages of a lot."""

    lot_id: int
    new: PackNew


class _Back(Exception):
    """What was tried is taken back."""


def _made(work: Work, told: dict[str, Any]) -> Packed:
    return Packed(lot_named.taken(work, told), _SHAPE.load(told))


def _by_itself(work: Work, new: Packed) -> None:
    """Whether it can be beside what is packed already is seen in the order of the file."""


def _enter(work: Work, new: Packed) -> dict[str, int]:
    ammunition.pack(work, new.lot_id, new.new)
    number = work.session.scalar(select(func.max(Packing.n)).where(Packing.lot_id == new.lot_id))
    return {"lot_id": new.lot_id, "packing_n": number or 0}


@dataclass(frozen=True)
class Packages(Subject):
    """Packages are tried one after the other, and taken back: none may hold what another one does."""

    def compare(self, work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
        """Each row beside those of its piece before it; beside the others when it is entered."""
        acts = list(work.acts)
        try:
            with part(work):
                for one in (one for one in rows if not one.draft.faults):
                    self.entered(work, one.draft)
                raise _Back
        except _Back:
            work.acts[:] = acts


def _runs(row: IntakeRun) -> Select[int | None, int | None]:
    """(lot, number of the first package) of those of an intake."""
    return select(IntakeRecord.lot_id, IntakeRecord.packing_n).where(IntakeRecord.run_id == row.id)


def _needed(work: Work, row: IntakeRun) -> Iterator[str]:
    """Packages that were given a code, packed anew since, held or named by a label."""
    anew = aliased(Packing)
    over = and_(
        anew.lot_id == Packing.lot_id,
        anew.level == Packing.level,
        anew.round > Packing.round,
        anew.first <= Packing.last,
        anew.last >= Packing.first,
    )
    mine = tuple_(Packing.lot_id, Packing.n).in_(_runs(row))
    coded = tuple_(Gs1Block.lot_id, Gs1Block.n).in_(_runs(row))
    for query in (
        select(Packing.lot_id, Packing.n).join(anew, over).where(mine),
        select(Gs1Block.lot_id, Gs1Block.n).where(coded),
    ):
        for lot_id, n in work.session.execute(query.limit(5)):
            yield package_number(lot_id, n)
    yield from sale_undoing.LOTS.told(work, row)


def _take_out(work: Work, row: IntakeRun) -> None:
    lots = work.session.scalars(sale_undoing.LOTS.keys(row).distinct()).all()
    gone: list[Any] = [
        delete(Packing).where(tuple_(Packing.lot_id, Packing.n).in_(_runs(row))),
        update(Lot).where(Lot.id.in_(lots)).values(version=Lot.version + 1),
    ]
    for statement in gone:
        work.session.execute(statement.execution_options(synchronize_session=False))
    work.session.expire_all()


PACKAGES = Packages(CELLS, _made, _by_itself, _enter, fields={"": "lot"}).kind(
    IntakeKind.PACKAGES,
    Undoing(_needed, sale_undoing.LOTS.hold, _take_out),
    lambda kept: f"{lot_number(kept.lot_id)}: {package_number(kept.lot_id, kept.packing_n)}",
)
