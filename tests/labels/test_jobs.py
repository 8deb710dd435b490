"""Print jobs: chosen, looked at, printed, gone on with after a jam; a duplicate is recognised."""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.errors import Invalid
from registry.core.work import Office
from registry.firearms.views import FirearmView
from registry.labels.rules import Asked, Span, span
from schemas.firearms import ComponentNew, MarkNew
from schemas.label_vocabulary import RunKind
from schemas.vocabulary import ComponentKind, MarkKind, Role
from tests.core.seeing import other_make, rastered, read
from tests.firearms.world import World, make_world, register, serial
from tests.labelling import job, printed, run
from tests.makers import bearer, post, sign_in
from tests.naughty import NAUGHTY

SIX = 6


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def officer(app: Flask) -> dict[str, str]:
    return bearer(app)


@pytest.fixture
def guns(office: Office, world: World) -> list[FirearmView]:
    return [register(office, world, marks=(serial(f"TAB10{n}"),)) for n in range(SIX)]


def numbers(guns: list[FirearmView]) -> list[str]:
    return [gun.number for gun in guns]


def issues(pdf: bytes) -> list[str]:
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.findall(r"Issue (\d+)", told.stdout.decode())


def test_a_job_goes_on_after_a_jam_and_no_two_labels_of_a_number_say_the_same_issue(
    client: FlaskClient, officer: dict[str, str], guns: list[FirearmView]
) -> None:
    made = job(client, officer, "firearm", *numbers(guns)).json
    at = f"/api/v1/label-jobs/{made['number']}"
    assert (made["labels"], made["sent"], made["state"]) == (SIX, 0, "open")
    first = run(client, officer, made, last=4)
    assert issues(first.data) == ["1"] * 4
    assert run(client, officer, made).status_code == 412, "somebody sent labels meanwhile"
    now = client.get(at, headers=officer).json
    assert (now["sent"], now["state"]) == (4, "open")
    assert run(client, officer, now, first=6).json["errors"][0]["field"] == "first", "none is left out"
    jam = run(client, officer, now, first=3, jammed=True)
    assert issues(jam.data) == ["2", "2", "1", "1"]
    found = {text for page in rastered(jam.data, 203) for _, text in read(page)}
    assert found == set(numbers(guns)[2:])
    done = client.get(at, headers=officer).json
    assert (done["sent"], done["state"]) == (SIX, "done")
    refused = run(client, officer, done, first=1, last=1)
    assert refused.json["errors"][0]["field"] == "reason"
    again = run(client, officer, done, first=1, last=1, reason="Torn at the counter")
    assert issues(again.data) == ["2"]
    kinds = [(one["kind"], one["first"], one["last"]) for one in client.get(at, headers=officer).json["runs"]]
    assert kinds == [("first", 1, 4), ("resume", 3, SIX), ("reprint", 1, 1)]
    asked = {"number": numbers(guns)[0]}
    told = client.get("/api/v1/label-printings", query_string=asked, headers=officer).json["items"]
    assert [(one["issue"], one["latest"], one["reason"]) for one in told] == [
        (2, True, "Torn at the counter"), (1, False, ""),
    ]  # fmt: skip


def test_what_does_not_fit_is_refused_before_anything_is_kept(
    client: FlaskClient, officer: dict[str, str], guns: list[FirearmView]
) -> None:
    (one, *_) = numbers(guns)
    for given, status, field in (
        ({"medium": "no-such"}, 422, "medium"),
        ({"medium": "a4-2x7", "output": "zpl"}, 422, "medium"),
        ({"source": "F-1"}, 422, "source"),
        ({"resolution": 96}, 422, "resolution"),
        ({"language": "xx"}, 422, "language"),
    ):
        answer = job(client, officer, "firearm", one, **given)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (status, field), answer.json
    assert job(client, officer, "firearm", "F-000000999-9").status_code == 404
    assert job(client, officer, "firearm").status_code == 422
    assert job(client, officer, "shipment", "SH-000000001-1").status_code == 404
    assert client.get("/api/v1/label-jobs", headers=officer).json["items"] == []
    medium = {"name": "tiny", "kind": "roll", "width": 20, "height": 12}
    assert client.post("/api/v1/label-media", json=medium, headers=officer).status_code == 201
    small = job(client, officer, "firearm", one, medium="tiny")
    assert small.json["errors"][0]["field"] == "medium"
    assert "38 × 19" in small.json["errors"][0]["message"]


