"""What people see of ammunition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from registry.ammunition.law_queries import ExceptionView
from registry.ammunition.lot_numbers import LotNumber
from registry.ammunition.marking_queries import MarkingView, StandardView
from registry.ammunition.sales_queries import CorrectionView
from registry.core.errors import Unmet
from registry.directory.queries import PartyName


@dataclass(frozen=True)
class HolderView:
    """party: None where nobody holds the cartridges any more; kind: how they came there.

    To a trader, what others have is one share of the kind `others`.
    """

    party: PartyName | None
    kind: str
    quantity: int
    unit: str = ""


@dataclass(frozen=True)
class LotView:
    """consignment: which one of a lot made abroad, 0 where it was recorded whole."""

    number: str
    version: int
    maker: PartyName
    code: str
    calibre: str
    calibre_name: str
    product_code: str
    product: str
    gtin: str
    quantity: int
    produced_on: date
    scheme: str
    historical: bool
    sales: int
    packages: int
    holders: tuple[HolderView, ...]
    unmet: tuple[Unmet, ...]
    exceptions: tuple[ExceptionView, ...]
    created_at: datetime
    lot_number: LotNumber | None = None
    marking: MarkingView | None = None
    standards: tuple[StandardView, ...] = ()
    consignment: int = 0


@dataclass(frozen=True)
class LotRow:
    number: str
    code: str
    maker: str
    calibre: str
    product: str
    quantity: int
    produced_on: date
    scheme: str


@dataclass(frozen=True)
class MovementView:
    """first, last: positions, counted from 0."""

    depth: int
    first: int
    last: int
    kind: str
    happened_on: date
    from_party: PartyName | None
    to_party: PartyName | None
    sale: int | None
    place: str
    document: str
    unit: str


@dataclass(frozen=True)
class PackageRow:
    """opened: its cartridges, or some of them, were packed anew."""

    number: str
    level: str
    first: int
    last: int
    quantity: int
    opened: bool


@dataclass(frozen=True)
class CartridgeView:
    """One cartridge of a serialised lot. n: its own number, from 1. inside: packages it was packed in, the
    largest first. chain: every holder to the last; holder: who has it now, kind: how it came there.
    """

    lot: str
    code: str
    n: int
    of: int
    maker: PartyName
    calibre_name: str
    product: str
    produced_on: date
    inside: tuple[PackageRow, ...]
    chain: tuple[MovementView, ...]
    holder: PartyName | None
    unit: str
    kind: str


@dataclass(frozen=True)
class PieceView:
    """Neighbouring cartridges of a package with one holder, and how they came there."""

    first: int
    last: int
    party: PartyName | None
    kind: str


@dataclass(frozen=True)
class ContentView:
    level: str
    packages: int


@dataclass(frozen=True)
class PackageView(PackageRow):
    """inside: packages that it lies in, the largest first; content: how many smaller ones it holds.

    buyer: to whom all of it was first sold. sscc: of a logistic unit; gs1: what its codes say, with
    brackets; both "" for a package without a number of GS1.
    """

    lot: str
    code: str
    maker: PartyName
    product: str
    calibre_name: str
    produced_on: date
    gtin: str
    buyer: PartyName | None
    sscc: str
    gs1: str
    elements: tuple[tuple[str, str], ...]
    inside: tuple[PackageRow, ...]
    content: tuple[ContentView, ...]
    pieces: tuple[PieceView, ...]
    chain: tuple[MovementView, ...]


@dataclass(frozen=True)
class ScanView:
    """What a scanned code says, by application identifier, and what it leads to."""

    elements: tuple[tuple[str, str], ...]
    package: str | None
    lots: tuple[str, ...]


@dataclass(frozen=True)
class SaleView:
    lot: str
    code: str
    n: int
    seller: PartyName
    buyer: PartyName
    sold_on: date
    quantity: int
    authorization: str
    product_code: str
    description: str
    invoice_number: str
    invoice_series: str
    invoice_date: date
    permit_number: str
    permit_date: date
    corrections: tuple[CorrectionView, ...]
