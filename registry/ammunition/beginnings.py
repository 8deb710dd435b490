"""How a lot comes on record: its row, and the movement out of which all others of it are taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from registry.ammunition import code_acts, queries, rules
from registry.ammunition.tables import Lot, Movement
from registry.core.errors import Conflict, Invalid, Unmet, refuse_if
from registry.core.work import Work
from registry.directory import queries as directory
from registry.directory.tables import Party
from registry.marks.reading import acceptable_text, folded, normal_form
from schemas.ammunition import LONGEST_CODE, LotNew
from schemas.vocabulary import MovementKind, PartyKind
from schemas.words import said

BEGINS = frozenset({PartyKind.MAKER, PartyKind.IMPORTER})
"""Who a lot may begin with."""


def refuse_words(new: LotNew, maker: Party, importer: Party | None) -> None:
    """Raise Invalid where a lot cannot be told so, whoever tells it."""
    for field, party in (("maker", maker), ("importer", importer)):
        if party is not None and party.kind not in BEGINS:
            raise Invalid.at(field, "A maker or importer is needed here.")
    if refused := acceptable_text(new.code, "code"):
        raise Invalid(unmet=refused)


def row_of(work: Work, new: LotNew, maker: Party) -> Lot:
    """A lot as it was told, not on record yet."""
    return Lot(
        maker_id=maker.id,
        code=new.code,
        code_key=_key(new.code),
        code_folded=folded(new.code)[:LONGEST_CODE],
        calibre=directory.calibre_of(new.calibre, "calibre"),
        product_code=new.product_code,
        product=new.product,
        gtin=new.gtin,
        quantity=new.quantity,
        produced_on=new.produced_on,
        scheme=new.scheme.value,
        historical=new.historical,
        sales=0,
        packages=0,
        created_at=work.now,
        version=1,
    )


def refuse_known(work: Work, row: Lot) -> None:
    """Raise Conflict where a lot of this identity is on record."""
    _lock(work, row.maker_id, row.code_key, row.calibre, row.product_code)
    known = queries.known_lot(work.session, row)
    if known is not None:
        raise Conflict(said("This lot is registered as %(lot)s", lot=queries.lot_number(known.id)))


def begin(
    work: Work,
    row: Lot,
    maker: Party,
    importer: Party | None,
    on: date,
    place: str = "",
    document: str = "",
) -> None:
    """Put a lot on record with the movement out of which all others of it are taken."""
    work.session.add(row)
    work.session.flush()
    made_here = importer is None and maker.kind == PartyKind.MAKER
    beginning = Movement(
        lot_id=row.id,
        depth=0,
        first=0,
        last=row.quantity - 1,
        kind=(MovementKind.MANUFACTURED if made_here else MovementKind.IMPORTED).value,
        happened_on=on,
        from_id=maker.id if importer else None,
        to_id=importer.id if importer else maker.id,
        place=place,
        document=document,
        recorded_at=work.now,
        recorded_by=work.actor.user_id,
    )
    work.session.add(beginning)
    work.session.flush()


def row_abroad(work: Work, new: LotNew, maker: Party) -> Lot:
    """The row of a lot made abroad, as customs would record it; raises Invalid, Refused, Conflict.

    How many may bear one code was judged where it was made, and how many come in with the licence.
    """
    refuse_words(new, maker, None)
    if len(new.code) > LONGEST_CODE:
        raise Invalid.at("code", said("At most %(most)s characters.", most=LONGEST_CODE))
    row = row_of(work, new, maker)
    on = new.imported_on or work.today
    facts = rules.LotFacts(new.produced_on, gtin=new.gtin, has_importer=True, imported_on=on)
    refuse_if(rules.unmet_for_lot(facts, on))
    code_acts.refuse_foreign_gtin(work, row)
    return row


def unmet_for_doubled(work: Work, row: Lot, importer_id: int, since: date) -> list[Unmet]:
    """Whether its importer recorded the lot of a row by themselves."""
    known = queries.known_lot(work.session, row)
    if known is None:
        return []
    begun = work.session.get_one(Movement, (known.id, 0, 0))
    recorded = rules.Recorded(
        queries.lot_number(known.id), bool(known.consignment), begun.to_id, begun.happened_on
    )
    return rules.unmet_for_doubled(recorded, importer_id, since)


def lock_all(work: Work, rows: Iterable[tuple[int, str, str, str]]) -> None:
    """Hold the identities of lots (maker, code, calibre, product), in one order for everybody."""
    for maker_id, code, calibre, product_code in sorted(set(rows)):
        _lock(work, maker_id, _key(code), calibre, product_code)


def bring_in(work: Work, new: LotNew, maker: Party, importer: Party, place: str, document: str) -> int:
    """Record what customs let in of a lot made abroad, a consignment by itself; its key.

    A lot may come in many times, and to several importers: each consignment begins with its own.
    Raises as row_abroad.
    """
    row = row_abroad(work, new, maker)
    _lock(work, row.maker_id, row.code_key, row.calibre, row.product_code)
    row.consignment = queries.last_consignment(work.session, row) + 1
    begin(work, row, maker, importer, new.imported_on or work.today, place, document)
    return row.id


def _lock(work: Work, maker_id: int, code_key: str, calibre: str, product_code: str) -> None:
    work.lock(f"lot:{maker_id}:{code_key}:{calibre}:{product_code}")


def _key(code: str) -> str:
    return normal_form(code)[:LONGEST_CODE]
