"""The one box: whatever a scanner types opens the right thing or lists what it may be, and tells no more."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.numbers import registry_number
from registry.core.work import Office
from registry.home import damaged, records
from registry.verification import codes, issuing, signed
from schemas.vocabulary import IssuedKind, Role
from tests.firearms.world import make_world, register
from tests.labelling import job
from tests.makers import EVERYTHING, bearer, sign_in
from tests.naughty import NAUGHTY, public_list
from tests.verification.papers import raw


@pytest.mark.parametrize("prefix", ["F", "LC"])
@pytest.mark.parametrize("at", range(12))
def test_a_number_is_found_whichever_character_is_wrong_or_missing(prefix: str, at: int) -> None:
    number = registry_number(prefix, 90210)
    plain = number.replace("-", "")
    if at >= len(plain):
        return
    missing = plain[:at] + plain[at + 1 :]
    assert number in damaged.fits(missing, ["F", "LC", "SH"]), missing
    for other in "07XZ":
        wrong = plain[:at] + other + plain[at + 1 :]
        if wrong != plain:
            found = damaged.fits(wrong, ["F", "LC", "SH"])
            assert number in found, wrong
            assert len(found) < 16


@pytest.mark.parametrize("text", [*NAUGHTY, "F", "F-1", "12345", "F" * 12, "9" * 12])
def test_no_text_breaks_the_search_for_near_numbers(text: str) -> None:
    for number in damaged.fits(text, ["F", "LC"]):
        assert number.startswith(("F-", "LC-"))


def look_up(client: FlaskClient, headers: dict[str, str], text: str) -> list[tuple[str, str]]:
    answer = client.get("/api/v1/lookups", query_string={"text": text}, headers=headers)
    assert answer.status_code == 200, answer.json
    return [(one["kind"], one["page"]) for one in answer.json["candidates"]]


def test_every_number_that_a_page_or_paper_bears_names_its_record() -> None:
    for prefix, record in records.RECORDS.items():
        number = registry_number(prefix, 42)
        assert records.named(f" {number.lower()} ") == (record, 42)
        assert records.named(number.replace("-", "")) == (record, 42)


def test_the_number_of_a_print_job_opens_it_for_whoever_may_see_it(
    app: Flask, client: FlaskClient, gun: Any
) -> None:
    officer, police = bearer(app), bearer(app, Role.POLICE)
    made = job(client, officer, "firearm", gun.number).json["number"]
    assert look_up(client, officer, made) == [("print_job", f"/labels/{made}")]
    wrong = f"{made[:-3]}{(int(made[-3]) + 1) % 10}{made[-2:]}"
    assert ("print_job", f"/labels/{made}") in look_up(client, officer, wrong)
    assert ("print_job", f"/labels/{made}") not in look_up(client, police, wrong)


@pytest.fixture
def gun(office: Office) -> Any:
    return register(office, make_world(office))


def test_what_is_scanned_opens_what_it_is_of(
    app: Flask, client: FlaskClient, office: Office, gun: Any
) -> None:
    customs, page = bearer(app, Role.CUSTOMS), f"/firearms/{gun.number}"
    with office.begin(EVERYTHING) as work:
        code = issuing.issue(work, IssuedKind.LICENCE, "LC-000000001-H").code
    shown, figures = codes.shown(code), signed.figures(raw())
    expected = {
        gun.number: ("firearm", page),
        gun.number.replace("-", "").lower(): ("firearm", f"/firearms/{gun.number.replace('-', '')}"),
        f"{gun.number}/2": ("firearm", page),  # the label of a part
        f"https://registry.example/firearms/{gun.number}": ("firearm", page),
        "TAB12345": ("firearm", page),
        "LC-000000001-H": ("licence", "/licences/LC-000000001-H"),
        shown: ("paper", f"/verify/{shown}"),
        f"https://registry.example/verify/{shown}": ("paper", f"/verify/{shown}"),
        f"https://registry.example/verify/{shown}#{figures}": ("paper", f"/verify/{shown}#{figures}"),
        figures: ("paper", f"/verify#{figures}"),
        "NOWHERE1": ("mark", "/traces/new?mark=NOWHERE1"),
    }
    for text, one in expected.items():
        assert look_up(client, customs, text)[:1] == [one], text
    browser = sign_in(app, Role.CUSTOMS)
    square = f"https://registry.example/verify/{shown}#{figures}"
    answer = browser.get("/find", query_string={"q": square})
    assert answer.headers["Location"] == f"/verify/{shown}#{figures}"
    misread = browser.get("/find", query_string={"q": "(00)376123450000000015"})
    assert misread.status_code == 422
    assert "check digit" in misread.get_data(as_text=True)


def test_a_damaged_number_offers_the_record_that_fits(app: Flask, client: FlaskClient, gun: Any) -> None:
    plain = gun.number.replace("-", "")
    browser = sign_in(app, Role.CUSTOMS)
    for text in (plain[:5] + "7" + plain[6:], plain[:4] + plain[5:], plain[:-1], "X" + plain[1:], plain[1:]):
        page = browser.get("/find", query_string={"q": text})
        assert page.status_code == 200, text
        shown = page.get_data(as_text=True)
        assert f'href="/firearms/{gun.number}"' in shown, text
        assert "One character differs" in shown
        assert "/traces/new?mark=" in shown, "it may be a mark as well"


@pytest.mark.parametrize("role", [Role.POLICE, Role.TRADER, Role.ADMINISTRATOR])
def test_nothing_tells_of_a_record_that_may_not_be_seen(
    app: Flask, client: FlaskClient, gun: Any, role: Role
) -> None:
    """A firearm that is there is answered as one that is not."""
    headers = bearer(app, role)
    other = registry_number("F", 4_711)
    near = [number.replace("-", "")[:5] + "7" + number.replace("-", "")[6:] for number in (gun.number, other)]
    for there, nowhere in ((near[0], near[1]), ("TAB12345", "TAB12346")):
        told = [
            [(kind, page.replace(text, "…")) for kind, page in look_up(client, headers, text)]
            for text in (there, nowhere)
        ]
        assert told[0] == told[1]
        assert "firearm" not in [kind for kind, _ in told[0]]


def test_naughty_strings_are_looked_up_like_any_other(app: Flask, client: FlaskClient) -> None:
    headers = bearer(app)
    for text in (*NAUGHTY, *public_list()):
        answer = client.get("/api/v1/lookups", query_string={"text": text}, headers=headers)
        assert answer.status_code in (200, 422), text[:40]


def test_a_stranger_looks_nothing_up(client: FlaskClient) -> None:
    assert client.get("/api/v1/lookups?text=F").status_code == 401
