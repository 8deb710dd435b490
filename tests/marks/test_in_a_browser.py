"""Marks in a browser: understood as they are typed, signs picked by keyboard, without faults."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from schemas.vocabulary import Role
from tests.browsing import Live, accessibility_faults
from tests.home.test_in_a_browser import fits, sign_in


def test_a_mark_is_understood_as_it_is_typed(page: Page, live: Live) -> None:
    sign_in(page, live, Role.POLICE)
    page.goto("/traces/new")
    expect(page.locator("[name=mark]")).to_be_focused()
    page.keyboard.type("NONE")
    expect(page.locator("#understood")).to_contain_text("stands for a missing serial")
    page.fill("[name=mark]", "28 [")
    expect(page.locator("#understood")).to_contain_text("needs its ]")
    page.fill("[name=mark]", "ET281234")
    page.locator("[name=symbols-12]").focus()
    page.keyboard.press("Space")
    expect(page.locator("#understood")).to_contain_text("Arsenal")
    expect(page.locator("#understood")).to_contain_text("1988")
    assert accessibility_faults(page) == []


def test_a_button_says_the_same_without_the_script(page: Page, live: Live) -> None:
    sign_in(page, live, Role.POLICE)
    page.route("**/reading.js*", lambda route: route.abort())
    page.goto("/traces/new")
    page.fill("[name=mark]", "BR 05")
    page.locator("[name=step]").click()
    expect(page.locator("#understood")).to_contain_text("mark of import")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_of_marks_have_no_faults_and_fit_a_tablet(page: Page, live: Live, language: str) -> None:
    sign_in(page, live, Role.AUTHORITY_SUPERVISOR, language)
    page.set_viewport_size({"width": 820, "height": 1180})
    for address in ("/traces/new", "/traces/request", "/marks/rules", "/marks/rules/new", "/marks/symbols"):
        page.goto(address)
        assert accessibility_faults(page) == [], address
        assert fits(page), address
        assert page.locator("h1").count() == 1
