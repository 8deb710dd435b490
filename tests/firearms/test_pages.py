"""Pages of firearms: what each role sees, and what happens to what was typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from registry.firearms.views import FirearmView
from schemas.vocabulary import May, Role
from tests.firearms.world import World, make_world, register, serial
from tests.makers import make_actor, post, sign_in
from tests.naughty import NAUGHTY

READERS = [role for role in Role if May.FIREARM_READ in make_actor(role).may and role is not Role.TRADER]


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def gun(office: Office, world: World) -> FirearmView:
    return register(office, world)


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    return sign_in(app)


def typed(world: World, **changed: str) -> dict[str, str]:
    """The form as an officer fills it in; names with a hyphen as the page has them."""
    values = {
        "maker": world.maker.number,
        "model": "PT 92",
        "calibre": "9x19",
        "type": "pistol",
        "action": "semi_automatic",
        "country_made": "BR",
        "components-0-kind": "frame_or_receiver",
        "marks-0-kind": "manufacture",
        "marks-0-text": "TAB-12345",
        "marks-0-component": "1",
        "marks-0-height_mm": "1.6",
        "marks-1-kind": "proof",
        "marks-1-symbols-0": "crown",
        "custody-0-kind": "manufactured",
        "custody-0-happened_on": "2001-02-03",
        "custody-0-to_party": world.maker.number,
    }
    return values | {name.replace("__", "-"): value for name, value in changed.items()}


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def version(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', text(client.get(path)))
    assert found
    return found[1]


def test_an_officer_registers_a_firearm_and_is_led_to_it(officer: FlaskClient, world: World) -> None:
    made = post(officer, "/firearms/new", **typed(world))
    assert made.status_code == 303, text(made)
    page = text(officer.get(made.headers["Location"]))
    assert "TAB-12345" in page
    assert "Crown" in page
    assert "Forjas Taurus" in page
    assert "is registered as" in page


@pytest.mark.parametrize(
    ("changed", "field", "kept"),
    [
        ({"calibre": "9 mm Lugger"}, "calibre", 'value="9 mm Lugger"'),
        ({"marks__0__text": "NONE"}, "marks-0-text", 'value="NONE"'),
        ({"custody__1__kind": "sold"}, "custody-1-happened_on", '<option value="sold" selected'),
        ({"custody__0__kind": "sold"}, "custody-0-kind", 'value="2001-02-03"'),
        ({"year_made": "next year"}, "year_made", 'value="next year"'),
        ({"maker": "Taurus"}, "maker", 'value="Taurus"'),
    ],
)
def test_a_form_that_is_refused_keeps_what_was_typed_and_links_to_the_field(
    officer: FlaskClient, world: World, changed: dict[str, str], field: str, kept: str
) -> None:
    refused = post(officer, "/firearms/new", **typed(world, **changed))
    assert refused.status_code == 422
    assert f'href="#field-{field}"' in text(refused)
    assert f'id="field-{field}"' in text(refused)
    assert kept in text(refused)
    assert "No firearm fits" in text(officer.get("/firearms"))


def test_a_row_with_something_typed_is_shown_open(officer: FlaskClient, world: World) -> None:
    refused = text(post(officer, "/firearms/new", **typed(world, calibre="9 mm Lugger")))
    assert refused.count("<details open>") == 1  # the second mark
    assert refused.count("<details>") == 3


def test_what_is_not_met_is_shown_with_its_article(
    office: Office, world: World, officer: FlaskClient
) -> None:
    from schemas.firearms import MarkNew
    from schemas.vocabulary import MarkKind

    bare = register(office, world, marks=(MarkNew(MarkKind.REGISTRATION, "REG-1", country="BR"),))
    page = text(officer.get(f"/firearms/{bare.number}"))
    assert "Not met" in page
    assert "FP 8(1)(a)" in page


def test_a_step_is_recorded_at_the_version_that_was_seen(
    officer: FlaskClient, world: World, gun: FirearmView
) -> None:
    path = f"/firearms/{gun.number}/custody/new"
    step = {
        "kind": "sold",
        "happened_on": "2002-01-01",
        "from_party": world.dealer.number,
        "to_party": world.person.number,
        "version": version(officer, path),
    }
    assert post(officer, path, **step).status_code == 303
    again = post(officer, path, **step)
    assert again.status_code == 412
    assert "changed since you read it" in text(again)
    assert 'value="2002-01-01"' in text(again)
    assert "João da Silva" in text(officer.get(f"/firearms/{gun.number}"))


def test_a_form_without_its_version_is_refused(officer: FlaskClient, gun: FirearmView) -> None:
    path = f"/firearms/{gun.number}/correct"
    for sent in ({}, {"version": "x"}, {"version": "9" * 40}):
        assert post(officer, path, model="PT 99", reason="so", **sent).status_code == 422


def test_a_mark_is_added_and_its_condition_changed(officer: FlaskClient, gun: FirearmView) -> None:
    added = post(
        officer, f"/firearms/{gun.number}/marks/new", kind="import", text="BR 2005", country="BR", version="1"
    )
    assert added.status_code == 303
    path = f"/firearms/{gun.number}/marks/2"
    assert "BR 2005" in text(officer.get(path))
    assert post(officer, path, condition="altered", reason="file marks", version="2").status_code == 303
    page = text(officer.get(f"/firearms/{gun.number}"))
    assert "Altered" in page
    assert "file marks" in page
    assert officer.get(f"/firearms/{gun.number}/marks/3").status_code == 404
    assert f'href="{path}/text"' in text(officer.get(path))
    assert officer.get(f"/firearms/{gun.number}/marks/3/text").status_code == 404
    assert post(officer, f"{path}/text", text="BR 2006", reason="misread", version="3").status_code == 303
    assert "BR 2006" not in text(officer.get(f"/firearms/{gun.number}"))
    proposed = text(officer.get("/proposals/1"))
    assert all(each in proposed for each in ("BR 2005", "BR 2006", "misread"))
    assert officer.get(f"/firearms/{gun.number}/marks/99999999999999999999").status_code == 404


def test_a_correction_shows_what_was_before_and_why(officer: FlaskClient, gun: FirearmView) -> None:
    path = f"/firearms/{gun.number}/correct"
    sent = {"model": "PT 99 <b>", "reason": "the slide says so", "version": "1"}
    assert post(officer, path, **sent).status_code == 303
    page = text(officer.get(f"/firearms/{gun.number}"))
    for words in ("PT 92", "PT 99 &lt;b&gt;", "the slide says so"):
        assert words in page
    assert post(officer, path, reason="nothing", version="2").status_code == 422


def test_two_supervisors_compare_two_records_and_settle_which_stays(
    app: Flask, office: Office, world: World, gun: FirearmView
) -> None:
    other = register(office, world, year_made=None)
    supervisor = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    assert "Another record claims the same identity" in text(supervisor.get(f"/firearms/{gun.number}"))
    page = text(supervisor.get("/conflicts/1"))
    assert gun.number in page
    assert other.number in page
    assert page.count("Differs") == 1  # the year
    sent = {"decision": "same_firearm", "reason": "typed twice", "version": "1"}
    refused = post(supervisor, "/conflicts/1", **sent)
    assert (refused.status_code, "typed twice" in text(refused)) == (422, True)
    proposed = post(supervisor, "/conflicts/1", keep=gun.number, **sent).headers["Location"]
    assert "waits for a second person" in text(supervisor.get("/conflicts/1"))
    second = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    page = text(second.get(proposed))
    assert f"superseded by {gun.number}" in page
    digest = page.partition('name="digest" value="')[2][:64]
    assert post(second, f"{proposed}/approve", proposed, digest=digest).status_code == 303
    assert "No conflict is open" in text(supervisor.get("/conflicts"))
    assert "Conflict 1" in text(supervisor.get("/conflicts?open=false"))
    assert "superseded" in text(supervisor.get(f"/firearms/{other.number}"))
    assert "superseded" not in text(supervisor.get(f"/firearms/{gun.number}"))


@pytest.mark.parametrize("role", READERS)
def test_each_role_is_offered_what_it_may_do(app: Flask, gun: FirearmView, role: Role) -> None:
    may, browser = make_actor(role).may, sign_in(app, role)
    page = text(browser.get(f"/firearms/{gun.number}"))
    for permission, path in (
        (May.MARK_RECORD, "marks/new"),
        (May.CUSTODY_RECORD, "custody/new"),
        (May.FIREARM_CORRECT, "correct"),
    ):
        allowed = permission in may
        assert (f"/firearms/{gun.number}/{path}" in page) is allowed
        assert (browser.get(f"/firearms/{gun.number}/{path}").status_code == 200) is allowed
    assert (browser.get("/firearms/new").status_code == 200) is (May.FIREARM_REGISTER in may)


@pytest.mark.parametrize("role", [Role.POLICE, Role.ADMINISTRATOR])
def test_who_may_not_read_the_register_does_not_see_it(app: Flask, gun: FirearmView, role: Role) -> None:
    browser = sign_in(app, role)
    for path in ("/firearms", f"/firearms/{gun.number}", "/conflicts"):
        assert browser.get(path).status_code == 403


def test_a_trader_finds_only_what_is_theirs(
    app: Flask, office: Office, world: World, gun: FirearmView
) -> None:
    other = register(office, world, marks=(serial("QQ9"),))
    stranger = sign_in(app, Role.TRADER, party=world.other_maker.number)
    dealer = sign_in(app, Role.TRADER, party=world.dealer.number)
    for path in ("", "/custody/new", "/marks/new"):
        assert stranger.get(f"/firearms/{gun.number}{path}").status_code == 404
        assert dealer.get(f"/firearms/{gun.number}{path}").status_code == 200
    assert "No firearm fits" in text(stranger.get("/firearms"))
    assert other.number in text(dealer.get("/firearms?q=qq-9"))
    assert "João da Silva" not in text(dealer.get(f"/firearms/{gun.number}"))


def test_naughty_texts_come_back_as_text_or_are_refused(officer: FlaskClient, world: World) -> None:
    for naughty in NAUGHTY:
        refused = post(officer, "/firearms/new", **typed(world, model=naughty, calibre="no such calibre"))
        assert refused.status_code == 422
        assert "<script>alert" not in text(refused)
        for name in ("q", "year", "status", "sort", "cursor"):
            answer = officer.get("/firearms", query_string={name: naughty})
            assert answer.status_code in (200, 422), (name, naughty)
            assert "<script>alert" not in text(answer)
