"""Reading the codes of packages: what each bears, and which record a scanned code means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.ammunition import gs1, packaging, queries, spans
from registry.ammunition.code_tables import Gs1Block, Gs1Party
from registry.ammunition.packaging import Run
from registry.ammunition.tables import Lot
from registry.core.errors import NotFound
from registry.core.paging import AnySelect, page
from registry.core.work import Work
from registry.directory.queries import PartyName, names, party_number
from registry.marks.reading import normal_form
from schemas.paging import Page, PageAsked
from schemas.vocabulary import PackageLevel
from schemas.words import said


@dataclass(frozen=True)
class Gs1View:
    party: PartyName
    prefix: str | None
    gln: str | None
    recorded_at: datetime
    version: int


def gs1_parties(work: Work, asked: PageAsked) -> Page[Gs1View]:
    """Who has a company prefix or a location number of GS1."""
    query: AnySelect = select(Gs1Party)
    found = page(work.session, query, asked, {"prefix": Gs1Party.prefix}, Gs1Party.party_id)
    rows = [row.Gs1Party for row in found.items]
    known = names(work, [row.party_id for row in rows])
    return Page(tuple(_view(row, known[row.party_id]) for row in rows), found.next)


def gs1_party(work: Work, party_id: int) -> Gs1View:
    """What GS1 gave a party; raises NotFound."""
    row = work.session.get(Gs1Party, party_id)
    if row is None:
        raise NotFound(said("No GS1 number of %(number)s is recorded", number=party_number(party_id)))
    return _view(row, names(work, [party_id])[party_id])


def _view(row: Gs1Party, party: PartyName) -> Gs1View:
    return Gs1View(party, row.prefix, row.gln, row.recorded_at, row.version)


def prefix_owner(session: Session, digits: str) -> tuple[str, int] | None:
    """(prefix, party) whose company prefix some digits begin with, or None."""
    begun = [digits[:length] for length in range(4, 13)]
    row = session.execute(
        select(Gs1Party.prefix, Gs1Party.party_id).where(Gs1Party.prefix.in_(begun))
    ).first()
    return (str(row.prefix), row.party_id) if row else None


def prefixes_within(session: Session, prefix: str) -> list[int]:
    """Parties whose company prefix begins with these digits."""
    query = select(Gs1Party.party_id).where(Gs1Party.prefix >= prefix, Gs1Party.prefix < prefix + ":")
    return list(session.scalars(query))


def unit_prefix(session: Session, row: Lot) -> str | None:
    """The company prefix under which the logistic units of a lot are numbered: its maker's or importer's."""
    makers = [row.maker_id, queries.first_holder(session, row.id)]
    query = select(Gs1Party.party_id, Gs1Party.prefix).where(Gs1Party.party_id.in_(makers))
    known = {row.party_id: row.prefix for row in session.execute(query)}
    return next((known[party] for party in makers if party and known.get(party)), None)


def last_number(session: Session, issuer: str) -> int:
    """The highest number of an issuer that was given to a package; 0 before the first."""
    return session.scalar(select(func.max(Gs1Block.last)).where(Gs1Block.issuer == issuer)) or 0


Blocks = Mapping[int, tuple[str, int]]
"""(issuer, first number) by the number of a run's first package."""


def blocks(session: Session, lot_id: int) -> Blocks:
    """Which numbers the runs of a lot were given."""
    query = select(Gs1Block.n, Gs1Block.issuer, Gs1Block.first).where(Gs1Block.lot_id == lot_id)
    return {n: (issuer, first) for n, issuer, first in session.execute(query)}


def buyer_element(session: Session, party_id: int) -> tuple[str, str]:
    """A buyer as codes name it: 411 (bill to) with its GLN, else 90 with its registry number."""
    gln = session.scalar(select(Gs1Party.gln).where(Gs1Party.party_id == party_id))
    return ("411", gln) if gln else ("90", party_number(party_id).replace("-", ""))


@dataclass(frozen=True)
class Coder:
    """What the codes of a lot's packages are made of."""

    row: Lot
    runs: Sequence[Run]
    blocks: Blocks

    def elements(self, n: int, run: Run, buyer: tuple[str, str] | None) -> gs1.Elements | None:
        """What the codes of a package say; None for one that was given no number. Raises Invalid."""
        if run.n not in self.blocks:
            return None
        issuer, first = self.blocks[run.n]
        span, number = run.package(n), first + n - run.n
        told = gs1.Printed(
            gs1.lot_value(self.row.code, self.row.code_key), self.row.produced_on, span.size, buyer
        )
        if run.level == PackageLevel.UNIT_BOX:
            return gs1.box(issuer, number, told)
        count = packaging.boxes_filling(self.runs, span) if self.row.gtin else 0
        content = (self.row.gtin, count) if count else None
        return gs1.logistic_unit(gs1.sscc(issuer, number), content, told)


