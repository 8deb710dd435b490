"""Pages of the directory: what each role sees, and what happens to what was typed."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from registry.core.policy import purposes, serves
from registry.core.work import Office
from schemas.vocabulary import May, PartyKind, Purpose, Role
from tests.makers import EVERYTHING, csrf_token, make_actor, make_party, post, sign_in
from tests.naughty import NAUGHTY

READERS = [role for role in Role if May.DIRECTORY_READ in make_actor(role).may]
WRITERS = [role for role in READERS if May.DIRECTORY_WRITE in make_actor(role).may]


@pytest.fixture
def person(office: Office) -> str:
    """Number of Ana Souza, a natural person."""
    with office.begin(EVERYTHING) as work:
        return make_party(work, PartyKind.PERSON, "Ana Souza", document_number="AB123456").number


def test_an_officer_registers_a_party_and_is_led_to_it(app: Flask) -> None:
    browser = sign_in(app)
    made = post(browser, "/parties/new", kind="maker", name="Aurora <S.A.>", country="BR", place="Itajubá")
    assert made.status_code == 303
    page = browser.get(made.headers["Location"]).get_data(as_text=True)
    assert "Aurora &lt;S.A.&gt;" in page
    assert "The party is registered." in page
    assert "Aurora &lt;S.A.&gt;" in browser.get("/parties?q=auro&kind=maker&country=BR").get_data(
        as_text=True
    )


def test_a_form_that_is_refused_keeps_what_was_typed_and_links_to_the_field(app: Flask) -> None:
    browser = sign_in(app)
    refused = post(browser, "/parties/new", kind="maker", name="Aurora", country="BR", full_name="Ana")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert 'value="Aurora"' in page
    assert 'href="#field-full_name"' in page


def test_a_party_that_exists_is_named_with_its_number(app: Flask, office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        known = make_party(work, PartyKind.MAKER, "Aurora")
    refused = post(sign_in(app), "/parties/new", kind="maker", name="AURORA", country="BR")
    assert refused.status_code == 409
    assert known.number in refused.get_data(as_text=True)


@pytest.mark.parametrize("role", READERS)
def test_personal_data_are_shown_to_who_says_why_or_withheld(app: Flask, person: str, role: Role) -> None:
    browser = sign_in(app, role)
    plain = browser.get(f"/parties/{person}").get_data(as_text=True)
    reasons = purposes(role, May.PERSON_READ) or (Purpose.CRIMINAL_INVESTIGATION,)
    asked = browser.get(f"/parties/{person}?purpose={reasons[0]}").get_data(as_text=True)
    foreign = next(one for one in Purpose if one not in purposes(role, May.PERSON_READ))
    refused = browser.get(f"/parties/{person}?purpose={foreign}").get_data(as_text=True)
    listed = browser.get("/parties?kind=person").get_data(as_text=True)
    assert "Ana Souza" not in plain
    assert "AB123456" not in plain + listed + refused
    assert "Ana Souza" not in refused
    if May.PERSON_READ in make_actor(role).may:
        assert "Ana Souza" in asked
        assert "AB123456" in asked
        assert ("Ana Souza" in listed) is serves(role, May.PERSON_READ, None)
    else:
        assert "Ana Souza" not in asked + listed
        assert "Withheld" in plain
        assert "Withheld" in listed


def test_a_purpose_that_is_none_shows_nothing(app: Flask, person: str) -> None:
    answer = sign_in(app).get(f"/parties/{person}?purpose=curiosity")
    assert answer.status_code == 422
    assert "Ana Souza" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("role", READERS)
def test_only_writers_are_offered_forms(app: Flask, role: Role) -> None:
    browser = sign_in(app, role)
    offered = ["/parties/new" in browser.get("/parties").get_data(as_text=True)]
    offered.append("/authorities/PT/edit" in browser.get("/authorities/PT").get_data(as_text=True))
    offered.append(browser.get("/parties/new").status_code == 200)
    assert offered == [role in WRITERS] * 3


def test_a_correction_shows_its_reason_and_refuses_a_stale_form(app: Flask, office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        number = make_party(work, PartyKind.MAKER, "Aurora").number
    browser = sign_in(app)
    address = f"/parties/{number}/correct"
    assert 'name="version" value="1"' in browser.get(address).get_data(as_text=True)
    change = {"version": "1", "name": "Aurora Ltda.", "reason": "new deed"}
    assert post(browser, address, **change).status_code == 303
    page = browser.get(f"/parties/{number}").get_data(as_text=True)
    assert "Aurora Ltda." in page
    assert "new deed" in page
    stale = post(browser, address, **(change | {"name": "Aurora Two"}))
    assert stale.status_code == 412
    assert 'value="Aurora Two"' in stale.get_data(as_text=True)


def test_a_text_that_is_emptied_is_gone(app: Flask, office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        number = make_party(work, PartyKind.MAKER, "Aurora", place="Itajubá").number
    browser = sign_in(app)
    change = {"version": "1", "name": "Aurora", "place": "", "reason": "unknown after all"}
    assert post(browser, f"/parties/{number}/correct", **change).status_code == 303
    assert "Itajubá" not in browser.get(f"/parties/{number}").get_data(as_text=True)


def test_personal_data_are_corrected_and_shown_to_nobody_else(app: Flask, person: str) -> None:
    browser = sign_in(app)
    address = f"/parties/{person}/correct"
    assert 'value="Ana Souza"' in browser.get(address).get_data(as_text=True)
    change = {"version": "1", "full_name": "Ana Lima", "birth_date": "", "reason": "marriage"}
    assert post(browser, address, **change).status_code == 303
    assert "Ana Lima" in browser.get(f"/parties/{person}?purpose=registration").get_data(as_text=True)
    assert post(browser, address, **change).status_code == 412
    future = post(browser, address, **(change | {"version": "2", "birth_date": "2999-01-01"}))
    assert future.status_code == 422
    assert 'href="#field-birth_date"' in future.get_data(as_text=True)
    assert sign_in(app, Role.CUSTOMS).get(address).status_code == 403


def test_a_historic_state_has_no_authority_to_ask(app: Flask) -> None:
    browser = sign_in(app)
    page = browser.get("/states/SU").get_data(as_text=True)
    assert "Historic" in page
    assert "/authorities/SU" not in page
    assert "/authorities/PT" in browser.get("/states/PT").get_data(as_text=True)


def test_a_long_list_goes_on_over_pages_and_keeps_its_filter(app: Flask, office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        for n in range(60):
            make_party(work, PartyKind.MAKER, f"Maker {n:02}")
    browser = sign_in(app)
    first = browser.get("/parties?kind=maker&sort=-name").get_data(as_text=True)
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = browser.get(onward[1].replace("&amp;", "&")).get_data(as_text=True)
    assert "Maker 59" in first
    assert "Maker 00" not in first
    assert "Maker 00" in second
    assert "Maker 59" not in second


@pytest.mark.parametrize("language", ["en", "pt", "ar"])
def test_pages_speak_every_language_offered(app: Flask, person: str, language: str) -> None:
    browser = sign_in(app, language=language)
    for address in ("/parties", "/parties/new", f"/parties/{person}", "/states", "/states/BR"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.get_data(as_text=True)
    brazil = {"en": "Brazil", "pt": "Brasil", "ar": "البرازيل"}[language]
    assert brazil in browser.get("/states/BR").get_data(as_text=True)


def test_no_text_breaks_the_pages(app: Flask, office: Office) -> None:
    browser = sign_in(app)
    with office.begin(EVERYTHING) as work:
        number = make_party(work, PartyKind.MAKER, "Aurora").number
    token = csrf_token(browser, "/parties/new")
    names = (
        "name",
        "short_name",
        "place",
        "identifier",
        "full_name",
        "document_kind",
        "document_number",
        "address",
    )
    for text in NAUGHTY:
        every = dict.fromkeys(names, text)
        sent = [
            *(
                browser.get("/parties", query_string={n: text})
                for n in ("q", "kind", "country", "sort", "cursor", "x")
            ),
            *(browser.get("/states", query_string={n: text}) for n in ("q", "historic", "cursor")),
            browser.get(f"/parties/{number}", query_string={"purpose": text}),
            browser.post(
                "/parties/new",
                data=every | {"csrf_token": token, "kind": "maker", "country": text, text: text},
            ),
            browser.post("/parties/new", data=every | {"csrf_token": token, "kind": text, "country": "BR"}),
            *(
                browser.post("/parties/new", data={"csrf_token": token, "kind": k, "country": "BR", n: text})
                for k, n in (("dealer", "name"), ("person", "full_name"), ("person", "birth_date"))
            ),
            browser.post(
                f"/parties/{number}/correct",
                data={"csrf_token": token, "version": text, "name": text, "reason": text},
            ),
        ]
        assert all(answer.status_code < 500 for answer in sent), (text[:20], [a.status_code for a in sent])
