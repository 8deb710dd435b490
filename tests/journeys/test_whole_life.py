"""A firearm's whole life through the pages, in a browser, on both engines: made, exported, imported and
marked, sold, stolen, seized, traced, destroyed, and its records at the end of their terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from registry.access.policy import SECOND_FACTOR_ROLES
from registry.core.work import Office
from schemas.vocabulary import Role
from tests.browsing import TIMEOUT, Live, give_code, served
from tests.engines import Engine, application
from tests.firearms.world import World, make_world
from tests.makers import PASSWORD, make_account

OFFICER, SUPERVISOR, POLICE = "inês", "sérgio", "paula"
ROLES = {OFFICER: Role.AUTHORITY_OFFICER, SUPERVISOR: Role.AUTHORITY_SUPERVISOR, POLICE: Role.POLICE}
MARK = "TLV26118"


@dataclass(frozen=True)
class Town:
    """A registry with its people, who never share a browser."""

    live: Live
    world: World
    browser: Browser

    def page(self, login: str) -> Page:
        """Somebody signs in, in a browser of their own."""
        context = self.browser.new_context(base_url=self.live.url)
        context.set_default_timeout(TIMEOUT)
        page = context.new_page()
        page.goto("/sign-in")
        fill(page, login=login, password=PASSWORD)
        page.keyboard.press("Enter")
        if ROLES[login] in SECOND_FACTOR_ROLES:
            give_code(page, self.live, login)
        page.wait_for_url(f"{self.live.url}/")
        return page


@pytest.fixture
def town(engine: Engine, browser: Browser, tmp_path: Path) -> Iterator[Town]:
    with engine.ready() as url, application(url, tmp_path) as app, served(app) as address:
        office: Office = app.extensions["registry"].office
        for login, role in ROLES.items():
            make_account(office, role, login)
        yield Town(Live(address, app, office), make_world(office), browser)


def fill(page: Page, **told: Any) -> None:
    """Type into the fields of a form, or choose."""
    for name, value in told.items():
        field = page.locator(f"[name='{name.replace('__', '-')}']").first
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(str(value))
        else:
            field.fill(str(value))


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).last.click()


def step(page: Page, gun: str, **told: Any) -> None:
    """One more step of custody."""
    page.goto(f"/firearms/{gun}/custody/new")
    fill(page, **told)
    press(page, "Record")
    page.wait_for_url(f"**/firearms/{gun}")


def made(page: Page, world: World) -> str:
    """The firearm as its maker reported it; its number."""
    page.goto("/firearms/new")
    fill(
        page, maker=world.maker.number, model="PT 92", calibre="9x19", type="pistol", action="semi_automatic",
        country_made="BR", year_made=1990, marks__0__text=MARK, custody__0__kind="manufactured",
        custody__0__happened_on="1990-02-03", custody__0__to_party=world.maker.number,
    )  # fmt: skip
    press(page, "Register")
    page.wait_for_url(re.compile(r"/firearms/F-\d+-\w$"))
    return page.url.rpartition("/")[2]


def traded(page: Page, world: World, gun: str) -> None:
    """Exported, imported again and marked for it, sold to a dealer and on to a person, and stolen there."""
    maker, dealer, person = world.maker.number, world.dealer.number, world.person.number
    step(
        page, gun, kind="exported", happened_on="1990-05-02", from_party=maker, country="PY",
        document_kind="export_licence", document_number="EX 118",
    )  # fmt: skip
    step(
        page, gun, kind="imported", happened_on="1991-03-01", to_party=dealer, country="PY",
        document_kind="import_licence", document_number="IM 44",
    )  # fmt: skip
    page.goto(f"/firearms/{gun}/marks/new")
    fill(page, kind="import", text="BR 91", country="BR", year=1991)
    press(page, "Record")
    page.wait_for_url(f"**/firearms/{gun}")
    step(
        page, gun, kind="sold", happened_on="1991-06-07", from_party=dealer, to_party=person,
        document_kind="invoice", document_number="NF 9",
    )  # fmt: skip
    step(
        page, gun, kind="stolen", happened_on="1994-08-01", from_party=person, place="Santos",
        document_kind="police_report", document_number="BO 311",
    )  # fmt: skip


def seized(page: Page, world: World) -> str:
    """Police record it as seized; what they are told at once; the number of the evidence."""
    page.goto("/recoveries/new")
    fill(
        page, kind="seized", recovered_on="1995-01-09", place="Cubatão", agency=world.police.number,
        circumstances="In the boot of a car", case_number="IP 7/95",
        rows__0__mark=MARK, rows__0__maker="Taurus", rows__0__type="pistol",
    )  # fmt: skip
    press(page, "Record all")
    page.get_by_role("link", name="RV-").first.click()
    page.get_by_role("link", name="EV-").first.click()
    expect(page.locator("main")).to_contain_text("Reported stolen")
    return page.url.rpartition("/")[2]


def test_a_whole_life(town: Town) -> None:
    officer, police = town.page(OFFICER), town.page(POLICE)
    gun = made(officer, town.world)
    traded(officer, town.world, gun)
    evidence = seized(police, town.world)
    traced(police, gun)
    handed_over(police, officer, evidence)
    destroyed(town, officer, evidence)
    remembered(officer, gun)
    forgotten(town, gun)


def traced(page: Page, gun: str) -> None:
    """The answer names the firearm, its way, and the person it was stolen from."""
    page.goto("/traces/new")
    fill(page, mark=MARK, maker="Taurus", case_number="IP 7/95")
    press(page, "Trace")
    page.wait_for_url("**/traces/T-*")
    expect(page.locator("h1")).to_contain_text("Identified")
    expect(page.locator("main")).to_contain_text(gun)
    steps = page.locator(".timeline li").all_inner_texts()
    happened = [re.search("Manufactured|Exported|Imported|Sold|Stolen|Seized", words) for words in steps]
    assert [found and found[0] for found in happened] == [
        "Manufactured", "Exported", "Imported", "Sold", "Stolen", "Seized",
    ]  # fmt: skip


def handed_over(police: Page, officer: Page, evidence: str) -> None:
    """The officer signs for the evidence that the police give."""
    police.goto(f"/handovers/new?items={evidence}")
    fill(police, taker=OFFICER, purpose="storage", place="Evidence store")
    press(police, "Offer it")
    police.wait_for_url("**/handovers/EH-*")
    officer.goto(police.url)
    officer.get_by_role("link", name="Sign for it").click()
    press(officer, "I have taken all of it")
    officer.wait_for_url("**/handovers/EH-*")


def approve(page: Page, title: str) -> None:
    """The supervisor reads what waits, and agrees."""
    page.goto("/proposals?for_me=true")
    page.locator("main tbody a").first.click()
    expect(page.locator("main")).to_contain_text(title)
    press(page, "Approve")
    expect(page.locator("main")).to_contain_text("Approved")


def destroyed(town: Town, officer: Page, evidence: str) -> None:
    """Released by the owner's waiver, proposed by one, approved by another, done before witnesses."""
    officer.goto(f"/evidence/{evidence}")
    expect(officer.locator("main")).to_contain_text("Must stay")
    fill(officer, reason="The owner has given it up")
    press(officer, "Record")
    expect(officer.locator("main")).not_to_contain_text("Must stay")
    officer.goto("/disposals/new")
    fill(officer, items=evidence, method="smelting", place="Foundry of Cubatão", reason="Court order 12")
    press(officer, "Propose")
    officer.wait_for_url("**/disposals/DC-*")
    approve(town.page(SUPERVISOR), evidence)
    officer.reload()
    today = town.live.office.today
    fill(
        officer, done_on=today, weight_kg="0.96", witnesses__0__name="Ana Reis",
        witnesses__0__capacity="Prosecutor", witnesses__1__name="Rui Sá", witnesses__1__capacity="Clerk",
    )  # fmt: skip
    press(officer, "Record")
    expect(officer.locator("main")).to_contain_text("Destroyed")
    certificate = officer.request.get(officer.url + "/certificate.pdf")
    assert certificate.body().startswith(b"%PDF")


