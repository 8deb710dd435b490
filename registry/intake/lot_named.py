"""Which lot a row means: by its number, or by its code, with maker and calibre where several have it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from registry.ammunition.tables import Lot
from registry.core.errors import Invalid
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory.queries import party_by_number
from registry.intake import cells
from registry.intake.cells import Cell
from registry.marks.reading import normal_form
from schemas.intake_vocabulary import AliasField
from schemas.words import said

CELLS = {
    "lot": Cell(
        "lot, lot number, lot code, batch, lote, número do lote, código do lote, código de lote, "
        "lot n°, numéro de lot, losnummer, los, الدفعة, رقم الدفعة, رمز الدفعة",
        needed=True,
    ),
    "maker": Cell(
        "maker, manufacturer, brand, fabricante, marca, fabricant, marque, hersteller, الصانع",
        cells.maker,
        settled=AliasField.MAKER,
    ),
    "calibre": Cell("calibre, caliber, gauge, kaliber, العيار", cells.calibre, settled=AliasField.CALIBRE),
}
SPAN = {
    "first": Cell(
        "first position, first cartridge, first, primeiro cartucho, primer cartucho, première "
        "cartouche, erste patrone, أول خرطوشة",
        cells.number,
    ),
    "last": Cell(
        "last position, last cartridge, last, último cartucho, dernière cartouche, letzte "
        "patrone, آخر خرطوشة",
        cells.number,
    ),
}
"""Which of its cartridges."""
NONE = said("No lot has this number or code: bring lots in first.")
SEVERAL = said("Several lots have this code: tell the number of the one, or its maker and calibre.")


def taken(work: Work, told: dict[str, Any]) -> int:
    """The key of the lot that a row means, whose fields are taken from what it told; raises Invalid."""
    text, maker, calibre = (told.pop(name, "") for name in CELLS)
    if (key := key_of("L", text)) is not None and work.session.get(Lot, key) is not None:
        return key
    query = select(Lot.id).where(Lot.code_key == normal_form(text)[:40])
    if maker:
        query = query.where(Lot.maker_id == party_by_number(work, maker, "maker").id)
    if calibre:
        query = query.where(Lot.calibre == calibre)
    found = work.session.scalars(query.limit(2)).all()
    if len(found) != 1:
        raise Invalid.at("lot", SEVERAL if found else NONE)
    return found[0]
