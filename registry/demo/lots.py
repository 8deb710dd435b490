"""Lots of ammunition: what is public of UZZ18 and other lots of CBC, and well-kept lots of 10,000."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from registry.ammunition import acts, buyer_queries, code_acts, stock_acts, stock_queries
from registry.ammunition.buyers import Buyer, unmet_for_buyer
from registry.ammunition.queries import lot_number
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office, Work
from registry.demo.people import HOME, People
from registry.directory.queries import party_number
from schemas.ammunition import LotNew, MovementNew, PackNew, SaleNew
from schemas.ammunition_codes import Gs1New
from schemas.ammunition_markings import MarkingNew
from schemas.ammunition_stock import Counted, CountNew
from schemas.ammunition_vocabulary import MarkedItem
from schemas.vocabulary import MarkingScheme, MovementKind, PackageLevel

CBC = ("CBC", HOME)

# code | calibre | product code | product | cartridges | made | buyer | sold
_NAMED = """
UZZ18 | 9x19 | 9ETOG124 | 9 mm Luger ETOG 124 gr | 1859000 | 2006-11-20 | DPF | 2006-12-29
UZZ18 | 7.62x51 | 762COM | 7.62x51 mm M80 | 10000 | 2006-10-02 | EB | 2006-11-14
AHW55 | 9x19 | 9ETOG124 | 9 mm Luger ETOG 124 gr | 1970000 | 2010-03-08 | FAB | 2010-05-11
BAY18 | 40-sw | 40EXPO155 | .40 S&W EXPO 155 gr | 250000 | 2007-04-16 | PMESP | 2007-06-05
BNT84 | 40-sw | 40EXPO155 | .40 S&W EXPO 155 gr | 120000 | 2009-02-02 | PMERJ | 2009-03-17
BIZ91 | 9x19 | 9ETOG124 | 9 mm Luger ETOG 124 gr | 90000 | 2008-08-04 | DPF | 2008-09-23
AAY68 | 5.56x45 | 556COM | 5.56x45 mm M193 | 60000 | 2005-05-09 | PMERJ | 2005-06-28
AEO57 | 40-sw | 40ETPP180 | .40 S&W ETPP 180 gr | 400000 | 2010-06-07 | PMERJ | 2010-08-10
AYA77 | 40-sw | 40ETPP180 | .40 S&W ETPP 180 gr | 350000 | 2012-04-09 | PMERJ | 2012-05-22
AYB23 | 40-sw | 40ETPP180 | .40 S&W ETPP 180 gr | 300000 | 2014-01-13 | PMERJ | 2014-02-25
"""
_PRODUCTS = (
    ("9x19", "9TREINA115", "9 mm Luger 115 gr", "17891234500011"),
    ("380-acp", "380OGIVAL", ".380 ACP 95 gr", "17891234500028"),
    ("38-special", "38CHOG158", ".38 Special CHOG 158 gr", "17891234500035"),
    ("40-sw", "40TREINA180", ".40 S&W 180 gr", "17891234500042"),
    ("12-gauge", "12VELOX", "12 gauge 32 g", "17891234500059"),
)
BOX, CARTON = 50, 1000
LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"


def load(office: Office, actor: Actor, people: People, count: int, today: date) -> None:
    """Register so many lots, the named ones first; persons buy what their firearms fire."""
    named = [[cell.strip() for cell in line.split("|")] for line in _NAMED.strip().splitlines()]
    random = Random(count)
    keys = [parse_registry_number("P", number) for number in people.persons]
    with office.begin(actor) as work:
        owners = buyer_queries.told(*work.run(*buyer_queries.asked(keys)))
        code_acts.record_gs1(work, Gs1New(people.makers[CBC], prefix="789123450"))
    for n in range(count):
        with office.begin(actor) as work:
            if n < len(named):
                _named(work, people, *named[n])
            else:
                _well_kept(work, random, people, owners, n, today)
    _counted(office, actor, people, today)


def _counted(office: Office, actor: Actor, people: People, today: date) -> None:
    """One dealer counted the whole stock; of the first lot seven cartridges were not there."""
    dealer, on = people.dealers[0], today - timedelta(days=1)
    with office.begin(actor) as work:
        booked = stock_queries.booked(work.session, parse_registry_number("P", dealer), "", on)
        lines = [
            Counted(lot_number(lot), max(quantity - (7 if n == 0 else 0), 0))
            for n, (lot, quantity) in enumerate(sorted(booked.items()))
        ]
        if lines:
            stock_acts.count_stock(work, CountNew(dealer, on, lines, whole=True, note="Yearly count"))


# As the base of a case names its calibre.
_STAMPS = {
    "9x19": "9mm LUGER", "7.62x51": "7.62", "40-sw": "40 S&W", "5.56x45": "5.56", "380-acp": "380 AUTO",
    "38-special": "38 SPL", "12-gauge": "12",
}  # fmt: skip
_ON_THE_BOX = (MarkedItem.MAKER, MarkedItem.LOT, MarkedItem.CALIBRE, MarkedItem.TYPE)


def _bears(calibre: str, year: str) -> MarkingNew:
    """What stands beside the code: maker, calibre and the year in two digits."""
    stamp = _STAMPS[calibre]
    return MarkingNew(f"CBC {stamp} {year}", "CBC", stamp, year, package=_ON_THE_BOX)


def _named(
    work: Work, people: People, code: str, calibre: str, product_code: str, product: str, cartridges: str,
    made: str, buyer: str, sold: str,
) -> None:  # fmt: skip
    """A lot of which the newspapers wrote; everything of it went to one public body."""
    maker, quantity, day = people.makers[CBC], int(cartridges), date.fromisoformat(sold)
    lot = acts.register_lot(
        work,
        LotNew(
            maker,
            code,
            calibre,
            product_code,
            product,
            quantity,
            date.fromisoformat(made),
            MarkingScheme.LOT_CODE,
            historical=True,
            marking=_bears(calibre, made[2:4]),
        ),
    )
    key = parse_registry_number("L", lot.number)
    acts.sell(work, key, _sale(maker, people.bodies[buyer], day, quantity, f"EB-{code}-{day.year}", code))
    if (code, buyer) == ("UZZ18", "DPF"):
        _spread(work, people, key, quantity, day)


def _sale(seller: str, buyer: str, day: date, quantity: int, authorization: str, paper: str) -> SaleNew:
    return SaleNew(
        seller=seller, buyer=buyer, sold_on=day, authorization=authorization, invoice_number=f"NF-{paper}",
        invoice_series="1", invoice_date=day, permit_number=f"GT-{paper}", permit_date=day, quantity=quantity,
    )  # fmt: skip


def _spread(work: Work, people: People, key: int, quantity: int, day: date) -> None:
    """UZZ18 went to all 27 regional superintendencies; each of RJ, SP and DF had more than 200,000."""
    large = {"RJ": 216_000, "SP": 208_000, "DF": 204_000}
    small = (quantity - sum(large.values())) // (len(people.regions) - len(large)) // 1000 * 1000
    for n, (code, region) in enumerate(people.regions.items()):
        acts.move(
            work, key,
            MovementNew(
                MovementKind.ISSUED, day + timedelta(days=30 + n), from_party=people.bodies["DPF"],
                to_party=region, quantity=large.get(code, small), place=code, document=f"TR-{code}-2007",
            ),
        )  # fmt: skip


def _well_kept(
    work: Work, random: Random, people: People, owners: dict[int, Buyer], n: int, today: date
) -> None:
    """10,000 cartridges with numbers of their own, in boxes of 50, sold down to persons."""
    calibre, product_code, product, gtin = _PRODUCTS[n % len(_PRODUCTS)]
    maker = people.makers[CBC]
    made = date(2018, 1, 8) + timedelta(days=(n * 61) % 2200)
    code = "".join(LETTERS[n // 23**power % 23] for power in (2, 1, 0)) + f"{10 + n % 90}"
    lot = acts.register_lot(
        work,
        LotNew(
            maker,
            code,
            calibre,
            product_code,
            product,
            10_000,
            made,
            MarkingScheme.SERIALISED,
            gtin,
            marking=_bears(calibre, f"{made:%y}"),
        ),
    )
    key = parse_registry_number("L", lot.number)
    acts.pack(work, key, PackNew(PackageLevel.UNIT_BOX, BOX))
    acts.pack(work, key, PackNew(PackageLevel.CARTON, CARTON))
    for first in range(0, random.choice((6000, 8000, 10_000)), 2000):
        _sold_down(work, random, people, _Stock(key, calibre, first, made), owners, today)


@dataclass(frozen=True)
class _Stock:
    """Two cartons of a lot, from a position on."""

    key: int
    calibre: str
    first: int
    made: date


def _sold_down(
    work: Work, random: Random, people: People, stock: _Stock, owners: dict[int, Buyer], today: date
) -> None:
    """Two cartons to a dealer, boxes from there to owners of firearms, some cartridges fired or lost."""
    key, first = stock.key, stock.first
    dealer = random.choice(people.dealers)
    day = stock.made + timedelta(days=random.randint(20, 200))
    if day >= today:
        return
    bulk = _sale(people.makers[CBC], dealer, day, 2 * CARTON, f"EB-{key}-{first}", f"{key}-{first}")
    acts.sell(work, key, replace(bulk, first=first, last=first + 2 * CARTON - 1))
    for box in range(random.randint(1, 4)):
        day += timedelta(days=random.randint(3, 60))
        allowed = [party for party, buyer in owners.items() if not unmet_for_buyer(buyer, stock.calibre, day)]
        if day >= today or not allowed:
            return
        person, at = party_number(random.choice(allowed)), first + box * BOX
        sale = _sale(dealer, person, day, BOX, f"SINARM-{random.randrange(10**6):06d}", f"{key}-{at}-B")
        acts.sell(work, key, replace(sale, first=at, last=at + BOX - 1))
        if random.random() < 0.4:
            used = MovementNew(
                MovementKind.EXPENDED, day + timedelta(days=1), from_party=person, first=at, last=at + 19,
                document="training",
            )  # fmt: skip
            if used.happened_on < today:
                acts.move(work, key, used)
