"""What the rules look at: one shipment with the licence it draws on, as both are known now. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from schemas.licensing_vocabulary import GoodsKind, LicenceKind
from schemas.shipments_vocabulary import Direction, ShipmentState
from schemas.vocabulary import MarkingScheme


@dataclass(frozen=True)
class GoodsFacts:
    """One firearm, part, span or serial. checked: of its quantity, how much was compared with labels.

    on_record: whether a record of ours describes it, or of a lot what is told of it; held: whether the
    licence's holder has it now; elsewhere: another shipment that has it, ""; unmet: what article 8 asks for
    its import and is not there.
    """

    name: str
    quantity: int = 1
    of_licence: bool = True
    on_record: bool = True
    held: bool = True
    elsewhere: str = ""
    checked: int = 0
    unmet: tuple[Unmet, ...] = ()


@dataclass(frozen=True)
class LineFacts:
    """left: what the licence's line still holds; bare: of parts, how many of the licence bear no serial and
    were not shipped yet. awaited: how much of that is in other announcements, and bare_awaited of the parts
    without a serial, both only where this one is announced. counted: by customs, of those in this one.
    """

    n: int
    goods: GoodsKind
    description: str
    quantity: int
    left: int
    items: tuple[GoodsFacts, ...] = ()
    bare: int = 0
    counted: int | None = None
    awaited: int = 0
    bare_awaited: int = 0

    @property
    def named(self) -> int:
        """How much is named by serial or span."""
        return sum(item.quantity for item in self.items)

    @property
    def unnamed(self) -> int:
        """How many parts bear no serial."""
        return max(self.quantity - self.named, 0) if self.goods is GoodsKind.PART else 0


@dataclass(frozen=True)
class ShipmentFacts:
    """licence: what keeps the licence from being used on the day; temporary: FP 10(6).

    strays: how many things were scanned that do not belong to it; explained: whether it is said why.
    """

    kind: LicenceKind
    direction: Direction
    state: ShipmentState
    lines: tuple[LineFacts, ...]
    temporary: bool = False
    licence: tuple[Unmet, ...] = ()
    strays: int = 0
    explained: bool = False


@dataclass(frozen=True)
class LotFacts:
    """What is told of a lot made abroad, beside what the licence says of it ("" or None where nothing).

    maker_fits: whether the maker goes by the name that the licence gives.
    """

    scheme: MarkingScheme
    maker_fits: bool
    country: str
    calibre: str
    licensed_maker: str = ""
    licensed_country: str = ""
    licensed_calibre: str | None = None


@dataclass(frozen=True)
class ReceiptFacts:
    """shipped, received: quantities by line, in their order."""

    departed_on: date
    received_on: date
    shipped: tuple[int, ...]
    received: tuple[int, ...]
    note: str = ""

    @property
    def differs(self) -> bool:
        """Whether what came is not what went."""
        return self.shipped != self.received
