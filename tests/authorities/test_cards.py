"""Cards of authorities: who reads what, where it comes from, what goes before, and when it is old."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.authorities import acts, queries, rules
from registry.authorities.regions import REGIONS
from registry.core.errors import Conflict, Invalid
from registry.core.work import OPERATOR, Office
from registry.directory.countries import COUNTRIES
from registry.exchange import acts as exchange
from registry.exchange.queries import trusted
from registry.exchange.strict_json import loads
from schemas.authorities import CardNew, CardsAsked, CardTermNew, Confirmation
from schemas.authority_vocabulary import AnswerKind, CardPart, CardStanding
from schemas.exchange_keys import Card
from schemas.vocabulary import Role
from tests.exchange.world import Clock, Node, states
from tests.makers import EVERYTHING, bearer, csrf_token, make_actor, sign_in

PT = {
    "authority": "Direção Nacional",
    "contact": "Gabinete 7, +351 21 000 00 00",
    "answers": ["trace.request"],
    "languages": ["pt", "en"],
    "requirements": "Lei 5/2006, art. 1",
    "links": ["https://law.example/5-2006"],
    "source": "UN list of national points, May 2026",
}
TELEPHONE = "+351 21 000 00 00"
OFFICER, NOBODY = make_actor(Role.AUTHORITY_OFFICER), make_actor(Role.TRADER)
SOURCED = CardNew("Polícia", "a letter of 3 May", languages=("pt",), answers=(AnswerKind.TRACE,))


def entered(client: FlaskClient, app: Flask, code: str = "PT", version: int = 0, **given: Any) -> Any:
    headers = bearer(app) | {"If-Match": f'"{version}"'}
    return client.put(f"/api/v1/authorities/{code}", json=PT | given, headers=headers)


def test_everybody_reads_what_is_public_and_no_more(client: FlaskClient, app: Flask) -> None:
    assert entered(client, app).status_code == 200
    browser, trader = app.test_client(), bearer(app, Role.TRADER)
    for path in ("/api/v1/authorities/PT", "/api/v1/authorities?q=PT"):
        for headers in ({}, trader):
            answer = client.get(path, headers=headers)
            text = answer.get_data(as_text=True)
            found = answer.json["items"][0] if "?" in path else answer.json
            assert (found["authority"], found["languages"]) == ("Direção Nacional", ["pt", "en"])
            assert found["contact"] is found["source"] is found["has_node"] is None
            assert found["withheld"] == ["contact"]
            assert TELEPHONE not in text
            assert "UN list" not in text
    for path in ("/authorities?q=PT", "/authorities/PT"):
        page = browser.get(path).get_data(as_text=True)
        assert "Direção Nacional" in page
        assert TELEPHONE not in page
        assert "UN list" not in page
    police = client.get("/api/v1/authorities/PT", headers=bearer(app, Role.POLICE)).json
    assert (police["contact"], police["source"]) == (PT["contact"], PT["source"])
    assert TELEPHONE in sign_in(app, Role.CUSTOMS).get("/authorities/PT").get_data(as_text=True)


def test_what_is_not_public_is_not_found_by_asking_for_it(client: FlaskClient, app: Flask) -> None:
    entered(client, app, public=[])
    assert client.get("/api/v1/authorities?q=Dire").json["items"] == []
    for asked in ("node=true", "standing=old"):
        assert client.get(f"/api/v1/authorities?{asked}").status_code == 403
    assert client.get("/api/v1/authorities/PT/entries").status_code == 401
    assert client.get("/api/v1/authorities/PT/entries", headers=bearer(app, Role.TRADER)).status_code == 403
    wrong = {"Authorization": "Bearer nobody"}
    assert client.get("/api/v1/authorities/PT", headers=wrong).status_code == 401
    shown = client.get("/api/v1/authorities/PT").json
    assert shown["authority"] is shown["languages"] is shown["links"] is None


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"authority": ""}, "authority"),
    ({"source": ""}, "source"),
    ({"languages": ["xq"]}, "languages"),
    ({"languages": ["Portuguese"]}, "languages.0"),
    ({"links": ["http://law.example"]}, "links.0"),
    ({"links": ["https://a.example/ javascript:"]}, "links.0"),
    ({"answers": ["everything"]}, "answers.0"),
    ({"requirements": "x" * 1990}, "requirements"),
)


def test_a_wrong_card_is_refused_with_its_field(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app) | {"If-Match": '"0"'}
    for wrong, field in WRONG:
        answer = client.put("/api/v1/authorities/PT", json=PT | wrong, headers=headers)
        assert answer.status_code == 422
        assert field in [error["field"] for error in answer.json["errors"]], answer.json
    assert client.get("/api/v1/authorities/PT").json["version"] == 0


def test_nobody_overwrites_what_they_did_not_read(client: FlaskClient, app: Flask) -> None:
    assert entered(client, app).headers["ETag"] == '"1"'
    assert entered(client, app).status_code == 412
    assert entered(client, app, version=1, authority="Another").json["version"] == 2
    headers = bearer(app)
    history = client.get("/api/v1/authorities/PT/entries", headers=headers).json["items"]
    assert [(one["n"], one["authority"]) for one in history] == [(2, "Another"), (1, "Direção Nacional")]
    assert all(one["by"].startswith("Name of") for one in history)
    assert entered(client, app, "SU").status_code == 404
    assert client.get("/api/v1/authorities/XX").status_code == 404


def test_a_card_grows_old_and_is_confirmed_with_its_source(office: Office) -> None:
    clock = Clock()
    office.clock = clock.of(timedelta())
    with office.begin(OFFICER) as work:
        acts.enter(work, "PT", SOURCED, 0)
        acts.enter(work, "AR", SOURCED, 0)
    clock.move(timedelta(days=366))
    with office.begin(OFFICER) as work:
        assert queries.old_cards(work) == 2
        acts.confirm(work, "PT", Confirmation("their letter of today"), 1)
        with pytest.raises(Conflict, match="Nothing was entered"):
            acts.confirm(work, "UY", Confirmation("none"), 0)
        old = queries.cards(work, CardsAsked(standing=CardStanding.OLD)).items
        assert [card.state for card in old] == ["AR"]
        card = queries.card(work, "PT")
        assert (card.standing, card.source, card.authority) == ("current", "their letter of today", "Polícia")
    with office.begin(make_actor(Role.AUTHORITY_SUPERVISOR)) as work:
        acts.set_term(work, CardTermNew(400, "Circular 7"))
        assert queries.old_cards(work) == 0
        none = queries.cards(work, CardsAsked(standing=CardStanding.NONE, q="Uruguay")).items
        assert [card.state for card in none] == ["UY"]


def publish(node: Node, **card: Any) -> None:
    """A new key set with another card."""
    with node.office.begin(OPERATOR) as work:
        exchange.publish(work, node.root_keys[:2], ["http://pt.example"], (), Card(**card))


def test_what_a_state_has_signed_goes_before_and_the_difference_is_shown(engine: Any) -> None:
    with engine.ready() as one, engine.ready() as other, states([one, other], Clock()) as (br, pt):
        publish(
            pt, authority="PSP", contact="By signal", answers=("trace.request", "receipt"),
            languages=("pt",), requirements="Lei 5/2006 https://law.example/5", public="authority languages",
        )  # fmt: skip
        with pt.office.look(OPERATOR) as work:
            key_set = exchange.own_bundle(work).key_set
        with br.office.begin(EVERYTHING) as work:
            exchange.take_key_set(work, "PT", key_set)
            acts.enter(work, "PT", replace(SOURCED, contact="By signal"), 0)
            card = queries.card(work, "PT")
            listed = queries.cards(work, CardsAsked(node=True)).items
        assert (card.authority, card.origin, card.links) == ("PSP", "signed", ("https://law.example/5",))
        assert card.answers == ("trace.request",)  # a receipt asks for nothing
        assert card.differences is not None
        assert [one.part for one in card.differences] == [CardPart.AUTHORITY, CardPart.REQUIREMENTS]
        assert [one.state for one in listed] == ["BR", "PT"]
        with br.office.look(NOBODY) as work:
            public = queries.card(work, "PT")
        assert (public.authority, public.contact, public.requirements) == ("PSP", None, None)
        assert public.withheld == (CardPart.CONTACT, CardPart.ANSWERS, CardPart.REQUIREMENTS)
        assert public.differences is None
        with br.office.look(EVERYTHING) as work:
            assert queries.language_for(work, "PT", ("en", "pt", "ar")) == "pt"
            assert queries.language_for(work, "EG", ("en", "pt", "ar")) == "ar"
            assert queries.language_for(work, "JP", ("en", "pt", "ar")) == "en"


def test_our_own_card_is_published_with_the_next_key_set(app: Flask, tmp_path: Path) -> None:
    office: Office = app.extensions["registry"].office
    root, runner = tmp_path / "root", app.test_cli_runner()
    for arguments in (["keygen", "--root", str(root)], ["keygen"]):
        assert runner.invoke(args=["exchange", *arguments]).exit_code == 0
    with office.begin(OFFICER) as work:
        acts.enter(work, work.home, replace(SOURCED, contact="Room 1", public=(CardPart.CONTACT,)), 0)
    made = runner.invoke(args=["exchange", "keyset", "--root", str(root), "--endpoint", "https://a.example"])
    assert made.exit_code == 0, made.output
    with office.look(EVERYTHING) as work:
        known = trusted(work, work.home)
        card = queries.card(work, work.home)
    assert known is not None
    assert known.keys is not None
    told = known.keys.card
    assert (told.authority, told.contact, told.public) == ("Polícia", "Room 1", "contact")
    assert (list(told.answers), list(told.languages)) == (["trace.request"], ["pt"])
    assert card.differences == ()
    assert loads(made.output.encode())["keyset"]


def test_many_cards_come_from_a_file_all_or_none(app: Flask, tmp_path: Path) -> None:
    file, runner = tmp_path / "cards.csv", app.test_cli_runner()
    head = "state,authority,contact,answers,languages,source\n"
    good = head + "PT,PSP,a room,trace.request,pt en,list of 2026\nAR,ANMaC,,trace.request,es,list of 2026\n"
    file.write_text(good)
    run = lambda: runner.invoke(args=["authorities", "import", str(file)])  # noqa: E731
    assert "2 entered, 0 as they were" in run().output
    assert "0 entered, 2 as they were" in run().output
    for bad, said in (
        (head + "UY,M,,trace.request,es,x\nXX,M,,,,x\n", "XX"),
        (head + "UY,M,,trace.request,Spanish,x\n", "Line 2 (UY)"),
        (head + "UY,M,,,,x\nUY,N,,,,x\n", "comes twice"),
        ("state,telephone\nUY,1\n", "telephone"),
        (head + "UY,M,,,,x,too,many\n", "Line 2"),
    ):
        file.write_text(bad)
        refused = run()
        assert refused.exit_code == 1
        assert said in refused.output
    with app.extensions["registry"].office.look(EVERYTHING) as work:
        assert queries.card(work, "UY").version == 0
        assert queries.card(work, "PT").languages == ("pt", "en")


def test_a_card_is_entered_and_confirmed_on_its_pages(app: Flask) -> None:
    browser = sign_in(app)
    form = {
        "version": "0", "authority": "Prefectura", "contact": "Room 4", "answers-0": "trace.request",
        "languages": "es, en", "links": "https://law.example/a\nhttps://law.example/b",
        "public-0": "authority", "requirements": "Ley 1", "source": "List of 2026",
    }  # fmt: skip
    token = csrf_token(browser, "/authorities/UY/edit")
    refused = browser.post("/authorities/UY/edit", data=form | {"csrf_token": token, "languages": "xx1"})
    assert refused.status_code == 422
    assert "Prefectura" in refused.get_data(as_text=True)
    sent = browser.post("/authorities/UY/edit", data=form | {"csrf_token": token})
    assert sent.headers["Location"] == "/authorities/UY"
    page = browser.get("/authorities/UY").get_data(as_text=True)
    assert "Spanish" in page
    assert 'href="https://law.example/b"' in page
    confirmed = {"csrf_token": token, "version": "1", "source": "Their letter"}
    assert browser.post("/authorities/UY/confirmation", data=confirmed).status_code == 303
    assert browser.post("/authorities/UY/confirmation", data=confirmed).status_code == 412
    assert "Their letter" in browser.get("/authorities/UY").get_data(as_text=True)
    everybody = app.test_client().get("/authorities/UY").get_data(as_text=True)
    assert re.search("Prefectura", everybody)
    assert not re.search("Room 4|Ley 1|Spanish|law.example", everybody)
    boss = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    term = {"csrf_token": csrf_token(boss, "/authorities/term"), "days": "30", "reason": "Circular"}
    assert boss.post("/authorities/term", data=term).status_code == 303
    assert "Circular" in boss.get("/authorities/term").get_data(as_text=True)


def test_every_state_has_its_region() -> None:
    assert set(REGIONS) == set(COUNTRIES)


def test_a_signed_card_opens_only_what_it_names() -> None:
    parts = rules.signed(Card("A", "C", public="Everything about us"))
    assert rules.withheld(parts, authorized=False) == (CardPart.AUTHORITY, CardPart.CONTACT)
    again = rules.signed(rules.published(replace(parts, links=("https://a.example",), requirements="Law")))
    assert (again.requirements, again.links) == ("Law", ("https://a.example",))


def test_a_refused_row_names_its_state(office: Office) -> None:
    with office.begin(OFFICER) as work, pytest.raises(Invalid, match="PT"):
        acts.enter_all(work, {"PT": replace(SOURCED, languages=("xq",))})
