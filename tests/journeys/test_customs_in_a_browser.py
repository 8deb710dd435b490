"""A day of a customs officer by the pages: a licence, its goods, their labels, a paper without a network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from registry.labels import acts as labels
from registry.shipments import offices
from registry.verification import acts
from schemas import shipments as shapes
from schemas.label_vocabulary import PrinterLanguage
from schemas.labels import PrinterNew
from schemas.vocabulary import Role
from tests.browsing import Live, accessibility_faults
from tests.makers import EVERYTHING, PASSWORD, bearer, make_account
from tests.shipments.world import (
    PORT,
    Licensed,
    announce,
    import_licence,
    open_offices,
    register_abroad,
)
from tests.verification.papers import printed, scanned
from tests.verification.test_offline_in_a_browser import kept, scan, title, visit

SERIALS = tuple(f"CZ{n}" for n in range(1, 7))


@pytest.fixture
def licensed(live: Live) -> Licensed:
    """Six pistols of an import licence, marked and on record, announced at the officer's port."""
    with live.office.begin(EVERYTHING) as work:
        acts.make_first_key(work)
        labels.add_printer(work, PrinterNew("Customs desk", PrinterLanguage.ZPL, 203))
    open_offices(live.office)
    for serial in SERIALS:
        register_abroad(live.office, serial, marked=True)
    return import_licence(live.office, SERIALS)


def sign_in(page: Page, live: Live) -> None:
    make_account(live.office, Role.CUSTOMS, "caio")
    with live.office.begin(EVERYTHING) as work:
        offices.post(work, shapes.PostNew("caio", PORT))
    page.goto("/sign-in")
    page.keyboard.type("caio")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/")


def typed(page: Page, text: str) -> None:
    """As a scanner types into the box that has the focus."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def is_fit(page: Page) -> None:
    """On the tablet of the counter too, and without faults."""
    for width in (820, 1280):
        page.set_viewport_size({"width": width, "height": 1000})
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide), (page.url, width)
    assert accessibility_faults(page) == [], page.url


def printed_labels(page: Page, button: str) -> int:
    """How many labels the file has that a button gives; the page then shows that they were sent."""
    runs = page.locator("table").last.locator("tbody tr")
    before = runs.count()
    with page.expect_download() as coming:
        page.get_by_role("button", name=button, exact=True).click()
    expect(runs).to_have_count(before + 1)
    assert coming.value.suggested_filename.endswith(".zpl")
    return Path(coming.value.path()).read_bytes().count(b"^XZ")


def test_a_day_at_the_counter(page: Page, live: Live, licensed: Licensed) -> None:
    shipment = announce(live.office, licensed, {1: len(SERIALS)}).number
    sign_in(page, live)

    typed(page, licensed.number)  # the box on the first page
    page.get_by_role("link", name="At the counter").click()
    expect(page.get_by_text("Valid today")).to_be_visible()
    is_fit(page)
    page.get_by_role("link", name=f"Check shipment {shipment}").click()
    for n, serial in enumerate((*SERIALS, "XX9")):
        expect(page.locator("[name=code]")).to_be_focused()
        typed(page, serial)
        expect(page.locator("main")).to_contain_text(f"{min(n + 1, len(SERIALS))} / {len(SERIALS)}")
    expect(page.get_by_text("Unknown: XX9")).to_be_visible()
    is_fit(page)

    page.get_by_role("link", name="Import marks").click()
    page.get_by_label("Printer").select_option("Customs desk")
    page.get_by_label("File", exact=True).select_option("zpl")
    page.get_by_label("Format").select_option("roll-70x37")
    page.get_by_role("button", name="See the labels").click()
    seen = page.locator(".label-picture")
    assert seen.evaluate("async (seen) => { await seen.decode(); return seen.naturalWidth }") > 100
    is_fit(page)
    assert printed_labels(page, "Print") == len(SERIALS)
    page.get_by_text("The printer jammed").click()
    page.get_by_label("First label that is missing").fill("4")
    assert printed_labels(page, "Go on from there") == 3
    page.get_by_text("Print some once more").click()
    page.get_by_label("From label").fill("2")
    page.get_by_label("To label").fill("2")
    page.get_by_role("button", name="Print once more").click()
    expect(page.locator(".error-summary")).to_be_focused()  # not without a reason
    page.get_by_label("Why").fill("Torn at the crate")
    assert printed_labels(page, "Print once more") == 1
    expect(page.locator("main")).to_contain_text("Torn at the crate")
    is_fit(page)

    square = scanned(
        printed(live.app.test_client(), f"/licences/{licensed.number}/licence.pdf", bearer(live.app))
    )
    square = square.replace("http://localhost", live.url)
    page.goto(square.partition("#")[0])  # as its square opens it
    expect(page.get_by_role("link", name="At the counter")).to_be_visible()
    visit(page)
    kept(page)
    page.context.set_offline(True)
    visit(page)
    scan(page, square)
    expect(title(page)).to_have_text("Genuine")
    scan(page, square[:-9] + ("1" if square[-9] != "1" else "2") + square[-8:])
    expect(title(page)).to_have_text("Not ours, or changed")
    page.context.set_offline(False)

    page.goto(f"/shipments/{shipment}/counter")
    page.get_by_label(re.compile("Customs seal")).fill("BR-77")
    page.get_by_role("button", name="Clear it").click()
    expect(page.locator(".error-summary")).to_contain_text("say what was done about them")
    page.get_by_label(re.compile("^Note")).fill("XX9 stays in the store of customs")
    page.get_by_role("button", name="Clear it").click()
    expect(page.get_by_text("The shipment is cleared.")).to_be_visible()
    is_fit(page)
