"""Police trace and officers sell, in a real browser: by keyboard, both ways, without faults."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from registry.access.policy import SECOND_FACTOR_ROLES
from registry.ammunition import acts
from registry.core.numbers import parse_registry_number
from schemas.ammunition import LotNew, PackNew, SaleNew
from schemas.vocabulary import MarkingScheme, PackageLevel, PartyKind, Role
from tests.browsing import Live, accessibility_faults, give_code
from tests.firearms.world import World, make_world, register
from tests.makers import EVERYTHING, PASSWORD, make_account, make_party

SOLD = date(2006, 12, 29)


@pytest.fixture
def world(live: Live) -> World:
    """A firearm, and the lot UZZ18, sold to the Federal Police."""
    found = make_world(live.office)
    register(live.office, found)
    with live.office.begin(EVERYTHING) as work:
        cbc = make_party(work, PartyKind.MAKER, "Companhia Brasileira de Cartuchos", short_name="CBC").number
        dpf = make_party(
            work, PartyKind.PUBLIC_BODY, "Departamento de Polícia Federal", short_name="DPF"
        ).number
        new = LotNew(cbc, "UZZ18", "9x19", "9ETOG", "9 mm Luger", 1_859_000, date(2006, 11, 20),
                     MarkingScheme.LOT_CODE, historical=True)  # fmt: skip
        key = parse_registry_number("L", acts.register_lot(work, new).number)
        acts.pack(work, key, PackNew(PackageLevel.CASE, 100_000))
        sale = SaleNew(cbc, dpf, SOLD, "EB-1", "77", "1", SOLD, "GT-1", SOLD, quantity=1_859_000)
        acts.sell(work, key, sale)
    return found


def sign_in(page: Page, live: Live, role: Role, language: str = "en") -> None:
    make_account(live.office, role, "maria", language=language)
    page.goto("/sign-in")
    page.fill("[name=login]", "maria")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    if role in SECOND_FACTOR_ROLES:
        give_code(page, live, "maria")
    page.wait_for_url(f"{live.url}/")


def ask(page: Page, **told: str) -> None:
    page.goto("/traces/new" + ("?kind=cartridge" if "code" in told else ""))
    for name, value in {"case_number": "2026/118", **told}.items():
        page.fill(f"[name={name}]", value)
    page.keyboard.press("Enter")
    page.wait_for_url("**/traces/T-*")


def test_police_trace_a_firearm_from_its_mark_by_keyboard(page: Page, live: Live, world: World) -> None:
    sign_in(page, live, Role.POLICE)
    ask(page, maker="Taurus", mark="tab 12345")
    expect(page.locator("h1")).to_contain_text("Identified")
    expect(page.locator("main")).to_contain_text("Casa do Caçador")
    steps = page.locator(".timeline li").all_inner_texts()
    assert ["Manufactured" in steps[0], "Sold" in steps[1], len(steps)] == [True, True, 2]


def test_a_damaged_mark_gives_candidates_and_why(page: Page, live: Live, world: World) -> None:
    sign_in(page, live, Role.POLICE)
    ask(page, mark="TAB1?34*")
    expect(page.locator("h1")).to_contain_text("Several records fit")
    expect(page.locator(".candidate")).to_contain_text("TAB12345")


def test_a_cartridge_leads_to_its_buyer_and_the_broken_limit(page: Page, live: Live, world: World) -> None:
    sign_in(page, live, Role.POLICE)
    ask(page, code="UZZ-18", calibre="9x19")
    expect(page.locator("h1")).to_contain_text("Lot identified")
    expect(page.locator("main")).to_contain_text("Departamento de Polícia Federal")
    expect(page.locator(".findings")).to_contain_text("185.9 times")
    report = page.request.get(page.url + "/report.pdf")
    assert report.headers["content-type"] == "application/pdf"
    assert report.body().startswith(b"%PDF")


def test_a_refused_trace_keeps_what_was_typed(page: Page, live: Live, world: World) -> None:
    sign_in(page, live, Role.POLICE)
    page.goto("/traces/new")
    page.fill("[name=mark]", "NONE")
    page.fill("[name=case_number]", "2026/118")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("[name=case_number]")).to_have_value("2026/118")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 820)])
def test_pages_have_no_faults(page: Page, live: Live, world: World, language: str, width: int) -> None:
    sign_in(page, live, Role.AUTHORITY_SUPERVISOR, language)
    page.set_viewport_size({"width": width, "height": 1000})
    ask(page, mark="TAB12345")
    assert accessibility_faults(page) == []
    ask(page, code="UZZ18")
    assert accessibility_faults(page) == []
    page.goto("/lots")
    lot = page.locator("tbody a").first.get_attribute("href") or ""
    page.goto(f"{lot}/packages")
    package = page.locator("tbody a").first.get_attribute("href") or ""
    for address in (
        "/traces/new",
        "/traces/new?kind=cartridge",
        "/traces",
        "/lots",
        "/lots?q=nothing",
        "/lots/new",
        "/sales",
        *(lot + form for form in ("", "/sell", "/move", "/pack", "/movements", "/packages")),
        package,
    ):
        page.goto(address)
        assert accessibility_faults(page) == [], address
        assert page.locator("h1").count() == 1
