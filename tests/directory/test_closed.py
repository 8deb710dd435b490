"""Companies that closed: nothing is sold by or to them from the next day on; their stock may leave."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.ammunition import acts as ammunition
from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused, RegistryError
from registry.core.numbers import parse_registry_number, registry_number
from registry.core.work import Office
from registry.directory import acts, queries
from registry.firearms import acts as firearms
from registry.firearms.views import FirearmView
from registry.licensing.queries import licence, licence_key
from schemas.ammunition import LotNew, MovementNew, SaleNew
from schemas.directory import ClosureNew
from schemas.firearms import CustodyNew
from schemas.vocabulary import CustodyKind, MarkingScheme, MovementKind, Role
from tests.firearms.world import SOLD, World, made, make_world, register, serial, sold
from tests.licensing.world import Situation, issue
from tests.makers import EVERYTHING, bearer, make_actor, post, sign_in

LAST = date(2010, 6, 30)
NEXT = LAST + timedelta(days=1)


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def close(office: Office, number: str, on: date = LAST, by: Any = EVERYTHING) -> None:
    with office.begin(by) as work:
        acts.record_closure(work, parse_registry_number("P", number), ClosureNew(on, "Trade register 7/10"))


def step(office: Office, gun: FirearmView, new: CustodyNew) -> None:
    with office.begin(EVERYTHING) as work:
        firearms.add_custody(work, parse_registry_number("F", gun.number), new, gun.version)


def refused(error: RegistryError) -> list[str]:
    return [unmet.field for unmet in error.unmet if "closed on 2010-06-30" in unmet.message]


def test_a_closed_dealer_sells_no_firearm_but_may_give_its_stock_away(office: Office, world: World) -> None:
    gun = register(office, world)
    close(office, world.dealer.number)
    with pytest.raises(Refused) as error:
        step(office, gun, sold(world.dealer, world.person, NEXT))
    assert refused(error.value) == ["from_party"]
    step(office, gun, sold(world.dealer, world.person, LAST))
    other = register(office, world, marks=(serial("TAB99999"),))
    step(
        office,
        other,
        CustodyNew(
            CustodyKind.TRANSFERRED, NEXT, from_party=world.dealer.number, to_party=world.police.number
        ),
    )


def test_nothing_goes_to_a_closed_company(office: Office, world: World) -> None:
    close(office, world.dealer.number)
    with pytest.raises(Refused) as error:
        register(office, world, made(world), sold(world.maker, world.dealer, NEXT))
    assert refused(error.value) == ["custody.1.to_party"]
    assert register(office, world, made(world), sold(world.maker, world.dealer, SOLD)).number


def test_a_closed_maker_makes_nothing_more(office: Office, world: World) -> None:
    close(office, world.maker.number)
    with pytest.raises(Refused) as error:
        register(office, world, made(world, NEXT))
    assert refused(error.value) == ["custody.0.to_party"]
    with pytest.raises(Refused) as error:
        lot(office, world, NEXT)
    assert refused(error.value) == ["maker"]


def lot(office: Office, world: World, on: date = SOLD) -> int:
    new = LotNew(
        maker=world.maker.number,
        code="ABC01",
        calibre="9x19",
        product_code="9ETOG",
        product="9 mm Luger",
        quantity=1000,
        produced_on=on,
        scheme=MarkingScheme.LOT_CODE,
    )
    with office.begin(EVERYTHING) as work:
        return parse_registry_number("L", ammunition.register_lot(work, new).number)


def sale(seller: str, buyer: str, on: date) -> SaleNew:
    return SaleNew(
        seller=seller,
        buyer=buyer,
        authorization="AUT 1",
        invoice_number="1",
        invoice_series="1",
        invoice_date=on,
        permit_number="GT 1",
        permit_date=on,
        sold_on=on,
        quantity=10,
    )


@pytest.mark.parametrize(("closes", "field"), [("maker", "seller"), ("dealer", "buyer")])
def test_a_closed_company_sells_and_buys_no_cartridges(
    office: Office, world: World, closes: str, field: str
) -> None:
    key = lot(office, world)
    close(office, getattr(world, closes).number)
    with pytest.raises(Refused) as error, office.begin(EVERYTHING) as work:
        ammunition.sell(work, key, sale(world.maker.number, world.dealer.number, NEXT))
    assert refused(error.value) == [field]
    with office.begin(EVERYTHING) as work:
        ammunition.sell(work, key, sale(world.maker.number, world.dealer.number, LAST))


def test_cartridges_are_not_moved_to_a_closed_company(office: Office, world: World) -> None:
    key = lot(office, world)
    close(office, world.dealer.number)
    new = MovementNew(
        MovementKind.TRANSFERRED, NEXT, world.maker.number, world.dealer.number, first=0, last=9
    )
    with pytest.raises(Refused) as error, office.begin(EVERYTHING) as work:
        ammunition.move(work, key, new)
    assert refused(error.value) == ["to_party"]


def test_a_closed_company_holds_no_licence_that_can_be_used(office: Office) -> None:
    number = issue(office, Situation())
    with office.look(EVERYTHING) as work:
        holder, today = licence(work, licence_key(number)).holder, work.today
    close(office, holder, today - timedelta(days=1))
    with office.look(EVERYTHING) as work:
        (unmet,) = [c for c in licence(work, licence_key(number)).to_ship if c.key == "holder"]
    assert "closed on" in unmet.unmet[0].message


def test_only_companies_close_once_and_not_in_days_to_come(office: Office, world: World) -> None:
    for party, day, expected in (
        (world.person.number, LAST, Invalid),
        (world.police.number, LAST, Invalid),
        (world.dealer.number, date(2100, 1, 1), Invalid),
        (registry_number("P", 999), LAST, NotFound),
    ):
        with pytest.raises(expected):
            close(office, party, day)
    with pytest.raises(Forbidden):
        close(office, world.dealer.number, by=make_actor(Role.POLICE))
    close(office, world.dealer.number)
    with pytest.raises(Conflict):
        close(office, world.dealer.number)
    with office.look(EVERYTHING) as work:
        found = queries.party(work, parse_registry_number("P", world.dealer.number))
    assert found.closed_on == LAST


def test_api_and_page_record_a_closure(app: Flask, client: FlaskClient, world: World) -> None:
    officer = bearer(app, Role.AUTHORITY_OFFICER)
    at = f"/api/v1/parties/{world.dealer.number}"
    body = {"closed_on": str(LAST), "source": "Trade register"}
    done = client.post(f"{at}/closure", json=body, headers=officer)
    assert (done.status_code, done.json["closed_on"]) == (200, str(LAST))
    assert client.post(f"{at}/closure", json=body, headers=officer).status_code == 409
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    page = f"/parties/{world.maker.number}"
    assert "It has closed" in browser.get(page).get_data(as_text=True)
    wrong = post(browser, f"{page}/closure", page, closed_on="2100-01-01", source="x")
    assert (wrong.status_code, "not come yet" in wrong.get_data(as_text=True)) == (422, True)
    assert post(browser, f"{page}/closure", page, **body).status_code == 303
    shown = browser.get(page).get_data(as_text=True)
    assert "Closed on" in shown
    assert "It has closed" not in shown
