"""The first page: each role meets its main act first, and the box opens whatever was scanned."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.numbers import registry_number
from registry.core.work import Office
from registry.home import entrances
from schemas.vocabulary import Role
from tests.makers import EVERYTHING, make_party, sign_in
from tests.naughty import NAUGHTY

FIREARM, LOT, TRACE = (registry_number(prefix, 12345) for prefix in "FLT")


def hrefs(page: str) -> set[str]:
    return set(re.findall(r'href="(/[^"#?]*)', page))


def find(browser: FlaskClient, text: str) -> str | int:
    answer = browser.get("/find", query_string={"q": text})
    return answer.headers["Location"] if answer.status_code == 302 else answer.status_code


def test_a_stranger_is_led_to_the_sign_in(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")


@pytest.mark.parametrize(
    ("role", "offered", "withheld"),
    [
        (Role.POLICE, {"/traces/new", "/traces"}, {"/firearms", "/lots", "/firearms/new", "/accounts"}),
        (Role.CUSTOMS, {"/traces/new", "/firearms", "/lots"}, {"/firearms/new", "/conflicts", "/accounts"}),
        (Role.AUTHORITY_OFFICER, {"/firearms/new", "/conflicts", "/requests"}, {"/accounts"}),
        (Role.AUTHORITY_SUPERVISOR, {"/proposals", "/conflicts", "/requests"}, {"/accounts"}),
        (Role.TRADER, {"/firearms/new", "/firearms", "/lots"}, {"/traces/new", "/traces", "/conflicts"}),
        (Role.AUDITOR, {"/traces", "/conflicts", "/firearms"}, {"/firearms/new", "/traces/new"}),
        (Role.ADMINISTRATOR, {"/accounts", "/accounts/new"}, {"/firearms", "/lots", "/traces"}),
    ],
)
def test_each_role_is_offered_what_it_may_do_and_no_more(
    app: Flask, role: Role, offered: set[str], withheld: set[str]
) -> None:
    browser = sign_in(app, role)
    page = browser.get("/").get_data(as_text=True)
    assert offered <= hrefs(page)
    assert not withheld & hrefs(page)
    for address in sorted(href for href in hrefs(page) if not href.startswith("/static/")):
        assert browser.get(address).status_code in (200, 302), address


@pytest.mark.parametrize("role", Role)
def test_no_entrance_of_a_role_is_closed_to_it(app: Flask, role: Role) -> None:
    page = sign_in(app, role).get("/").get_data(as_text=True)
    tiles = re.search(r'<ul class="tiles">.*?</ul>', page, re.DOTALL)
    assert tiles
    assert tiles[0].count("<li>") == len(entrances.OF_ROLE[role])


def test_police_can_trace_from_the_first_page(app: Flask) -> None:
    page = sign_in(app, Role.POLICE).get("/").get_data(as_text=True)
    form = re.search(r'<form[^>]*method="post" action="/traces/new".*?</form>', page, re.DOTALL)
    assert form
    for name in ("csrf_token", "mark", "purpose", "case_number"):
        assert f'name="{name}"' in form[0]
    assert '<option value="criminal_investigation" selected>' in form[0]


@pytest.mark.parametrize("role", [Role.CUSTOMS, Role.AUTHORITY_OFFICER, Role.AUDITOR, Role.TRADER])
def test_a_registry_number_opens_its_record(app: Flask, office: Office, role: Role) -> None:
    browser = sign_in(app, role)
    with office.begin(EVERYTHING) as work:
        party = make_party(work).number
    assert find(browser, FIREARM) == f"/firearms/{FIREARM}"
    assert find(browser, f"  {FIREARM.replace('-', '').lower()} ") == f"/firearms/{FIREARM.replace('-', '')}"
    assert find(browser, LOT) == f"/lots/{LOT}"
    assert find(browser, party) == f"/parties/{party}"
    assert find(browser, registry_number("B", 5 * 10**7 + 3)) == "/packages/" + registry_number(
        "B", 5 * 10**7 + 3
    )


def test_a_number_inside_what_a_label_says_opens_its_record(app: Flask) -> None:
    browser = sign_in(app, Role.CUSTOMS)
    assert find(browser, f"https://registry.example/firearms/{FIREARM}") == f"/firearms/{FIREARM}"


def test_anything_else_is_a_mark_to_trace(app: Flask) -> None:
    assert find(sign_in(app, Role.CUSTOMS), "AB?123") == "/traces/new?mark=AB?123"
    assert find(sign_in(app, Role.POLICE), FIREARM) == f"/traces/new?mark={FIREARM}"
    assert find(sign_in(app, Role.POLICE), TRACE) == f"/traces/{TRACE}"


def test_traders_look_among_their_own(app: Flask) -> None:
    assert find(sign_in(app, Role.TRADER), "AB123") == "/firearms?q=AB123"


def test_what_nobody_may_look_up_is_said_to_be_missing(app: Flask) -> None:
    answer = sign_in(app, Role.ADMINISTRATOR).get("/find?q=AB123")
    assert answer.status_code == 404
    assert "AB123" in answer.get_data(as_text=True)


def test_an_empty_box_leads_back(app: Flask) -> None:
    assert find(sign_in(app, Role.CUSTOMS), "  ") == "/"


def test_no_text_breaks_the_box(app: Flask) -> None:
    for role in (Role.CUSTOMS, Role.TRADER, Role.ADMINISTRATOR):
        browser = sign_in(app, role)
        for text in NAUGHTY:
            assert browser.get("/find", query_string={"q": text}, follow_redirects=True).status_code < 500, (
                text[:20]
            )


def test_the_apis_description_is_read_without_a_sign_in_and_from_this_machine(client: FlaskClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    for address in re.findall(r'(?:src|href|data-url)="([^"]+)"', page.get_data(as_text=True)):
        assert address.startswith("/")
        if address != "/":
            with client.get(address) as answer:
                assert answer.status_code == 200, address


def test_nothing_but_swagger_uis_files_is_served_beside_it(client: FlaskClient) -> None:
    for asset in ("../__init__.py", "%2e%2e/__init__.py", "/etc/passwd", "nothing.js"):
        answer = client.get(f"/static/swagger-ui/{asset}", follow_redirects=True)
        assert answer.status_code == 404
