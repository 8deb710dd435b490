"""What lots bear beside their codes: headstamps, control marks, packages; and what laws ask of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.ammunition import markings
from registry.core.work import Office
from registry.marks.reading import folded
from registry.tracing import headstamps
from schemas.ammunition_markings import MarkingNew
from schemas.ammunition_vocabulary import MarkedItem
from schemas.vocabulary import MarkingScheme, PartyKind, Role
from tests.ammunition.test_lots import lot_body
from tests.makers import EVERYTHING, bearer, csrf_token, make_party, post, sign_in

CBC = MarkingNew("CBC 9mm LUGER 06", "CBC", "9mm LUGER", "06")
LOT = markings.Recorded("9x19", date(2006, 11, 20), MarkingScheme.LOT_CODE)
EU, ECOWAS, CIP = markings.STANDARDS


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({}, []),
        ({"headstamp": ""}, []),  # its parts make it
        ({"headstamp": "06 CBC 9mm LUGER"}, []),  # it is round: read from anywhere
        ({"headstamp": "LUGER 06 CBC 9mm"}, []),
        ({"maker_mark": "FNB"}, ["maker_mark"]),
        ({"headstamp": "CBC 9mm", "calibre_mark": "", "year_mark": "07"}, ["year_mark"]),
        ({"control_mark": "CIP N crowned"}, ["control_country"]),
        ({"control_country": "BE"}, ["control_mark"]),
        ({"control_mark": "CIP N", "control_country": "BR"}, ["control_country"]),
        ({"control_mark": "CIP N", "control_country": "BE"}, []),
        ({"headstamp": "CBC\u200b9mm"}, ["headstamp", "calibre_mark", "year_mark"]),
    ],
)
def test_what_is_recorded_agrees_with_itself(changed: dict[str, str], fields: list[str]) -> None:
    assert [u.field for u in markings.unmet_for_marking(replace(CBC, **changed), before=False)] == fields


def test_nothing_is_no_marking_and_a_correction_gives_its_reason() -> None:
    assert [u.field for u in markings.unmet_for_marking(MarkingNew(), before=False)] == ["headstamp"]
    assert [u.field for u in markings.unmet_for_marking(CBC, before=True)] == ["reason"]
    assert markings.unmet_for_marking(replace(CBC, reason="misread"), before=True) == []


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({}, []),
        ({"year_mark": "2006"}, []),
        ({"year_mark": "٠٦"}, []),  # Arabic-Indic digits
        ({"year_mark": "05"}, ["year_mark"]),
        ({"year_mark": "2016"}, ["year_mark"]),
        ({"year_mark": "6"}, []),  # not told apart from a shift or line
        ({"calibre_mark": "9mm"}, []),
        ({"calibre_mark": "380 AUTO"}, []),  # often taken for each other: no contradiction is claimed
        ({"calibre_mark": "40 S&W"}, ["calibre_mark"]),
        ({"calibre_mark": "COPPER"}, []),
    ],
)
def test_a_headstamp_that_contradicts_the_record_is_told(changed: dict[str, str], fields: list[str]) -> None:
    assert [u.field for u in markings.contradictions(replace(CBC, **changed), LOT)] == fields


def test_each_standard_tells_what_a_lot_lacks() -> None:
    box = (MarkedItem.MAKER, MarkedItem.LOT, MarkedItem.CALIBRE)
    told = markings.unmet_for_standard(EU, replace(CBC, package=box), LOT)
    assert [(u.message, u.article) for u in told] == [
        ("The smallest package does not bear: type.", "Directive (EU) 2021/555 art. 4")
    ]
    asked = [u.message for u in markings.unmet_for_standard(ECOWAS, replace(CBC, package=box), LOT)]
    assert asked == [
        "The cartridge does not bear: country.",
        "The smallest package does not bear: country.",
        "The smallest package does not bear: year.",
    ]
    bound = replace(LOT, scheme=MarkingScheme.LOT_AND_BUYER_CODE)
    known = replace(CBC, country_mark="NG", package=tuple(MarkedItem), destination="Lagos")
    assert markings.unmet_for_standard(ECOWAS, known, bound) == []
    less = replace(known, package=(*box, MarkedItem.COUNTRY, MarkedItem.YEAR))
    assert [u.message for u in markings.unmet_for_standard(ECOWAS, less, bound)] == [
        "The smallest package does not bear: purchaser.",
        "The smallest package does not bear: destination.",
    ]
    assert [u.article for u in markings.unmet_for_standard(CIP, CBC, LOT)] == [markings.CIP_SOURCE]


@pytest.mark.parametrize(
    ("read", "bears"),
    [
        ("CBC 9mm LUGER 06", True),
        ("06 CBC", True),
        ("luger", True),
        ("C8C O6", True),  # look-alikes
        ("CB? 06", True),
        ("L*ER 06", True),
        ("0[68] CBC", True),
        ("06 CBC 9mm", True),
        ("CBC 07", False),
        ("FNB 06", False),
        ("⊕ CBC", True),  # a sign is passed over
    ],
)
def test_each_word_read_must_stand_on_the_headstamp(read: str, bears: bool) -> None:
    assert headstamps.bears(headstamps.read(read), markings.ring("CBC 9mm LUGER 06")) is bears


def test_nothing_read_or_nothing_recorded_is_no_difference() -> None:
    assert headstamps.bears((), markings.ring("CBC")) is None
    assert headstamps.bears(headstamps.read("CBC"), "") is None
    assert markings.ring("CBC") == folded("CBC") * 2


@pytest.fixture
def maker(office: Office) -> str:
    with office.begin(EVERYTHING) as work:
        return make_party(work, PartyKind.MAKER, "Companhia Brasileira de Cartuchos", short_name="CBC").number


def stamped(maker: str, code: str, **marking: object) -> dict[str, object]:
    given = {"headstamp": "CBC 9mm LUGER 19", "year_mark": "19", "maker_mark": "CBC"} | marking
    return lot_body(maker, code=code, gtin="", scheme="lot_code", marking=given)


def test_a_marking_is_recorded_corrected_with_a_reason_and_searched_for(
    app: Flask, client: FlaskClient, maker: str
) -> None:
    officer, police = bearer(app), bearer(app, Role.POLICE)
    made = client.post("/api/v1/lots", json=stamped(maker, "ABC12"), headers=officer)
    assert (made.status_code, made.json["marking"]["headstamp"]) == (201, "CBC 9mm LUGER 19")
    assert {s["standard"] for s in made.json["standards"]} == {"european_union", "ecowas", "cip"}
    wrong = client.post("/api/v1/lots", json=stamped(maker, "XYZ99", maker_mark="FNB"), headers=officer)
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "marking.maker_mark")
    path = f"/api/v1/lots/{made.json['number']}/marking"
    new = {"headstamp": "CBC 9mm LUGER 20", "year_mark": "20"}
    tag = {**officer, "If-Match": made.headers["ETag"]}
    assert client.put(path, json=new, headers=tag).status_code == 422  # without a reason
    corrected = client.put(path, json=new | {"reason": "misread"}, headers=tag)
    assert [u["field"] for u in corrected.json["unmet"]] == ["year_mark"]  # made in 2019
    assert client.put(path, json=new | {"reason": "late"}, headers=tag).status_code == 412
    client.post("/api/v1/lots", json=stamped(maker, "ABD12"), headers=officer)
    client.post("/api/v1/lots", json=lot_body(maker, code="ABE12", gtin=""), headers=officer)

    def trace(**told: object) -> dict[str, object]:
        asked = {"kind": "cartridge", "purpose": "recovered_firearm", "case_number": "1", **told}
        answer = client.post("/api/v1/traces", json=asked, headers=police)
        assert answer.status_code == 201, answer.json
        found: dict[str, object] = answer.json
        return found

    alone = trace(headstamp="LUGER CBC 19")
    assert [(c["mark"], c["agrees"]) for c in alone["candidates"]] == [("ABD12", ["headstamp"])]
    assert (alone["outcome"], alone["certainty"]["level"]) == ("candidates", "possible")
    assert alone["candidates"][0]["buyers"] == []  # a headstamp names no lot
    both = [c["mark"] for c in trace(headstamp="CBC 9mm")["candidates"]]
    assert both == ["ABC12", "ABD12"]
    assert trace(headstamp="CBC 9mm", calibre="40 S&W")["outcome"] == "not_in_records"
    assert trace(headstamp="CBC 9mm", recovered_on="2019-10-01")["outcome"] == "not_in_records"
    damaged = trace(code="AB?12", headstamp="CBC 19")
    assert [(c["mark"], c["agrees"]) for c in damaged["candidates"]] == [
        ("ABD12", ["headstamp"]),
        ("ABE12", []),
    ]
    differs = trace(code="ABD12", headstamp="FNB")
    assert (differs["outcome"], differs["candidates"][0]["differs"]) == ("candidates", ["headstamp"])
    refused = {"kind": "cartridge", "purpose": "recovered_firearm", "case_number": "1"}
    for told in ({}, {"headstamp": "⊕"}, {"headstamp": "C??"}, {"headstamp": "CBC", "position": 4}):
        assert client.post("/api/v1/traces", json=refused | told, headers=police).status_code == 422


def test_a_scene_takes_headstamps_alone(app: Flask, client: FlaskClient, maker: str) -> None:
    client.post("/api/v1/lots", json=stamped(maker, "ABC12"), headers=bearer(app))
    browser = sign_in(app, Role.POLICE)
    form = {
        "case_number": "7", "purpose": "criminal_investigation", "found_on": "2020-01-01", "place": "Recife",
        "lines-0-code": "ABC12", "lines-0-headstamp": "CBC 19", "lines-0-state": "case", "lines-0-count": "3",
        "lines-1-headstamp": "CBC 9mm", "lines-1-state": "case", "lines-1-count": "1",
        "lines-2-state": "case", "paste": "\t\t\t\tcase\t2\tFNB 40",
    }  # fmt: skip
    answer = post(browser, "/scenes/new", **form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "CBC 9mm" in page
    assert "No record fits FNB 40" in page


def test_pages_record_what_a_lot_bears(app: Flask, client: FlaskClient, maker: str) -> None:
    browser = sign_in(app)
    body = {k: str(v) for k, v in lot_body(maker, gtin="").items()} | {
        "marking-headstamp": "CBC 9mm 19", "marking-package-0": "maker", "marking-package-1": "lot",
    }  # fmt: skip
    made = post(browser, "/lots/new", **body)
    assert made.status_code == 303, made.get_data(as_text=True)
    number = made.headers["Location"].rpartition("/")[2]
    assert "CBC 9mm 19" in browser.get(f"/lots/{number}").get_data(as_text=True)
    page = f"/lots/{number}/marking"
    form = {
        "csrf_token": csrf_token(browser, page), "version": "1", "headstamp": "CBC 9mm 19",
        "year_mark": "19", "control_mark": "crowned N", "control_country": "BE", "reason": "seen again",
        "package-8": "control_mark",
    }  # fmt: skip
    assert browser.post(page, data=form | {"control_country": "BR"}).status_code == 422
    assert browser.post(page, data=form).status_code == 303
    shown = browser.get(f"/lots/{number}").get_data(as_text=True)
    assert "crowned N (BE)" in shown
    assert "bears all that is asked" in shown
