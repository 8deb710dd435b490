"""Second factors in Chromium: by its virtual authenticator, by code, without script, and without faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from registry.access import totp
from schemas.vocabulary import Role
from tests.browsing import Live, accessibility_faults, give_code, served
from tests.engines import Sqlite, application
from tests.makers import PASSWORD, make_account


@pytest.fixture
def live(sqlite: Sqlite, tmp_path: Path) -> Iterator[Live]:
    """The registry under a name: a number has no passkeys."""
    with sqlite.ready() as url, application(url, tmp_path) as app, served(app) as address:
        office = app.extensions["registry"].office
        yield Live(address.replace("127.0.0.1", "localhost"), app, office)


@contextmanager
def security_key(page: Page) -> Iterator[Any]:
    """Chromium's virtual authenticator: (the session of CDP, its identifier)."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield devtools, made["authenticatorId"]
    devtools.send("WebAuthn.removeVirtualAuthenticator", made)


def enter(page: Page, login: str = "maria", password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")


def sign_out(page: Page, live: Live) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{live.url}/sign-in")


def add_passkey(page: Page) -> None:
    page.goto("/second-factor/passkeys/new")
    page.fill("[name=label]", "Key on my key ring")
    page.get_by_role("button", name="Add the passkey").click()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_passkey_is_made_used_and_removed(page: Page, live: Live) -> None:
    make_account(live.office, Role.AUTHORITY_OFFICER, "maria")
    enter(page)
    page.wait_for_url(f"{live.url}/")
    with security_key(page) as (devtools, key):
        add_passkey(page)
        expect(page.locator(".recovery-codes li")).to_have_count(10)
        assert accessibility_faults(page) == []
        page.get_by_role("link", name="I have them").click()
        sign_out(page, live)
        enter(page)
        page.wait_for_url("**/sign-in/second-factor")
        assert accessibility_faults(page) == []
        page.get_by_role("button", name="Use the passkey").click()
        page.wait_for_url(f"{live.url}/")
        held = devtools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
        assert [credential["signCount"] for credential in held] == [2]
        page.goto("/second-factor")
        expect(page.locator("tbody").first).to_contain_text("Key on my key ring")
        page.on("dialog", lambda question: question.accept())
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    sign_out(page, live)
    enter(page)
    page.wait_for_url(f"{live.url}/")


def test_the_same_key_is_not_registered_twice_and_a_missing_one_is_said(page: Page, live: Live) -> None:
    make_account(live.office, Role.AUTHORITY_OFFICER, "maria")
    enter(page)
    page.wait_for_url(f"{live.url}/")
    with security_key(page):
        add_passkey(page)
        page.get_by_role("link", name="I have them").click()
        add_passkey(page)
        expect(page.get_by_role("alert")).to_contain_text("No passkey was given")
    sign_out(page, live)
    enter(page)
    with security_key(page):
        page.get_by_role("button", name="Use the passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("No passkey was given")
        assert accessibility_faults(page) == []


def test_a_passkey_of_another_account_does_not_complete_the_sign_in(page: Page, live: Live) -> None:
    for login in ("maria", "other"):
        make_account(live.office, Role.AUTHORITY_OFFICER, login)
    with security_key(page):
        for login in ("maria", "other"):
            enter(page, login)
            page.wait_for_url(f"{live.url}/")
            add_passkey(page)
            page.get_by_role("link", name="I have them").click()
            sign_out(page, live)
        enter(page, "maria")
        form = page.locator("[data-passkey]")
        asked = form.get_attribute("data-options")
        sign_out_of_the_second_step(page, live)
        enter(page, "other")
        form.evaluate("(form, options) => { form.dataset.options = options }", asked)
        page.get_by_role("button", name="Use the passkey").click()
        expect(page.locator(".error-summary")).to_contain_text("This passkey does not fit")
        page.goto("/tokens")
        page.wait_for_url("**/sign-in/second-factor")


def sign_out_of_the_second_step(page: Page, live: Live) -> None:
    page.get_by_role("button", name="Start again").click()
    page.wait_for_url(f"{live.url}/sign-in")


def test_an_administrator_enrols_an_app_by_its_secret(page: Page, live: Live) -> None:
    make_account(live.office, Role.ADMINISTRATOR, "maria", enrolled=False)
    enter(page)
    page.wait_for_url("**/second-factor")
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Add an authenticator app").click()
    assert accessibility_faults(page) == []
    secret = page.locator(".mark").inner_text().replace(" ", "")
    page.fill("[name=code]", totp.code_at(secret, totp.step_at(live.office.clock())))
    page.keyboard.press("Enter")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="I have them").click()
    page.wait_for_url(f"{live.url}/")


def test_the_qr_code_says_the_secret(page: Page, live: Live, tmp_path: Path) -> None:
    import zxingcpp
    from PIL import Image

    make_account(live.office, Role.ADMINISTRATOR, "maria", enrolled=False)
    enter(page)
    page.wait_for_url("**/second-factor")
    page.goto("/second-factor/app")
    page.locator(".qr").screenshot(path=tmp_path / "qr.png")
    read = zxingcpp.read_barcode(Image.open(tmp_path / "qr.png"))
    assert read is not None
    secret = page.locator(".mark").inner_text().replace(" ", "")
    assert read.text.startswith("otpauth://totp/National%20Firearms%20Authority:maria?")
    assert f"secret={secret}" in read.text


def test_without_script_a_code_is_enough_and_passkeys_say_what_they_need(
    browser: Browser, live: Live
) -> None:
    make_account(live.office, Role.AUDITOR, "maria")
    context = browser.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    enter(page)
    give_code(page, live, "maria")
    page.wait_for_url(f"{live.url}/")
    page.goto("/second-factor/passkeys/new")
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Add the passkey")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("language", ["en", "pt", "ar"])
def test_pages_have_no_faults_and_fit_a_tablet(page: Page, live: Live, language: str) -> None:
    make_account(live.office, Role.ADMINISTRATOR, "maria", language=language)
    other = make_account(live.office, Role.AUDITOR, "other")
    enter(page)
    give_code(page, live, "maria")
    page.wait_for_url(f"{live.url}/")
    page.set_viewport_size({"width": 820, "height": 1180})
    factor = ("second-factor", "second-factor/app", "second-factor/passkeys/new", "confirm")
    others = (f"accounts/{other.id}", f"accounts/{other.id}/reset")
    for address in (*factor, "sessions", "password", "tokens", *others):
        page.goto(f"/{address}")
        assert accessibility_faults(page) == [], address
        assert fits(page), address
        assert page.locator("h1").count() == 1