def coder(session: Session, row: Lot, runs: Sequence[Run]) -> Coder:
    """For all packages of a lot."""
    return Coder(row, runs, blocks(session, row.id))


@dataclass(frozen=True)
class Scanned:
    """What a scanned code leads to: a package (lot and number), or lots."""

    lot_id: int
    n: int | None


def find(work: Work, text: str) -> list[Scanned]:
    """The package a code was given to, else the lots that it names; nothing for what is no GS1 code."""
    readings = [told for told in gs1.scanned(text) if not gs1.faults(told)]
    for told in readings:
        if found := _package(work, told):
            return [found]
    return next((lots for told in readings if (lots := _lots(work, told))), [])


def _package(work: Work, told: Mapping[str, str]) -> Scanned | None:
    """By SSCC or by GTIN and serial number; the lot's code, where it is told too, must agree."""
    issued = _issued(work.session, told)
    if issued is None:
        return None
    issuer, number = issued
    block = work.session.scalar(
        select(Gs1Block)
        .where(Gs1Block.issuer == issuer, Gs1Block.first <= number)
        .order_by(Gs1Block.first.desc())
        .limit(1)
    )
    if block is None or number > block.last:
        return None
    codes = select(Lot.code_key).where(Lot.id == block.lot_id, *queries.scope(work))
    code = work.session.scalar(codes)
    if code is None or ("10" in told and normal_form(told["10"]) != code):
        return None
    return Scanned(block.lot_id, block.n + number - block.first)


def _issued(session: Session, told: Mapping[str, str]) -> tuple[str, int] | None:
    """(issuer, number) that a code tells, or None."""
    if "00" in told:
        owner = prefix_owner(session, told["00"][1:])
        return (owner[0], gs1.sscc_number(told["00"], owner[0])) if owner else None
    serial = told.get("21", "")
    if "01" not in told or not (serial.isdecimal() and serial.isascii() and len(serial) < 18):
        return None
    return told["01"], int(serial)


def _lots(work: Work, told: Mapping[str, str]) -> list[Scanned]:
    """Lots with the product and, where it is told, the code; newest first, a few of them."""
    gtin, code = told.get("01") or told.get("02"), told.get("10")
    if not gtin:
        return []
    query = select(Lot.id).where(Lot.gtin.in_(gtin_forms(gtin)), *queries.scope(work))
    if code:
        query = query.where(Lot.code_key == normal_form(code))
    newest = work.session.scalars(query.order_by(Lot.id.desc()).limit(10))
    return [Scanned(lot_id, None) for lot_id in newest]


def gtin_forms(gtin: str) -> list[str]:
    """A GTIN-14 and the shorter forms in which it may be recorded."""
    whole = gtin.zfill(14)
    return [whole[cut:] for cut in (0, 1, 2, 6) if not whole[:cut].strip("0")]


def gtin_taken(session: Session, gtin: str, product: tuple[int, str, str]) -> str | None:
    """Another product that bears this GTIN, or None. product: maker, calibre, product code."""
    query = select(Lot.product).where(
        Lot.gtin.in_(gtin_forms(gtin)),
        (Lot.maker_id != product[0]) | (Lot.calibre != product[1]) | (Lot.product_code != product[2]),
    )
    return session.scalar(query.limit(1))


def buyers_of(moves: Iterable[tuple[spans.Span, int | None]], whole: spans.Span) -> int | None:
    """The one party to whom all of a package was first sold, or None.

    moves: (span, taker) of first sales that touch it.
    """
    shares = [(shared, taker) for span, taker in moves if (shared := span.within(whole))]
    takers = {taker for _, taker in shares}
    sold = sum(shared.size for shared, _ in shares)
    return takers.pop() if len(takers) == 1 and sold == whole.size else None


def gln_owner(session: Session, gln: str) -> int | None:
    """Whose location number it is."""
    return session.scalar(select(Gs1Party.party_id).where(Gs1Party.gln == gln))