def remembered(officer: Page, gun: str) -> None:
    """The record tells the whole life, and its history who wrote each step of it down."""
    officer.goto(f"/firearms/{gun}")
    told = officer.locator("main").inner_text()
    for what in ("Manufactured", "Exported", "Imported", "Sold", "Stolen", "Seized", "Destroyed", "BR 91"):
        assert what in told
    officer.goto(f"/records/{gun}/history")
    assert officer.locator("main").inner_text().count("Name of inês") >= 7


def forgotten(town: Town, gun: str) -> None:
    """Thirty years after the destruction two people let the records go, and the ledger is whole still."""
    town.live.office.clock = lambda: datetime.now(UTC) + timedelta(days=31 * 365.25)
    officer, supervisor = town.page(OFFICER), town.page(SUPERVISOR)
    for record_class in ("recovery", "trace", "firearm"):
        officer.goto(f"/retention?record_class={record_class}")
        numbers = officer.locator("main tbody input[name=record]")
        assert numbers.count() >= 1, record_class
        for n in range(numbers.count()):
            numbers.nth(n).check()
        press(officer, "Propose that those chosen go")
        fill(officer, reason="Their terms are over")
        press(officer, "Propose")
        approve(supervisor, "kept until")
    missing = officer.goto(f"/firearms/{gun}")
    assert missing is not None
    assert missing.status == 404
    verified = town.live.app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert "GOOD" in verified.output
