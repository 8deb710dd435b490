"""Rows of lines and of what they are made of, from what was told; each item is looked up and checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from registry.ammunition import queries as lots
from registry.core.errors import Invalid, NotFound, RegistryError
from registry.core.numbers import parse_registry_number
from registry.core.work import Work
from registry.directory import queries as directory
from registry.firearms import queries as firearms
from registry.licensing.tables import Item, Licence, Line
from schemas.ammunition import LONGEST_CODE
from schemas.licensing import ItemNew, LineNew
from schemas.licensing_vocabulary import GoodsKind, LicenceKind
from schemas.words import said

Sameness = tuple[str, str, str, int]


def same(line: Line | LineNew) -> Sameness:
    """What an import licence or notice was about: goods told anew otherwise are other goods."""
    return str(line.goods), line.hs, line.description, line.quantity


def lines(work: Work, row: Licence, told: Sequence[LineNew], before: Sequence[Line]) -> Iterator[Line | Item]:
    """Lines with their items; a line told as before stays compared with the import licence."""
    compared = {same(line): line.authorised for line in before}
    for n, new in enumerate(told, 1):
        yield Line(
            licence_id=row.id,
            n=n,
            goods=new.goods.value,
            hs=new.hs,
            description=new.description,
            calibre=directory.calibre_of(new.calibre, f"lines.{n - 1}.calibre") if new.calibre else None,
            quantity=new.quantity,
            authorised=compared.get(same(new)),
            drawn=0,
            war_material=new.war_material,
        )
    for n, new in enumerate(told, 1):
        yield from items(work, row, n, new.goods, new.items, f"lines.{n - 1}.items")


def items(
    work: Work, row: Licence, line_n: int, goods: GoodsKind, told: Sequence[ItemNew], path: str
) -> list[Item]:
    """What a line is made of; raises Invalid naming the item that cannot be, or is named twice."""
    made = [_item(work, row, line_n, n, goods, new, f"{path}.{n - 1}") for n, new in enumerate(told, 1)]
    refuse_twice(made, path)
    return made


def refuse_twice(made: Sequence[Item], path: str) -> None:
    """Raise Invalid when a firearm, part, serial or cartridge is named twice."""
    single = [
        (i.firearm_id, i.component_n, i.maker, i.serial, i.country_made)
        for i in made
        if i.lot_id is None and i.first is None  # of a lot abroad some may be named now and some later
    ]
    spans = sorted((i.lot_id, i.first or 0, i.last or 0) for i in made if i.lot_id is not None)
    overlap = any(one[0] == other[0] and other[1] <= one[2] for one, other in pairwise(spans))
    if len(set(single)) < len(single) or overlap:
        raise Invalid.at(path, "Something is named twice.")


def _item(work: Work, row: Licence, line_n: int, n: int, goods: GoodsKind, new: ItemNew, path: str) -> Item:
    _refuse_other_goods(goods, new, path)
    directory.check_country(work, new.country_made, f"{path}.country_made", historic_ok=True)
    item = Item(licence_id=row.id, line_n=line_n, n=n, serial=new.serial, maker=new.maker)
    item.country_made = new.country_made
    if new.firearm:
        item.firearm_id, item.component_n = _firearm(work, row, new, path), new.component
    if new.lot:
        item.lot_id, item.first, item.last = _lot(work, new, path), new.first, new.last
    if new.quantity:
        _refuse_unknown_lot(row, new, path)
        item.first, item.last = 0, new.quantity - 1
    return item


def _refuse_unknown_lot(row: Licence, new: ItemNew, path: str) -> None:
    """FP 7: what leaves us is of a lot on record, so that its cartridges can be traced."""
    if len(new.serial) > LONGEST_CODE:
        raise Invalid.at(f"{path}.serial", said("At most %(most)s characters.", most=LONGEST_CODE))
    if row.kind == LicenceKind.EXPORT:
        raise Invalid.at(f"{path}.lot", "What is exported is of a lot on record here.", "FP 7")


_NAMED_BY = {
    GoodsKind.FIREARM: "A firearm on record, or a serial with its maker and country.",
    GoodsKind.PART: "A part of a firearm on record, or a serial with its maker and country.",
    GoodsKind.AMMUNITION: "A span of a lot on record, or code, maker, country and quantity of another.",
}


def _refuse_other_goods(goods: GoodsKind, new: ItemNew, path: str) -> None:
    fits = {
        GoodsKind.FIREARM: not new.lot and new.component is None and not new.quantity,
        GoodsKind.PART: not new.lot and (not new.firearm or new.component is not None) and not new.quantity,
        GoodsKind.AMMUNITION: bool(new.lot or (new.serial and new.quantity)),
    }
    if not fits[goods]:
        raise Invalid.at(path, _NAMED_BY[goods])


def _firearm(work: Work, row: Licence, new: ItemNew, path: str) -> int:
    try:
        key = parse_registry_number("F", new.firearm or "", f"{path}.firearm")
        gun = firearms.firearm_row(work, key)
    except NotFound as error:
        raise Invalid.at(f"{path}.firearm", error.message) from error
    if gun.superseded_by is not None:
        raise Invalid.at(f"{path}.firearm", "This record is superseded by another.")
    if new.component is not None and new.component > gun.components:
        raise Invalid.at(f"{path}.component", said("There are %(parts)s parts.", parts=gun.components))
    if row.kind == LicenceKind.EXPORT and gun.holder_id != row.holder_id:
        raise Invalid.at(f"{path}.firearm", "Whoever asks for the licence does not hold it.")
    return gun.id


def _lot(work: Work, new: ItemNew, path: str) -> int:
    try:
        lot = lots.lot_row(work, parse_registry_number("L", new.lot or "", f"{path}.lot"))
    except Invalid:
        raise
    except RegistryError as error:
        raise Invalid.at(f"{path}.lot", error.message) from error
    if (new.last or 0) >= lot.quantity:
        words = said("The lot has %(cartridges)s cartridges, the first is 0.", cartridges=f"{lot.quantity:,}")
        raise Invalid.at(f"{path}.last", words)
    return lot.id
