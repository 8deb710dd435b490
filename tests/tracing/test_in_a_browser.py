"""The grid of a scene in a browser: cells of a spreadsheet are pasted into it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from schemas.vocabulary import Role
from tests.browsing import Live, accessibility_faults
from tests.makers import PASSWORD, make_account

PASTE = """text => {
  const told = new DataTransfer();
  told.setData("text", text);
  const event = new ClipboardEvent("paste", {clipboardData: told, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(event);
}"""


def test_cells_of_a_spreadsheet_fill_the_grid_and_what_is_beyond_it_is_kept(page: Page, live: Live) -> None:
    make_account(live.office, Role.POLICE, "rita")
    page.goto("/sign-in")
    page.fill("[name=login]", "rita")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/")
    page.goto("/scenes/new")
    page.focus("[name=lines-1-code]")
    rows = [f"AYA{n:02d}\tCBC\t.40 S&W\t\tcase\t{n}" for n in range(25)]
    page.evaluate(PASTE, "\r\n".join(rows) + "\r\n")
    expect(page.locator("[name=lines-1-code]")).to_have_value("AYA00")
    expect(page.locator("[name=lines-23-code]")).to_have_value("AYA22")
    expect(page.locator("[name=lines-23-count]")).to_have_value("22")
    expect(page.locator("[name=lines-5-state]")).to_have_value("case")
    expect(page.locator("[name=lines-0-code]")).to_have_value("")
    expect(page.locator("[name=paste]")).to_have_value("\n".join(rows[23:]))
    page.focus("[name=lines-0-state]")
    page.evaluate(PASTE, "a bullet\t2")
    expect(page.locator("[name=lines-0-state]")).to_have_value("a bullet")
    assert accessibility_faults(page) == []