def test_formats_and_printers_are_kept_and_count(
    client: FlaskClient, officer: dict[str, str], guns: list[FirearmView]
) -> None:
    grid = {"columns": 3, "rows": 6, "left": 10, "top": 10, "across": 92, "down": 45}
    wrong = {
        "name": "Ours",
        "kind": "sheet",
        "width": 90,
        "height": 40,
        "page_width": 210,
        "page_height": 297,
    }
    wrong |= grid
    refused = client.post("/api/v1/label-media", json=wrong, headers=officer)
    assert {one["field"] for one in refused.json["errors"]} == {"page_width"}
    right = client.post("/api/v1/label-media", json=wrong | {"columns": 2}, headers=officer)
    assert (right.status_code, right.json["own"]) == (201, True)
    assert client.post("/api/v1/label-media", json=wrong | {"columns": 2}, headers=officer).status_code == 409
    customs = bearer(client.application, Role.CUSTOMS)
    assert client.post("/api/v1/label-media", json=wrong, headers=customs).status_code == 403
    zebra = {"name": "Zebra 1", "language": "zpl", "resolution": 203}
    kept = client.post("/api/v1/label-printers", json=zebra, headers=customs)
    assert kept.status_code == 201
    made = job(client, customs, "import_mark", *numbers(guns)[:2], medium="roll-70x37", printer="Zebra 1")
    assert (made.json["output"], made.json["resolution"]) == ("zpl", 203)
    moved = zebra | {"right": 1.0, "down": -0.5}
    path = "/api/v1/label-printers/Zebra 1"
    assert client.put(path, json=moved, headers=customs).status_code == 428
    put = client.put(path, json=moved, headers={**customs, "If-Match": kept.headers["ETag"]})
    assert (put.status_code, put.json["right"]) == (200, 1.0)
    told = run(client, customs, made.json).data
    assert told.count(b"^XA") == 2
    assert b"^FO24,12^GB" in told, "the band, a millimetre to the right and half of one up"
    (picture,) = other_make([(told.split(b"^XZ")[0] + b"^XZ", 70, 37, 8)])
    assert {text for _, text in read(picture)} == {guns[0].number}
    sheet = printed(client, officer, "firearm", *numbers(guns), medium="Ours")
    assert {text for page in rastered(sheet, 203) for _, text in read(page)} == set(numbers(guns))
    told_pdf = client.get("/api/v1/label-printers/Zebra 1/calibration.pdf", headers=officer)
    assert told_pdf.data.startswith(b"%PDF")


def test_whoever_prints_sees_their_own_jobs_and_the_authority_all(
    app: Flask, client: FlaskClient, officer: dict[str, str], guns: list[FirearmView], world: World
) -> None:
    dealer = bearer(app, Role.TRADER, party=world.maker.number)
    made = job(client, dealer, "firearm", guns[0].number)
    assert made.status_code == 201, made.json
    at = f"/api/v1/label-jobs/{made.json['number']}"
    assert client.get(at, headers=officer).status_code == 200
    customs, other = bearer(app, Role.CUSTOMS), bearer(app, Role.TRADER, party=world.other_maker.number)
    for stranger in (customs, other):
        assert client.get(at, headers=stranger).status_code == 404
        assert run(client, stranger, made.json).status_code == 404
        assert client.get(f"{at}/picture.svg", headers=stranger).status_code == 404
    assert job(client, other, "firearm", guns[0].number).status_code == 404
    assert job(client, dealer, "evidence", "EV-000000001-1").status_code == 403
    run(client, dealer, made.json)
    asked = {"number": guns[0].number}
    seen = client.get("/api/v1/label-printings", query_string=asked, headers=customs).json["items"]
    assert [(one["issue"], one["job"], one["printed_by"]) for one in seen] == [(1, "", "")]
    assert client.get("/api/v1/label-printings", query_string=asked, headers=other).json["items"] == []
    assert client.get("/api/v1/label-jobs", headers=bearer(app, Role.AUDITOR)).status_code == 403


