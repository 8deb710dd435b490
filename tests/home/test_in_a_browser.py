"""Pages of access, the directory and the start in a browser: by keyboard, both ways, without faults."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from registry.access.policy import SECOND_FACTOR_ROLES
from schemas.vocabulary import PartyKind, Role
from tests.browsing import Live, accessibility_faults, give_code
from tests.makers import EVERYTHING, PASSWORD, make_account, make_party


def sign_in(page: Page, live: Live, role: Role, language: str = "en") -> None:
    make_account(live.office, role, "maria", language=language)
    page.goto("/")
    expect(page.locator("[name=login]")).to_be_focused()
    page.keyboard.type("maria")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    if role in SECOND_FACTOR_ROLES:
        give_code(page, live, "maria")
    page.wait_for_url(f"{live.url}/")


def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(
    ("role", "language", "addresses"),
    [
        (Role.ADMINISTRATOR, "en", ["/accounts", "/accounts/new", "/accounts/1", "/tokens", "/password"]),
        (
            Role.AUTHORITY_OFFICER,
            "en",
            ["/parties", "/parties/new", "{party}", "{person}", "/authorities", "/authorities/PT"],
        ),
        (
            Role.AUTHORITY_OFFICER,
            "ar",
            ["/parties", "/parties/new", "{party}/correct", "/authorities/PT/edit", "/tokens"],
        ),
    ],
)
def test_pages_have_no_faults_and_fit_a_tablet(
    page: Page, live: Live, role: Role, language: str, addresses: list[str]
) -> None:
    with live.office.begin(EVERYTHING) as work:
        party = make_party(work, PartyKind.MAKER, "Comércio Internacional de Produtos " * 5)
        person = make_party(work, PartyKind.PERSON, "Ana Souza")
    sign_in(page, live, role, language)
    page.set_viewport_size({"width": 820, "height": 1180})
    for address in addresses:
        page.goto(address.format(party=f"/parties/{party.number}", person=f"/parties/{person.number}"))
        assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
        assert accessibility_faults(page) == [], address
        assert fits(page), address
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize("role", Role)
def test_the_first_page_of_each_role_has_no_faults(page: Page, live: Live, role: Role) -> None:
    sign_in(page, live, role)
    assert accessibility_faults(page) == []
    if role is not Role.ADMINISTRATOR:
        expect(page.locator("[data-scan]")).to_be_focused()


def test_the_sign_in_says_what_is_wrong(page: Page) -> None:
    page.goto("/sign-in")
    page.fill("[name=login]", "nobody")
    page.fill("[name=password]", "wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    assert accessibility_faults(page) == []


def test_a_token_is_made_and_revoked(page: Page, live: Live) -> None:
    sign_in(page, live, Role.CUSTOMS)
    page.goto("/tokens")
    page.fill("[name=label]", "Scanner at the gate")
    page.get_by_label("See firearms").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator(".confirmation")).to_contain_text("frt_")
    assert accessibility_faults(page) == []
    page.on("dialog", lambda question: question.accept())
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator("tbody")).to_contain_text("Revoked")


def test_where_one_is_stands_out_in_the_navigation(page: Page, live: Live) -> None:
    sign_in(page, live, Role.ADMINISTRATOR)
    for address, label in (("/accounts/new", "Accounts"), ("/states/PT", "States"), ("/parties", "Parties")):
        page.goto(address)
        expect(page.locator(".navigation [aria-current=page]")).to_have_text(label)
    page.goto("/password")
    expect(page.locator(".navigation [aria-current=page]")).to_have_count(0)


def test_more_entries_than_a_row_holds_stand_in_sections(page: Page, live: Live) -> None:
    sign_in(page, live, Role.AUTHORITY_SUPERVISOR)
    page.goto("/marks/rules")
    rows = page.locator(".navigation ul")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("[aria-current=true]")).to_have_text("Firearms")
    expect(rows.last.locator("[aria-current=page]")).to_have_text("Marks")
    assert rows.first.locator("a").count() <= 9
    page.goto("/")
    expect(rows).to_have_count(1)
    assert accessibility_faults(page) == []


def test_the_apis_description_opens(page: Page) -> None:
    page.goto("/api/docs")
    page.locator(".opblock-tag", has_text="directory").click(timeout=60_000)
    expect(page.locator(".opblock-summary-path", has_text="/parties").first).to_be_visible()
