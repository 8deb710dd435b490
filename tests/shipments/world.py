"""Licences in force with goods in the hands of their holders, offices, and people of customs at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from registry.ammunition import acts as ammunition
from registry.ammunition.spans import Span
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office
from registry.firearms import acts as firearms
from registry.firearms import queries as firearm_queries
from registry.licensing import acts as licensing
from registry.licensing.queries import licence, licence_key
from registry.shipments import acts, clearing, lots, offices, queries
from registry.shipments.queries import shipment_key
from registry.shipments.views import ShipmentView
from schemas import licensing as told
from schemas import shipments as shapes
from schemas.ammunition import LotNew, MovementNew, PackNew
from schemas.firearms import MarkNew
from schemas.shipments_vocabulary import Verdict
from schemas.vocabulary import MarkingScheme, MarkKind, MovementKind, PackageLevel, PartyKind, Role
from tests.firearms.world import World, made, new_firearm, sold
from tests.licensing.world import Situation, issue
from tests.makers import EVERYTHING, make_account, make_actor, make_party

PORT, AIRPORT = "BRSSZ", "BRGRU"
GUNS = {"goods": "firearm", "hs": "9302", "description": "Pistol 9x19", "quantity": 5}
ROUNDS = {"goods": "ammunition", "hs": "9306", "description": "Cartridge 9x19", "quantity": 1_000}


@dataclass(frozen=True)
class Licensed:
    """A licence in force, the firearms it names and the lot whose first thousand cartridges it names."""

    number: str
    holder: str
    guns: tuple[str, ...]
    lot: str
    serials: tuple[str, ...] = ()


def open_offices(office: Office) -> None:
    """A port and an airport."""
    with office.begin(EVERYTHING) as work:
        for code, name in ((PORT, "Santos"), (AIRPORT, "Guarulhos")):
            offices.open_office(work, shapes.OfficeNew(code, f"Customs {name}", name))


def customs(office: Office, at: str | None = PORT) -> Actor:
    """Somebody of customs who works at an office."""
    account = make_account(office, Role.CUSTOMS)
    if at:
        with office.begin(EVERYTHING) as work:
            offices.post(work, shapes.PostNew(account.login, at))
    return make_actor(Role.CUSTOMS, user_id=account.id)


def export_licence(
    office: Office, guns: int = 5, rounds: int = 1_000, spans: Sequence[Span] = (), **given: Any
) -> Licensed:
    """An export licence of firearms and cartridges that its holder has. spans: all where none is told."""
    lines = ({**GUNS, "quantity": guns}, {**ROUNDS, "quantity": rounds})
    number = issue(office, Situation(lines=lines, **given))
    with office.look(EVERYTHING) as work:
        holder = licence(work, licence_key(number)).holder
    world = _makers(office)
    theirs = replace(world, dealer=replace(world.dealer, number=holder))
    numbers, serials = [], []
    with office.begin(EVERYTHING) as work:
        for n in range(guns):
            serial = f"EX{n}{number[-7:-2]}"
            new = new_firearm(theirs, made(theirs), sold(theirs.maker, theirs.dealer), marks=(_mark(serial),))
            numbers.append(firearms.register(work, new).number)
            serials.append(serial)
        lot = _lot(work, world, holder, rounds)
        _name(work, number, 1, [told.ItemNew(firearm=gun) for gun in numbers])
        named = spans or [Span(0, rounds - 1)]
        _name(work, number, 2, [told.ItemNew(lot=lot, first=one.first, last=one.last) for one in named])
    return Licensed(number, holder, tuple(numbers), lot, tuple(serials))


def parts_licence(office: Office, quantity: int) -> Licensed:
    """An export licence of barrels, which nobody names by serials."""
    barrels = {"goods": "part", "hs": "9305", "description": "Barrel 9x19", "quantity": quantity}
    number = issue(office, Situation(lines=(barrels,)))
    with office.look(EVERYTHING) as work:
        return Licensed(number, licence(work, licence_key(number)).holder, (), "")


def _makers(office: Office, country: str = "BR") -> World:
    """A maker new to the records, in every place of a world."""
    with office.begin(EVERYTHING) as work:
        maker = make_party(work, PartyKind.MAKER, country=country)
    return World(maker, maker, maker, maker, maker)


def _mark(text: str) -> MarkNew:
    return MarkNew(MarkKind.MANUFACTURE, text)


def _lot(work: Any, world: World, holder: str, rounds: int) -> str:
    new = LotNew(
        maker=world.maker.number,
        code=f"L{holder[-6:-2]}",
        calibre="9x19",
        product_code="9ETOG",
        product="9 mm Luger",
        quantity=rounds,
        produced_on=date(2020, 1, 2),
        scheme=MarkingScheme.SERIALISED,
    )
    lot = ammunition.register_lot(work, new)
    ammunition.pack(work, parse_registry_number("L", lot.number), PackNew(PackageLevel.UNIT_BOX, 50))
    handed = MovementNew(
        MovementKind.TRANSFERRED, date(2020, 2, 2), world.maker.number, holder, first=0, last=rounds - 1
    )
    ammunition.move(work, parse_registry_number("L", lot.number), handed)
    return lot.number


def _name(work: Any, number: str, line: int, items: list[told.ItemNew]) -> None:
    key = licence_key(number)
    licensing.name_goods(work, key, told.Goods(line, tuple(items)), licence(work, key).version)


def import_licence(office: Office, serials: tuple[str, ...] = ("CZ1", "CZ2"), **given: Any) -> Licensed:
    """An import licence of pistols that are named by their serials alone."""
    items = [{"serial": serial, "maker": "Ceska", "country_made": "DE"} for serial in serials]
    lines = ({**GUNS, "quantity": len(serials), "items": items},)
    number = issue(office, Situation(kind="import", lines=lines, **given))
    with office.look(EVERYTHING) as work:
        holder = licence(work, licence_key(number)).holder
    return Licensed(number, holder, (), "", serials)


def rounds_licence(office: Office, *lots: tuple[str, int], **given: Any) -> Licensed:
    """An import licence of cartridges that are named by their lots alone: (code, how many)."""
    items = [{"serial": code, "maker": "Sellier", "country_made": "CZ", "quantity": n} for code, n in lots]
    line = {**ROUNDS, "calibre": "9x19", "quantity": sum(n for _, n in lots), "items": items}
    number = issue(office, Situation(kind="import", lines=(line,), **given))
    with office.look(EVERYTHING) as work:
        holder = licence(work, licence_key(number)).holder
    return Licensed(number, holder, (), "", tuple(code for code, _ in lots))


def tell_lots(office: Office, number: str, maker: str, **told: Any) -> None:
    """What the importer tells of every lot of a shipment that no record describes."""
    new = {
        "maker": maker,
        "product_code": "V310412",
        "product": "9x19 FMJ 8.0 g",
        "produced_on": date(2025, 3, 4),
        "scheme": MarkingScheme.LOT_CODE,
    }
    for line in read(office, number).lines:
        for item in line.items:
            version = read(office, number).version
            with office.begin(EVERYTHING) as work:
                lots.tell_lot(work, shipment_key(number), item.n, shapes.LotTold(**(new | told)), version)


def register_abroad(office: Office, serial: str, *, marked: bool) -> str:
    """A firearm made in Germany, without custody here; marked: with our mark of import."""
    mark = MarkNew(MarkKind.IMPORT, "BR 2026", country="BR", year=2026)
    world = _makers(office, "DE")
    with office.begin(EVERYTHING) as work:
        new = new_firearm(world, country_made="DE", marks=(_mark(serial), *([mark] if marked else [])))
        return firearms.register(work, replace(new, custody=())).number


def announce(
    office: Office, of: Licensed, lines: dict[int, int], at: str = PORT, by: Actor = EVERYTHING
) -> ShipmentView:
    """A shipment of so many of each line."""
    new = shapes.ShipmentNew(
        at,
        date.today() + timedelta(days=1),  # noqa: DTZ011
        tuple(shapes.ShippedLine(line, quantity) for line, quantity in lines.items()),
    )
    with office.begin(by) as work:
        return acts.announce(work, licence_key(of.number), new)


def check_all(office: Office, number: str, by: Actor) -> None:
    """Hold every piece against the shipment."""
    with office.look(EVERYTHING) as work:
        found = queries.shipment(work, shipment_key(number))
    with office.begin(by) as work:
        for line in found.lines:
            for item in line.items:
                said = clearing.scan(
                    work, shipment_key(number), shapes.ScanNew(item.firearm or item.lot or item.name)
                )
                assert said.verdict == Verdict.MATCHES, said
            if line.unnamed:
                clearing.count(work, shipment_key(number), shapes.PartsCounted(line.line, line.unnamed))


def clear(office: Office, number: str, by: Actor, **new: Any) -> ShipmentView:
    """Clear a shipment as it is."""
    with office.look(by) as work:
        version = queries.shipment(work, shipment_key(number)).version
    with office.begin(by) as work:
        return clearing.clear(work, shipment_key(number), shapes.ClearanceNew(**new), version)


def read(office: Office, number: str, by: Actor = EVERYTHING) -> ShipmentView:
    """The shipment as somebody sees it."""
    with office.look(by) as work:
        return queries.shipment(work, shipment_key(number))


def add_import_mark(office: Office, number: str) -> None:
    """Our mark of import on a firearm on record."""
    with office.begin(EVERYTHING) as work:
        key = parse_registry_number("F", number)
        mark = MarkNew(MarkKind.IMPORT, "BR 2026", country="BR", year=2026)
        firearms.add_mark(work, key, mark, firearm_queries.firearm(work, key).version)