def test_a_tag_shows_the_serial_wherever_the_firearm_bears_it(
    client: FlaskClient, officer: dict[str, str], office: Office, world: World
) -> None:
    parts = (ComponentNew(ComponentKind.BARREL), ComponentNew(ComponentKind.FRAME_OR_RECEIVER))
    marks = (
        MarkNew(MarkKind.IMPORT, "BR 2020", country="BR", year=2020, component=2),
        serial("BARREL1", component=1),
        serial("FRAME2", component=2),
    )
    gun = register(office, world, components=parts, marks=marks)
    on_barrel = register(office, world, components=parts, marks=(serial("BARREL3", component=1),))
    for number, design, shown in (
        (gun.number, "firearm", "FRAME2"),
        (gun.number, "import_mark", "FRAME2"),
        (f"{gun.number}/1", "part", "BARREL1"),
        (on_barrel.number, "firearm", "BARREL3"),
    ):
        made = job(client, officer, design, number).json
        told = client.get(f"/api/v1/label-jobs/{made['number']}/picture.svg", headers=officer)
        assert f'aria-label="{shown}"' in told.text, (design, shown)


def test_two_who_print_the_same_number_at_once_never_give_it_the_same_issue(
    app: Flask, client: FlaskClient, officer: dict[str, str], guns: list[FirearmView]
) -> None:
    jobs = [job(client, officer, "firearm", *numbers(guns)).json for _ in range(2)]
    headers = [bearer(app) for _ in range(4)]

    def send(n: int) -> tuple[int, bytes]:
        answer = run(app.test_client(), headers[n], jobs[n % 2])
        return answer.status_code, answer.data

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(send, range(4)))
    assert sorted(status for status, _ in sent) == [200, 200, 412, 412], "a job is sent once"
    told = sorted(issues(data) for status, data in sent if status == 200)
    assert told == [["1"] * SIX, ["2"] * SIX]


def test_an_offset_that_moves_labels_over_the_edge_is_refused_before_any_is_sent(
    app: Flask, client: FlaskClient, officer: dict[str, str], guns: list[FirearmView]
) -> None:
    printer = {"name": "Desk", "language": "zpl", "resolution": 203}
    kept = client.post("/api/v1/label-printers", json=printer, headers=officer)
    made = job(client, officer, "firearm", guns[0].number, printer="Desk").json
    tag = kept.headers["ETag"]
    for offset in ({"right": -3.0}, {"right": 3.0}, {"down": -3.0}, {"down": 3.0}):
        moved = client.put(
            "/api/v1/label-printers/Desk", json=printer | offset, headers={**officer, "If-Match": tag}
        )
        tag = moved.headers["ETag"]
        refused = run(client, officer, made)
        assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "printer"), offset
        assert job(client, officer, "firearm", guns[0].number, printer="Desk").status_code == 422
    assert client.get(f"/api/v1/label-jobs/{made['number']}", headers=officer).json["sent"] == 0
    shifted = {**officer, "If-Match": tag}
    client.put("/api/v1/label-printers/Desk", json=printer | {"right": -1.8, "down": 1.8}, headers=shifted)
    assert run(client, officer, made).status_code == 200


def test_what_does_not_fit_says_on_which_label_and_texts_of_records_never_end_in_a_fault(
    client: FlaskClient, officer: dict[str, str], office: Office, world: World
) -> None:
    short = [text[:60] for text in NAUGHTY if text[:60].strip() and "\0" not in text]
    guns = [
        register(office, world, model=text, marks=(serial(f"TAC{n:04d}"),)) for n, text in enumerate(short)
    ]
    long = register(office, world, model="W" * 60, marks=(serial("TAD1"),))
    fitting = 0
    for gun in [*guns, long]:
        made = job(client, officer, "firearm", gun.number, medium="roll-100x50")
        if made.status_code == 201:
            fitting += 1
            (page,) = rastered(run(client, officer, made.json).data, 203)
            assert {text for _, text in read(page)} == {gun.number}
            continue
        assert made.status_code == 422, (gun.model, made.json)
        (error,) = made.json["errors"]
        assert error["field"] == "model"
        assert error["message"].startswith(f"{gun.number}: ")
    assert 15 < fitting < len(guns)


