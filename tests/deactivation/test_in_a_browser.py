"""Pages of deactivations in a browser: both ways, without faults."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from registry.deactivation import acts
from registry.deactivation.pictures import plain_picture
from schemas.vocabulary import CustodyKind
from tests.browsing import Live, accessibility_faults
from tests.deactivation.test_life import step
from tests.deactivation.world import GOOD, key, make_world, photograph
from tests.firearms.test_in_a_browser import fits, sign_in

PAGES = (
    "/deactivations",
    "/deactivations/new",
    "/deactivations/{number}",
    "/verifying-bodies",
    "/verifying-bodies/new",
    "/verifying-bodies/{body}",
    "/deactivation-incidents",
    "/deactivation-incidents/{incident}",
)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 820)])
def test_pages_have_no_faults_and_fit(page: Page, live: Live, language: str, width: int) -> None:
    world = make_world(live.office)
    found = world.verified()
    world.act(acts.add_photograph, key(found), plain_picture(photograph(900)), "left side", found.version)
    step(world, CustodyKind.SEIZED, found.verified_on, to_party=world.body.number)
    sign_in(page, live, language)
    page.set_viewport_size({"width": width, "height": 1000})
    page.goto("/deactivation-incidents")
    incident = page.locator("tbody th a").inner_text()
    for address in PAGES:
        page.goto(address.format(number=found.number, body=world.body.number, incident=incident))
        assert accessibility_faults(page) == [], address
        assert fits(page), address
        assert page.locator("h1").count() == 1


def test_the_work_is_ticked_off_part_by_part(page: Page, live: Live) -> None:
    world = make_world(live.office)
    found = world.applied()
    sign_in(page, live)
    page.goto(f"/deactivations/{found.number}")
    page.fill("[name=done_on]", "2026-02-01")
    for code in GOOD:
        page.check(f"[value='{code}']")
    page.get_by_role("button", name="Report the work").click()
    expect(page.locator("main")).to_contain_text("No verifying body has inspected it yet")
    assert accessibility_faults(page) == []
