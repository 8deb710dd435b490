"""A small world of firearms for tests, made by calling acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.core.work import Office, Work
from registry.directory.queries import PartyView
from registry.firearms import acts
from registry.firearms.views import FirearmView
from schemas.firearms import CustodyNew, FirearmNew, MarkNew
from schemas.vocabulary import (
    CustodyKind,
    DocumentKind,
    FirearmAction,
    FirearmType,
    MarkKind,
    PartyKind,
)
from tests.makers import EVERYTHING, make_party

MADE, SOLD = date(2001, 2, 3), date(2001, 5, 3)


@dataclass(frozen=True)
class World:
    """Two makers, a dealer, a public body and a person."""

    maker: PartyView
    other_maker: PartyView
    dealer: PartyView
    police: PartyView
    person: PartyView


def make_world(office: Office) -> World:
    """Register everyone."""
    with office.begin(EVERYTHING) as work:
        return World(
            make_party(work, PartyKind.MAKER, "Forjas Taurus", short_name="Taurus"),
            make_party(work, PartyKind.MAKER, "Amadeo Rossi", short_name="Rossi"),
            make_party(work, PartyKind.DEALER, "Casa do Caçador"),
            make_party(work, PartyKind.PUBLIC_BODY, "Polícia Civil"),
            make_party(
                work,
                PartyKind.PERSON,
                "João da Silva",
                birth_date=date(1970, 5, 1),
                document_kind="CPF",
                document_number="111.444.777-35",
            ),
        )


def serial(text: str = "TAB12345", **given: Any) -> MarkNew:
    """A mark of manufacture."""
    return MarkNew(MarkKind.MANUFACTURE, text, **given)


def made(world: World, on: date = MADE) -> CustodyNew:
    """The first step."""
    return CustodyNew(CustodyKind.MANUFACTURED, on, to_party=world.maker.number)


def sold(giver: PartyView, taker: PartyView, on: date = SOLD) -> CustodyNew:
    """A sale with its invoice."""
    return CustodyNew(
        CustodyKind.SOLD,
        on,
        from_party=giver.number,
        to_party=taker.number,
        document_kind=DocumentKind.INVOICE,
        document_number="NF-1",
    )


def new_firearm(world: World, *steps: CustodyNew, **given: Any) -> FirearmNew:
    """A pistol of the first maker, sold to the dealer unless other steps are given."""
    values: dict[str, Any] = {
        "type": FirearmType.PISTOL,
        "action": FirearmAction.SEMI_AUTOMATIC,
        "maker": world.maker.number,
        "calibre": "9 mm Luger",
        "country_made": "BR",
        "model": "PT 92",
        "year_made": 2001,
        "marks": (serial(),),
        "custody": steps or (made(world), sold(world.maker, world.dealer)),
    }
    return FirearmNew(**(values | given))


def register(office: Office, world: World, *steps: CustodyNew, **given: Any) -> FirearmView:
    """Register a firearm."""
    with office.begin(EVERYTHING) as work:
        return acts.register(work, new_firearm(world, *steps, **given))


def register_in(work: Work, world: World, **given: Any) -> FirearmView:
    """Register a firearm in a unit of work that is open."""
    return acts.register(work, new_firearm(world, **given))
