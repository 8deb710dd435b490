"""Bringing a register in, in a browser: by hand, and pages without faults at both widths and both ways."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from registry.intake import acts, mappings, queries, worker
from schemas.intake import IntakeSetting
from schemas.intake_mappings import MappingNew
from schemas.vocabulary import Role
from tests.browsing import Live, accessibility_faults
from tests.firearms.world import make_world
from tests.intake.book import BOOK, HEAD, enter, hand_in, settle
from tests.makers import EVERYTHING, PASSWORD, make_account


def sign_in(page: Page, live: Live, language: str = "en") -> None:
    make_account(live.office, Role.AUTHORITY_OFFICER, "maria", language=language)
    page.goto("/sign-in")
    page.fill("[name=login]", "maria")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/")


def press(page: Page, button: Locator) -> None:
    """Press it and wait for the page that comes of it: before that, its work may not be queued yet."""
    with page.expect_navigation():
        button.click()


def test_a_file_is_handed_in_settled_and_entered(page: Page, live: Live, tmp_path: Path) -> None:
    world = make_world(live.office)
    sign_in(page, live)
    file = tmp_path / "book.csv"
    file.write_text(BOOK)
    page.goto("/intakes/new")
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("its rows are being judged")).to_be_visible()
    worker.run_all(live.office)
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("cell", name="Tavrus").first).to_be_visible()
    page.get_by_label("Tavrus stands for").fill(world.maker.number)
    press(page, page.get_by_role("row", name="Tavrus").first.get_by_role("button", name="It stands for this"))
    worker.run_all(live.office)
    page.reload()
    expect(page.get_by_label("Tavrus stands for")).to_have_count(0)
    page.get_by_text("Which column is which").first.click()
    page.locator("[name=constants-holder]").fill(world.dealer.number)
    press(page, page.get_by_role("button", name="Judge anew"))
    worker.run_all(live.office)
    page.reload()
    press(page, page.get_by_role("button", name="Enter 3 rows"))
    worker.run_all(live.office)
    page.reload()
    expect(page.get_by_text("Done").first).to_be_visible()
    page.get_by_text("Take all of it back").click()
    page.get_by_label("Reason").fill("It was the wrong dealer's book")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("This is proposed")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_text("waits for a second person")).to_be_visible()


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 820)])
def test_pages_have_no_faults_and_fit(page: Page, live: Live, language: str, width: int) -> None:
    world = make_world(live.office)
    sign_in(page, live, language)
    judged = hand_in(live.office, BOOK)
    found = enter(live.office, settle(live.office, judged, holder=world.dealer.number))
    with live.office.begin(EVERYTHING) as work:
        mappings.remember(work, MappingNew(found.number, "SIGMA"))
    offered = hand_in(live.office, f"{HEAD}TAB9;Taurus;pistol;PT 92;9x19;BR;1998;;;;;\n")
    with live.office.begin(EVERYTHING) as work:
        columns = {"serial": "Serial number"}
        acts.settle(work, queries.run_key(offered.number), IntakeSetting(columns), offered.version)
    page.set_viewport_size({"width": width, "height": 900})
    numbers = (found.number, offered.number)
    for address in ("/intakes", "/intakes/new", "/intake-mappings", *(f"/intakes/{one}" for one in numbers)):
        page.goto(address)
        for opened in page.locator("details").all():
            opened.evaluate("it => it.open = true")
        assert accessibility_faults(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
