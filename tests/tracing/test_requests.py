"""A request to another State: what it still lacks, and the pages that help to write it."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from registry.tracing.completeness import gaps
from schemas.completeness import RequestDraft
from schemas.vocabulary import FirearmType, IllicitGround, Role, Severity
from tests.firearms.world import make_world, register
from tests.makers import bearer, csrf_token, post, sign_in

WHOLE = RequestDraft(
    mark="TAB12345",
    mark_place="frame, right side",
    other_marks="BR 05",
    photographs=True,
    maker="Taurus",
    model="PT 92",
    calibre="9x19",
    type=FirearmType.PISTOL,
    country="BR",
    year=2001,
    ground=IllicitGround.LAW_OF_THE_STATE,
    legal_basis="Penal code, art. 1",
    circumstances="Found in a car at the border on 3 May.",
    intended_use="Criminal proceedings",
    confidentiality=True,
)


def test_a_whole_request_lacks_nothing() -> None:
    assert gaps(WHOLE) == ()


def test_an_empty_request_lacks_all_that_iti_18_names_each_with_its_reason() -> None:
    found = gaps(RequestDraft())
    asked = {gap.field for gap in found if gap.severity is Severity.ALARM}
    assert asked == {
        "ground", "legal_basis", "circumstances", "mark", "maker", "model", "calibre", "type", "country",
        "intended_use",
    }  # fmt: skip
    assert all(gap.why and gap.article for gap in found)
    assert {"ITI 18(a)", "ITI 18(c)"} <= {gap.article for gap in found}


def test_the_api_says_whether_a_request_is_complete(app: Flask, client: FlaskClient) -> None:
    headers = bearer(app, Role.POLICE)
    answer = client.post("/api/v1/traces/completeness", json={"mark": "NONE"}, headers=headers)
    assert (answer.status_code, answer.json["complete"]) == (200, False)
    assert "mark" in {gap["field"] for gap in answer.json["items"]}


def test_the_page_lists_what_is_missing_and_keeps_what_was_typed(app: Flask) -> None:
    browser = sign_in(app, Role.POLICE)
    text = post(browser, "/traces/request", mark="TA?12345", maker="Taurus").get_data(as_text=True)
    assert "Still missing" in text
    assert "The calibre." in text
    assert 'value="TA?12345"' in text


def test_a_trace_leads_to_its_request(app: Flask, office: Office) -> None:
    register(office, make_world(office))
    browser = sign_in(app, Role.POLICE)
    answer = post(browser, "/traces/new", mark="TAB1234?", purpose="recovered_firearm", case_number="1",
                  **{"symbols-3": "star"})  # fmt: skip
    shown = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "/traces/request?mark=TAB1234" in shown
    assert "symbols-3=star" in shown


def test_the_form_says_how_a_mark_is_understood_without_searching(app: Flask) -> None:
    browser = sign_in(app, Role.POLICE)
    answer = post(browser, "/traces/new", mark="(star) NONE", step="read")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "stands for a missing serial" in text
    assert "No trace yet" in browser.get("/traces").get_data(as_text=True)


def test_the_script_asks_for_the_same_words(app: Flask) -> None:
    browser = sign_in(app, Role.POLICE)
    token = csrf_token(browser, "/traces/new")
    for mark, said in (("28 ЕТ 1234", "Cyrillic"), ("[", "needs its ]"), ("<b>x1</b>", "Bx1b")):
        answer = browser.post("/marks/reading", data={"csrf_token": token, "mark": mark})
        assert answer.status_code == 200
        assert said.upper() in answer.get_data(as_text=True).upper()
        assert "<b>" not in answer.get_data(as_text=True)


def test_a_supervisor_adds_and_withdraws_a_pattern_on_pages(app: Flask) -> None:
    browser = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    wrong = post(browser, "/marks/rules/new", maker="Boito", country="BR", pattern="(", source="x")
    assert wrong.status_code == 422
    assert "is no pattern of serials" in wrong.get_data(as_text=True)
    good = post(browser, "/marks/rules/new", maker="Boito", country="BR", pattern="'BM'99999", source="x")
    assert good.status_code == 303
    listed = browser.get("/marks/rules").get_data(as_text=True)
    assert "Boito" in listed
    gone = post(browser, "/marks/rules/1/withdraw", version="1", reason="wrong")
    assert gone.status_code == 303
    assert "Withdrawn" in browser.get("/marks/rules").get_data(as_text=True)
    assert browser.get("/marks/symbols").status_code == 200