def test_pages_lead_from_choice_to_print_to_the_next_label(app: Flask, guns: list[FirearmView]) -> None:
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    typed = {"design": "firearm", "medium": "a4-2x7", "language": "pt", "output": "pdf", "resolution": "300"}
    wrong = post(browser, "/labels/new", numbers="F-1", **typed)
    assert wrong.status_code == 404
    made = post(browser, "/labels/new", numbers="\r\n".join(numbers(guns)), **typed)
    assert made.status_code == 303
    page = browser.get(made.location).get_data(as_text=True)
    assert f"Label 1 of {SIX}" in page
    drawing = browser.get(f"{made.location}/picture.svg?n=2")
    assert (drawing.mimetype, "TAB101" in drawing.get_data(as_text=True)) == ("image/svg+xml", True)
    assert "Via 1" in drawing.get_data(as_text=True)
    sent = post(
        browser, f"{made.location}/print", made.location, version="1", start="3", used="4 5", last="2"
    )
    assert sent.mimetype == "application/pdf"
    page = browser.get(made.location).get_data(as_text=True)
    assert f"2 of {SIX} were sent" in page
    refused = post(browser, f"{made.location}/print", made.location, version="2", start="99")
    assert refused.status_code == 422
    jam = post(browser, f"{made.location}/print", made.location, version="2", first="2", jammed="1")
    assert jam.status_code == 200
    found = browser.get(f"/labels/lookup?number={numbers(guns)[1]}").get_data(as_text=True)
    assert found.count("Replaced") == 1
    assert found.count("In force") == 1
    assert "No label of this number" in browser.get("/labels/lookup?number=F-9").get_data(as_text=True)
    assert made.location.rpartition("/")[2] in browser.get("/labels").get_data(as_text=True)
    new = {"name": "Desk", "language": "pdf", "resolution": "300"}
    assert post(browser, "/label-setup/printers", "/label-setup", **new).status_code == 303
    set_ = post(
        browser, "/label-setup/printers/Desk", "/label-setup", version="1", right="0.5", down="0", **new
    )
    assert set_.status_code == 303
    assert "0.5" in browser.get("/label-setup").get_data(as_text=True)
    bad = post(browser, "/label-setup/media", "/label-setup", name="x", kind="roll", width="1", height="9")
    assert bad.status_code == 422


@pytest.mark.parametrize(
    ("sent", "asked", "found"),
    [
        (0, Asked(), Span(RunKind.FIRST, 1, 10)),
        (4, Asked(), Span(RunKind.NEXT, 5, 10)),
        (4, Asked(last=6), Span(RunKind.NEXT, 5, 6)),
        (8, Asked(first=3, jammed=True), Span(RunKind.RESUME, 3, 10)),
        (8, Asked(first=3, reason="torn"), Span(RunKind.REPRINT, 3, 8)),
        (8, Asked(first=3, last=3, reason="torn"), Span(RunKind.REPRINT, 3, 3)),
        (8, Asked(first=3), "reason"),
        (8, Asked(first=3, reason=" a "), "reason"),
        (8, Asked(first=10), "first"),
        (10, Asked(), "first"),
        (0, Asked(first=11), "first"),
        (8, Asked(first=5, last=4, jammed=True), "last"),
        (8, Asked(last=11), "last"),
    ],
)
def test_what_is_sent_follows_from_what_was(sent: int, asked: Asked, found: Any) -> None:
    if isinstance(found, Span):
        assert span(10, sent, asked) == found
        return
    with pytest.raises(Invalid) as refusal:
        span(10, sent, asked)
    assert refusal.value.unmet[0].field == found
