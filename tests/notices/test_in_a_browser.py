"""Pages of notices at every width and in both directions; the other State is a registry of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from registry.core.database import Database
from registry.core.work import Office
from registry.rooms import MESSAGES
from schemas.notices_vocabulary import Matter
from schemas.vocabulary import Role
from tests.browsing import Live, accessibility_faults
from tests.engines import Sqlite
from tests.exchange.world import Node, give_keys, introduce
from tests.makers import PASSWORD, make_account
from tests.notices.test_pages import BACK
from tests.notices.world import (
    announced,
    ask,
    cleared,
    deliver,
    exporting,
    importing,
    licensed,
    notices,
    speaking,
)

WIDTHS = (1280, 820)


@pytest.fixture
def pair(live: Live, sqlite: Sqlite) -> Iterator[list[Node]]:
    """Ours, and Portugal; they know each other."""
    ours = Node("BR", live.office, give_keys(live.office), MESSAGES)
    with sqlite.ready() as url:
        there = Office(Database(url), "PT", live.office.clock, secret="k" * 32, zone=live.office.zone)
        nodes = [ours, Node("PT", there, give_keys(there), MESSAGES)]
        introduce(nodes)
        speaking(nodes[1:])
        yield nodes
        there.database.close()


def fits(page: Page) -> bool:
    """No page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_pages_fit_every_width_and_both_directions(live: Live, page: Page, pair: list[Node]) -> None:
    br, pt = pair
    number = exporting(br, importing(pt))
    ask(br, number, Matter.LICENCE)
    export, _ = licensed(pair)
    shipment = announced(br, export, 10)
    cleared(br, shipment)
    ask(br, shipment, Matter.RECEIPT)
    ask(pt, exporting(pt, None, application=BACK, transits={"BR": {}}), Matter.TRANSIT, "BR")
    deliver(pair)
    login = make_account(live.office, Role.AUTHORITY_OFFICER).login
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/")
    verified, _, transit = notices(br)
    places = ["/notices", "/notices/expected", f"/licences/{number}", f"/shipments/{shipment}"]
    places += [f"/notices/{one.number}" for one in (verified, transit)]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for place in places:
            page.goto(place)
            assert fits(page), (place, width)
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="العربية").click()
    for place in places:
        page.goto(place)
        assert page.evaluate("document.documentElement.dir") == "rtl"
        assert fits(page), place
