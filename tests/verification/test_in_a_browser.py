"""The page of verification in Chromium: without sign-in, without script, without faults."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from registry.verification import codes, issuing
from schemas.vocabulary import IssuedKind
from tests.browsing import Live, accessibility_faults
from tests.makers import EVERYTHING


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_have_no_faults_and_fit_a_telephone(page: Page, live: Live, language: str) -> None:
    with live.office.begin(EVERYTHING) as work:
        good = issuing.issue(work, IssuedKind.TRACE_REPORT, "T-000000007-X")
        bad = issuing.issue(work, IssuedKind.LOT_RECORD, "L-000000007-X")
        issuing.keep_print(work, good.id, b"paper", "en")
        issuing.revoke(work, IssuedKind.LOT_RECORD, "L-000000007-X", "Forged")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/verify")
    page.locator(f"[name=language][value={language}]").click()
    for address in ("/verify", f"/verify/{good.code}", f"/verify/{bad.code}", "/verify/0000"):
        page.goto(address)
        assert accessibility_faults(page) == [], address
        assert fits(page), address


def test_a_code_is_verified_by_keyboard_and_without_script(browser: Browser, live: Live) -> None:
    with live.office.begin(EVERYTHING) as work:
        issued = issuing.issue(work, IssuedKind.TRACE_REPORT, "T-000000007-X")
    context = browser.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_role("link", name="Check a paper").click()
    page.fill("[name=code]", codes.shown(issued.code).lower())
    page.keyboard.press("Enter")
    expect(page.get_by_text("Genuine and current")).to_be_visible()
    context.close()
