"""Pages of firearms in a browser: by keyboard, both ways, without faults."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from schemas.firearms import ComponentNew, FirearmChange, MarkNew
from schemas.vocabulary import ComponentKind, MarkCondition, MarkKind, Role, Symbol
from tests.browsing import Live, accessibility_faults, give_code
from tests.firearms.world import World, make_world, register, serial
from tests.makers import EVERYTHING, PASSWORD, make_account

PAGES = (
    "/firearms",
    "/firearms?q=nothing",
    "/firearms/new",
    "{gun}",
    "{gun}/marks/new",
    "{gun}/marks/1",
    "{gun}/custody/new",
    "{gun}/correct",
    "/conflicts",
    "/conflicts?open=false",
    "/conflicts/1",
)


def sign_in(page: Page, live: Live, language: str = "en") -> None:
    make_account(live.office, Role.AUTHORITY_SUPERVISOR, "maria", language=language)
    page.goto("/sign-in")
    page.fill("[name=login]", "maria")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    give_code(page, live, "maria")
    page.wait_for_url(f"{live.url}/")


def furnish(live: Live) -> tuple[World, str]:
    """A firearm with all that a page can show, in conflict with another."""
    from registry.core.numbers import parse_registry_number
    from registry.firearms import acts

    world = make_world(live.office)
    marks = (
        serial(component=1, symbols=(Symbol.STAR,), condition=MarkCondition.ALTERED, place="right side"),
        MarkNew(MarkKind.PROOF, symbols=(Symbol.CROWN,)),
        MarkNew(MarkKind.REGISTRATION, "س 123", country="EG"),
        MarkNew(MarkKind.MANUFACTURE, "W" * 64),
    )
    gun = register(
        live.office, world, marks=marks, components=(ComponentNew(ComponentKind.FRAME_OR_RECEIVER, "steel"),)
    )
    register(live.office, world, year_made=None)
    with live.office.begin(EVERYTHING) as work:
        change = FirearmChange("the slide says so", model="PT 99")
        acts.correct(work, parse_registry_number("F", gun.number), change, 1)
    return world, gun.number


def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(("language", "widths"), [("en", (1280, 820)), ("ar", (820,))])
def test_pages_have_no_faults_and_fit(page: Page, live: Live, language: str, widths: tuple[int, ...]) -> None:
    _, number = furnish(live)
    sign_in(page, live, language)
    for address in PAGES:
        page.goto(address.format(gun=f"/firearms/{number}"))
        assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
        assert page.locator("h1").count() == 1
        for width in widths:
            page.set_viewport_size({"width": width, "height": 1000})
            assert accessibility_faults(page) == [], (address, width)
            assert fits(page), (address, width)


def test_a_firearm_is_registered_by_keyboard_alone(page: Page, live: Live) -> None:
    world = make_world(live.office)
    sign_in(page, live)
    page.goto("/firearms/new")
    page.locator("[name=maker]").focus()
    for keys in (world.maker.number, "PT 92", "9x19", "Pistol", "Semi automatic"):
        page.keyboard.type(keys)
        page.keyboard.press("Tab")
    page.locator("[name=marks-0-text]").focus()
    page.keyboard.type("TAB-12345")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Forjas Taurus PT 92")
    expect(page.locator("table")).to_contain_text("TAB-12345")


def test_a_refused_form_leads_to_the_field_and_nothing_typed_is_lost(page: Page, live: Live) -> None:
    world = make_world(live.office)
    sign_in(page, live)
    page.goto("/firearms/new")
    page.fill("[name=maker]", world.maker.number)
    page.fill("[name=calibre]", "9 mm Lugger")
    page.select_option("[name=type]", "pistol")
    page.select_option("[name=action]", "other")
    page.fill("[name=marks-0-text]", "TAB-12345")
    page.locator("summary").first.click()
    page.select_option("[name=marks-1-kind]", "proof")
    page.fill("[name=marks-1-text]", "CIP")
    page.locator("main form button[type=submit]").click()
    page.locator(".error-summary a").first.click()
    expect(page.locator("[name=calibre]")).to_be_focused()
    expect(page.locator("[name=calibre]")).to_have_value("9 mm Lugger")
    expect(page.locator("[name=marks-1-text]")).to_be_visible()
    expect(page.locator("[name=marks-1-text]")).to_have_value("CIP")
    assert accessibility_faults(page) == []
