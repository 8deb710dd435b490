"""Pages of recovery: a day's collection, campaigns, evidence, and hand-overs that two people sign."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from registry.recovery import queries
from schemas.vocabulary import Role
from tests.firearms.world import register
from tests.makers import make_account, post, sign_in
from tests.naughty import NAUGHTY
from tests.recovery.world import Scene, campaign, make_scene, pistol, record


@pytest.fixture
def scene(office: Office) -> Scene:
    return make_scene(office)


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def typed(scene: Scene, **more: str) -> dict[str, str]:
    values = {
        "step": "record",
        "kind": "seized",
        "recovered_on": "2020-03-02",
        "place": "Santos",
        "agency": scene.world.police.number,
        "circumstances": "In a car",
        "rows-0-mark": "TAB12345",
        "rows-0-maker": "Taurus",
        "rows-0-type": "pistol",
        "rows-0-kind": "firearm",
    }
    return values | {name.replace("__", "-"): value for name, value in more.items()}


def test_the_form_adds_up_nothing_that_a_campaign_took(
    app: Flask, office: Office, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = campaign(office, scene)
    monkeypatch.delattr(queries, "tallies")
    page = text(sign_in(app, Role.POLICE).get(f"/recoveries/new?campaign={drive.number}&post=1"))
    assert drive.name in page
    assert "Recife" in page


def test_a_days_collection_gives_each_person_a_receipt(app: Flask, office: Office, scene: Scene) -> None:
    gun = register(office, scene.world)
    drive = campaign(office, scene)
    browser = sign_in(app, Role.POLICE)
    page = text(browser.get(f"/recoveries/new?campaign={drive.number}&post=1"))
    assert "Recife" in page  # the post says where
    made = post(
        browser,
        "/recoveries/new",
        step="record",
        campaign=drive.number,
        post="1",
        recovered_on="2020-03-02",
        **{
            "rows-0-person": "Ana Reis",
            "rows-0-mark": "TAB12345",
            "rows-0-maker": "Taurus",
            "rows-0-bag": "B-1",
            "rows-1-kind": "ammunition",
            "rows-1-quantity": "40",
            "rows-1-mark": "UZZ18",
            "rows-3-person": "-",
            "rows-3-type": "revolver",
            "rows-3-mark": "12?45",
        },
    )
    assert made.status_code == 303, text(made)
    page = text(browser.get(made.headers["Location"]))
    assert "3 items in 2 recoveries." in page
    first, second = dict.fromkeys(re.findall(r"RV-\d{9}-\w", page))
    assert "Ana Reis" in text(browser.get(f"/recoveries/{first}"))
    shown = text(browser.get(f"/recoveries/{second}"))
    assert "stays unnamed" in shown
    assert gun.number in text(browser.get(f"/recoveries/{first}"))
    receipt = browser.get(f"/recoveries/{second}/receipt.pdf")
    assert receipt.data.startswith(b"%PDF")
    assert "2 of" not in text(browser.get(f"/campaigns/{drive.number}"))


def test_enter_of_a_scanner_without_script_records_nothing(app: Flask, scene: Scene) -> None:
    browser = sign_in(app, Role.POLICE)
    answer = post(browser, "/recoveries/new", **typed(scene, step="more"))
    assert answer.status_code == 200
    assert 'value="TAB12345"' in text(answer)
    assert "Nothing found" in text(browser.get("/recoveries"))
    form = text(answer).partition('action="/recoveries/new"')[2]
    assert form.partition("<button")[2].partition(">")[0].count('value="more"') == 1  # what Enter presses


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"rows__0__country": "QQ"}, "rows-0-country"),
        ({"rows__4__quantity": "many", "rows__4__kind": "ammunition"}, "rows-4-quantity"),
        ({"rows__5__mark": "AB[1"}, "rows-5-mark"),
        ({"rows__5__kind": "part", "rows__5__type": "ship", "rows__5__note": "x"}, "rows-5-type"),
        ({"kind": "surrendered"}, "rows-0-person"),
        ({"circumstances": ""}, "circumstances"),
        ({"recovered_on": "2999-01-01"}, "recovered_on"),
        ({"kind": ""}, "kind"),
    ],
)
def test_what_is_wrong_is_shown_at_its_field_and_nothing_is_lost(
    app: Flask, scene: Scene, more: dict[str, str], at: str
) -> None:
    browser = sign_in(app, Role.POLICE)
    answer = post(browser, "/recoveries/new", **typed(scene, **more))
    assert answer.status_code == 422
    page = text(answer)
    assert f'href="#field-{at}"' in page
    assert 'value="TAB12345"' in page
    assert "Nothing found" in text(browser.get("/recoveries"))


@pytest.mark.parametrize("words", NAUGHTY)
def test_any_words_are_kept_or_refused(app: Flask, scene: Scene, words: str) -> None:
    browser = sign_in(app, Role.POLICE)
    answer = post(browser, "/recoveries/new", **typed(scene, rows__0__note=words, place=words))
    assert answer.status_code in (303, 422)
    assert browser.get("/evidence").status_code == 200


def test_a_campaign_is_opened_and_closed_on_its_page(app: Flask, scene: Scene) -> None:
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    form = {
        "kind": "amnesty",
        "name": "Amnesty",
        "legal_basis": "Section 139",
        "agency": scene.world.police.number,
        "starts_on": "2020-01-01",
        "ends_on": "2020-06-30",
        "target": "5000",
        "anonymous": "1",
        "posts-0-name": "North",
        "posts-0-place": "Recife",
    }
    wrong = post(browser, "/campaigns/new", **(form | {"ends_on": "2019-01-01"}))
    assert wrong.status_code == 422
    made = post(browser, "/campaigns/new", **form)
    assert made.status_code == 303, text(made)
    place = made.headers["Location"]
    page = text(browser.get(place))
    assert "0 of 5,000" in page
    closed = post(browser, f"{place}/closing", place, version="1", reason="Over")
    assert closed.status_code == 303, text(closed)
    assert "Closed" in text(browser.get(place))
    assert post(browser, f"{place}/closing", "/campaigns/new", version="1", reason="Over").status_code == 412


def test_evidence_is_given_and_signed_for_in_two_browsers(app: Flask, office: Office, scene: Scene) -> None:
    giver = sign_in(app, Role.POLICE, login="giver")
    taker = sign_in(app, Role.CUSTOMS, login="taker")
    made = post(giver, "/recoveries/new", **typed(scene))
    recovery = re.findall(r"RV-\d{9}-\w", made.headers["Location"])[0]
    number = re.findall(r"EV-\d{9}-\w", text(giver.get(f"/recoveries/{recovery}")))[0]
    form = {"taker": "taker", "purpose": "examination", "place": "Laboratory", "items": f"{number}\r\n"}
    offered = post(giver, "/handovers/new", **form)
    assert offered.status_code == 303, text(offered)
    place = offered.headers["Location"]
    assert "Sign for it" not in text(giver.get(place))
    assert "Sign for it" in text(taker.get(place))
    signed = post(taker, f"{place}/signature")
    assert signed.status_code == 303, text(signed)
    page = text(taker.get(f"/evidence/{number}"))
    assert "Laboratory" in page
    assert "Name of taker" in page
    assert post(taker, f"{place}/signature", f"{place}/signature").status_code == 409
    wrong = post(giver, "/handovers/new", **form)
    assert wrong.status_code == 422
    assert number in text(wrong)  # what was scanned is still there


def test_one_confirms_who_one_is_before_signing(app: Flask, office: Office, scene: Scene) -> None:
    from datetime import timedelta

    make_account(office, Role.POLICE, login="late")
    browser = sign_in(app, Role.POLICE)
    clock = office.clock
    try:
        office.clock = lambda: clock() + timedelta(minutes=11)
        answer = browser.get("/handovers/new")
    finally:
        office.clock = clock
    assert answer.status_code == 303
    assert "/confirm" in answer.headers["Location"]


def test_an_item_is_matched_and_held_on_its_page(app: Flask, office: Office, scene: Scene) -> None:
    gun = register(office, scene.world)
    (item,) = record(office, scene, pistol(maker="")).items
    browser: FlaskClient = sign_in(app, Role.AUTHORITY_OFFICER)
    place = f"/evidence/{item.number}"
    page = text(browser.get(place))
    assert gun.number in page
    assert "Which firearm is it?" in page
    wrong = post(browser, f"{place}/match", place, version="1", firearm="F-1", reason="Seen")
    assert wrong.status_code == 422
    done = post(browser, f"{place}/match", place, version="1", firearm=gun.number, reason="Seen")
    assert done.status_code == 303, text(done)
    held = post(browser, f"{place}/hold", place, version="2", held_for="Court")
    assert held.status_code == 303
    assert "Must stay" in text(browser.get(place))
    history = text(browser.get(f"/records/{item.number}/history"))
    assert "held_for" in history or "Held for" in history
