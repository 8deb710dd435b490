"""Recovery in a browser: a day's collection by keyboard and scanner; pages without faults, both ways."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from schemas.vocabulary import Role
from tests.browsing import Live, accessibility_faults
from tests.makers import PASSWORD, make_account
from tests.recovery.test_disposal import proposed
from tests.recovery.world import campaign, make_scene, offer, pistol, record


def sign_in(page: Page, live: Live, language: str = "en") -> None:
    make_account(live.office, Role.AUTHORITY_OFFICER, "maria", language=language)
    page.goto("/sign-in")
    page.fill("[name=login]", "maria")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/")


def scan(page: Page, text: str) -> None:
    """What a scanner does: it types, and sends Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_day_is_entered_without_a_mouse(page: Page, live: Live) -> None:
    drive = campaign(live.office, make_scene(live.office))
    sign_in(page, live)
    page.goto(f"/recoveries/new?campaign={drive.number}&post=1&recovered_on=2020-03-02")
    page.focus("[name=rows-0-person]")
    for told in ("Ana Reis", "ID 77", "QQ10203", "BAG-000001"):
        scan(page, told)
    expect(page.locator("[name=rows-0-type]")).to_be_focused()
    page.keyboard.type("Rev")
    page.keyboard.press("Enter")
    expect(page.locator("[name=rows-0-maker]")).to_be_focused()
    page.locator("[name=rows-0-note]").focus()
    scan(page, "rusted")
    expect(page.locator("[name=rows-1-person]")).to_be_focused()
    for told in ("-", "", "QQ10204", "BAG-000002"):
        scan(page, told)
    page.get_by_role("button", name="Record all").last.click()
    expect(page.get_by_text("2 items in 2 recoveries.")).to_be_visible()
    expect(page.locator("[name=campaign]")).to_have_value(drive.number)
    page.get_by_role("link", name="RV-").first.click()
    expect(page.get_by_text("Ana Reis")).to_be_visible()
    expect(page.get_by_role("cell", name="Revolver")).to_be_visible()


PAGES = (
    "/recoveries",
    "/recoveries/new",
    "{recovery}",
    "/campaigns",
    "/campaigns/new",
    "{campaign}",
    "/evidence",
    "{item}",
    "/handovers",
    "/handovers/new",
    "{handover}",
    "/disposals",
    "/disposals/new",
    "{disposal}",
)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 820)])
def test_pages_have_no_faults_of_accessibility(page: Page, live: Live, language: str, width: int) -> None:
    scene = make_scene(live.office)
    drive = campaign(live.office, scene)
    made = record(live.office, scene, pistol("QQ1"), pistol(""), by=scene.taker)
    first, second = (item.number for item in made.items)
    moved = offer(live.office, scene, scene.taker, scene.third, second)
    batch = proposed(live.office, scene, first)
    places = {
        "recovery": f"/recoveries/{made.number}",
        "campaign": f"/campaigns/{drive.number}",
        "item": f"/evidence/{first}",
        "handover": f"/handovers/{moved.number}",
        "disposal": f"/disposals/{batch.number}",
    }
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, live)
    if language != "en":
        page.locator(f"button[lang={language}]").click()
    for path in PAGES:
        page.goto(path.format(**places))
        assert accessibility_faults(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
