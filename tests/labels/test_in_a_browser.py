"""Pages of print jobs in a browser: both ways, without faults, the picture of a label among them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from registry.labels import acts
from schemas.labels import PrinterNew
from schemas.vocabulary import Role
from tests.browsing import Live, accessibility_faults, give_code
from tests.firearms.world import make_world, register, serial
from tests.makers import EVERYTHING, PASSWORD, make_account


@pytest.mark.parametrize(("language", "widths"), [("en", (1280, 820)), ("ar", (820,))])
def test_pages_have_no_faults_and_fit(page: Page, live: Live, language: str, widths: tuple[int, ...]) -> None:
    world = make_world(live.office)
    guns = [register(live.office, world, marks=(serial(f"TAB77{n}"),)).number for n in range(3)]
    with live.office.begin(EVERYTHING) as work:
        acts.add_printer(work, PrinterNew("Customs desk 2"))
    make_account(live.office, Role.AUTHORITY_SUPERVISOR, "maria", language=language)
    page.goto("/sign-in")
    page.fill("[name=login]", "maria")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    give_code(page, live, "maria")
    page.wait_for_url(f"{live.url}/")
    page.goto("/labels/new")
    page.fill("[name=numbers]", "\n".join(guns))
    page.click("main form button[type=submit], main form button:not([type])")
    page.wait_for_selector(".label-picture")
    job = page.url.removeprefix(live.url)
    loaded = "const seen = document.querySelector('.label-picture'); await seen.decode();"
    assert page.evaluate(f"async () => {{ {loaded} return seen.naturalWidth }}") > 100
    with page.expect_download() as downloading:
        page.click(f"form[action='{job}/print'] button")
    assert downloading.value.suggested_filename.endswith(".pdf")
    downloading.value.path()  # until it is here, the page still goes somewhere
    for address in (job, "/labels", "/labels/new", "/label-setup", f"/labels/lookup?number={guns[0]}"):
        page.goto(address)
        assert accessibility_faults(page) == [], address
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert page.evaluate(fits), (address, width)
