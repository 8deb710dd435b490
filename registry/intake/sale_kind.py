"""Sales of ammunition: lines of the sales register, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from registry.ammunition.queries import lot_number
from registry.ammunition.selling import Counter, Line
from registry.core.errors import Invalid, RegistryError
from registry.core.work import Work, act
from registry.directory.queries import name_key, party_number
from registry.directory.tables import Person
from registry.intake import cells, faults, lot_named, queries, sale_undoing, told
from registry.intake.cells import Cell, Cells
from registry.intake.kind import Read
from registry.intake.record_kind import Subject, kept_line
from registry.intake.tables import IntakeDigest, IntakeRecord, IntakeRun
from registry.intake.vocabulary import vocabulary
from schemas.ammunition import SaleNewSchema
from schemas.intake_vocabulary import AliasField, IntakeKind
from schemas.vocabulary import May
from schemas.words import said

NOBODY = said("Nobody with this document is on record: bring parties in first.")
ANOTHER = said("Somebody of another name has this document.")


def _buyer(row: Cells, name: str) -> str | None:
    """A company; of a person, whom the document tells, the name as it stands there."""
    return row.text(name) if row.text("buyer_document") else cells.party(row, name)


CELLS = {
    **lot_named.CELLS,
    "seller": Cell(
        "seller, sold by, from, vendedor, vendeur, verkäufer, البائع",
        cells.party,
        needed=True,
        party=True,
        settled=AliasField.PARTY,
    ),
    "buyer": Cell(
        "buyer, sold to, to, customer, comprador, cliente, acheteur, käufer, kunde, المشتري",
        _buyer,
        party=True,
        person=True,
        settled=AliasField.PARTY,
    ),
    "buyer_document": Cell(
        "buyer document, document of the buyer, cpf, documento do comprador, documento del "
        "comprador, document de l'acheteur, ausweis des käufers, وثيقة المشتري",
        person=True,
    ),
    "sold_on": Cell(
        "sold on, date of sale, date sold, date, data de venda, data da venda, data, fecha de "
        "venta, fecha, date de vente, verkaufsdatum, datum, تاريخ البيع",
        cells.day,
        needed=True,
    ),
    "quantity": Cell(
        "quantity, cartridges, rounds, quantidade, cartuchos, cantidad, quantité, cartouches, "
        "menge, anzahl, الكمية",
        cells.number,
    ),
    "package": Cell(
        "package, box, carton, embalagem, caixa, envase, caja, emballage, boîte, packung, schachtel, العبوة",
    ),
    **lot_named.SPAN,
    "authorization": Cell(
        "authorization, sale authorization, licence of the buyer, autorização, autorização de "
        "venda, autorización, autorisation, genehmigung, الترخيص",
        needed=True,
    ),
    "invoice_number": Cell(
        "invoice, invoice number, nota fiscal, número da nota, factura, número de factura, "
        "facture, numéro de facture, rechnung, rechnungsnummer, الفاتورة, رقم الفاتورة",
        needed=True,
    ),
    "invoice_series": Cell(
        "invoice series, series, série da nota, série, serie, série de facture, rechnungsserie, "
        "سلسلة الفاتورة",
        needed=True,
    ),
    "invoice_date": Cell(
        "date of invoice, invoice date, data da nota, fecha de factura, date de facture, "
        "rechnungsdatum, تاريخ الفاتورة",
        cells.day,
        needed=True,
    ),
    "permit_number": Cell(
        "transport permit, permit number, permit, guia de tráfego, número da guia, guía de "
        "tráfico, permis de transport, transportgenehmigung, تصريح النقل",
        needed=True,
    ),
    "permit_date": Cell(
        "date of permit, permit date, data da guia, fecha de la guía, date du permis, datum der "
        "transportgenehmigung, تاريخ التصريح",
        cells.day,
        needed=True,
    ),
    "place": Cell(
        "place, city, cidade, local, lugar, ciudad, lieu, ville, ort, المكان",
    ),
    "reason": Cell("reason, exception, motivo, motif, grund, السبب"),
}
_SHAPE = SaleNewSchema()


def _made(work: Work, row: dict[str, Any]) -> Line:
    lot_id = lot_named.taken(work, row)
    if document := row.pop("buyer_document", ""):
        row["buyer"] = _person(work, document, row.get("buyer", ""))
    elif "buyer" not in row:
        raise Invalid.at("buyer", cells.MISSING)
    return Line(lot_id, _SHAPE.load(row))


def _person(work: Work, document: str, name: str) -> str:
    """The number of a person on record, by their document; raises Invalid."""
    query = select(Person.party_id, Person.full_name).where(Person.document_number == document)
    found = work.session.execute(query).all()
    if not found:
        raise Invalid.at("buyer_document", NOBODY)
    same = [key for key, known in found if not name or name_key(known) == name_key(name)]
    if len(same) != 1:
        raise Invalid.at("buyer", ANOTHER)
    return party_number(same[0])


def _by_itself(work: Work, new: Line) -> None:
    """What is held, sold and let pass is judged in the order of the file."""


@dataclass(frozen=True)
class Sales(Subject):
    """Sales are judged one after the other, as they would be entered: each takes of what is left."""

    def compare(self, work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
        """Each row after those before it in the file that are good and of the same lots."""
        rows = [one for one in rows if not one.draft.faults]
        lines = [_line(one) for one in rows]
        lots = {line.lot_id for line in lines}
        before = list(self._before(work, row, lots)) if row.done else []
        counter = Counter(work, [*before, *lines], keeping=False)
        for line in before:
            _taken(counter, line)
        marks = set[int]()
        for one, line in zip(rows, lines, strict=True):
            refusal = _taken(counter, line)
            if isinstance(refusal, RegistryError):
                one.draft.faults += self.refused(refusal)
            else:
                marks.add(line.lot_id)
        work.session.add_all(
            IntakeDigest(run_id=row.id, digest=f"{_of(lot)}{row.done:09d}") for lot in sorted(marks)
        )

    def _before(self, work: Work, row: IntakeRun, lots: Iterable[int]) -> Iterator[Line]:
        """Good rows of earlier pieces of the file that sell of these lots."""
        pieces: dict[int, None] = {}
        for lot in lots:
            start = _of(lot)
            found = IntakeDigest.digest.between(start, f"{start}9")
            query = select(IntakeDigest.digest).where(IntakeDigest.run_id == row.id, found)
            pieces |= {int(digest.removeprefix(start)): None for digest in work.session.scalars(query)}
        for n in sorted(pieces):
            piece = told.piece(work, row, n)
            digests = piece.digests()
            good = queries.judged_before(work, row.id, digests)
            chosen = [cells_ for digest, cells_ in zip(digests, piece, strict=True) if digest in good]
            drafts = self.understand(work, vocabulary(work), chosen)
            yield from (one.new for one in drafts if one.new is not None and one.new.lot_id in lots)

    def put(self, work: Work, row: IntakeRun, rows: Sequence[Read]) -> None:
        """All of them through one counter, which writes at once."""
        digests = [one.digest for one in rows]
        before = queries.entered_before(work, IntakeRecord, digests)
        waiting = queries.judged_before(work, row.id, digests) - before
        chosen = [
            one for one in {one.digest: one for one in reversed(rows)}.values() if one.digest in waiting
        ]
        _sell(work, row, sorted(chosen, key=lambda one: one.line), self)


@act(May.SALE_RECORD)
def _sell(work: Work, row: IntakeRun, rows: Sequence[Read], subject: Sales) -> None:
    counter = Counter(work, [_line(one) for one in rows if not one.draft.faults])
    made: list[tuple[Read, int]] = []
    for one in rows:
        found = None if one.draft.faults else _taken(counter, _line(one))
        if isinstance(found, int):
            made.append((one, found))
            continue
        if found is not None:
            one.draft.faults.extend(subject.refused(found))
        row.lost += 1
        faults.keep(work, row, one)
    counter.write()
    row.entered += len(made)
    work.session.add_all(kept_line(row, one, {"lot_id": _line(one).lot_id, "sale_n": n}) for one, n in made)


def _line(one: Read) -> Line:
    if not isinstance(one.draft.new, Line):
        raise TypeError("only what is understood is sold")
    return one.draft.new


def _taken(counter: Counter, line: Line) -> int | RegistryError:
    """The number of the sale in the register of its lot, or why it cannot be."""
    try:
        return counter.take(line)
    except RegistryError as error:
        return error


def _of(lot: int) -> str:
    """Under which digests it is kept which pieces of a file sell of a lot."""
    return f"sold:{lot}:"


SALES = Sales(CELLS, _made, _by_itself, lambda work, new: {}, fields={"": "lot"}).kind(
    IntakeKind.SALES,
    sale_undoing.UNDOING,
    lambda kept: f"{lot_number(kept.lot_id)}/{kept.sale_n}",
)
