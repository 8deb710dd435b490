"""Lots of ammunition, as makers' and importers' registers tell them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select

from registry.ammunition import acts as ammunition
from registry.ammunition.queries import lot_number
from registry.ammunition.rules import HISTORICAL_AFTER
from registry.ammunition.tables import Lot, Movement
from registry.core.numbers import parse_registry_number
from registry.core.work import Work
from registry.intake import cells, words
from registry.intake.cells import Cell
from registry.intake.heads import Heads, Mine
from registry.intake.record_kind import Claims, Subject
from registry.intake.tables import IntakeRecord
from registry.marks.reading import normal_form
from schemas.ammunition import LotNew, LotNewSchema
from schemas.intake_vocabulary import AliasField, IntakeKind
from schemas.retention_vocabulary import RecordClass

CELLS = {
    "code": Cell(
        "lot code, lot, lot number, batch, código do lote, lote, número do lote, código de lote, "
        "lot n°, numéro de lot, code de lot, losnummer, los, رمز الدفعة, رقم الدفعة",
        needed=True,
    ),
    "maker": Cell(
        "maker, manufacturer, brand, fabricante, marca, fabricant, marque, hersteller, الصانع",
        cells.maker,
        needed=True,
        party=True,
        settled=AliasField.MAKER,
    ),
    "calibre": Cell(
        "calibre, caliber, gauge, kaliber, العيار", cells.calibre, needed=True, settled=AliasField.CALIBRE
    ),
    "product_code": Cell(
        "product code, code of product, sku, código do produto, código de producto, code produit, "
        "produktcode, artikelnummer, رمز المنتج",
        needed=True,
    ),
    "product": Cell(
        "product, description, produto, descrição, producto, descripción, produit, désignation, "
        "produkt, bezeichnung, المنتج, الوصف",
        needed=True,
    ),
    "quantity": Cell(
        "quantity, cartridges, rounds, quantidade, cartuchos, cantidad, quantité, cartouches, "
        "menge, anzahl, الكمية",
        cells.number,
        needed=True,
    ),
    "produced_on": Cell(
        "date of manufacture, produced on, produced, data de fabricação, fabricado em, fecha de "
        "fabricación, date de fabrication, herstellungsdatum, تاريخ الصنع",
        cells.day,
        needed=True,
    ),
    "scheme": Cell(
        "marking scheme, scheme, marking, marcação, esquema de marcação, marcado, sistema de "
        "marcado, marquage, markierung, kennzeichnung, نظام الوسم",
        cells.word(words.OF_SCHEME, AliasField.SCHEME),
        needed=True,
        settled=AliasField.SCHEME,
    ),
    "gtin": Cell(
        "gtin, ean, barcode, código de barras, code-barres, strichcode, الباركود",
    ),
    "importer": Cell(
        "importer, importador, importateur, importeur, المستورد",
        cells.party,
        party=True,
        settled=AliasField.PARTY,
    ),
    "imported_on": Cell(
        "date of import, imported on, data de importação, fecha de importación, date "
        "d'importation, einfuhrdatum, تاريخ الاستيراد",
        cells.day,
    ),
    "historical": Cell("historical, histórico, historique, historisch, تاريخي", cells.yes),
}
_SHAPE = LotNewSchema()


def _made(work: Work, told: dict[str, Any]) -> LotNew:
    new: LotNew = _SHAPE.load(told)
    return new


def _as_old(work: Work, new: LotNew) -> LotNew:
    """A lot made long ago is recorded as such: what would keep a new one off is shown with it."""
    return replace(new, historical=new.historical or new.produced_on <= work.today - HISTORICAL_AFTER)


def _judge(work: Work, new: LotNew) -> None:
    ammunition.judge_lot(work, _as_old(work, new))


def _enter(work: Work, new: LotNew) -> dict[str, int]:
    made = ammunition.register_lot(work, _as_old(work, new))
    return {"lot_id": parse_registry_number("L", made.number)}


def _claims(new: LotNew) -> Claims:
    return {"code": f"{new.maker}:{normal_form(new.code)}:{new.calibre}:{new.product_code}"}


def _moved_on(mine: Mine) -> list[Select[Any]]:
    return [select(Movement.lot_id).where(Movement.lot_id.in_(mine), Movement.depth > 0)]


LOTS = Subject(CELLS, _made, _judge, _enter, _claims, {"": "code"}).kind(
    IntakeKind.LOTS,
    Heads(
        head=Lot.id,
        line=IntakeRecord.lot_id,
        prefix="L",
        number=lot_number,
        own=(Movement.lot_id,),
        held=RecordClass.LOT,
        version=Lot.version,
        more=_moved_on,
    ).undoing(),
    lambda kept: lot_number(kept.lot_id),
)
