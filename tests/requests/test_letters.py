"""States without a node: requests that leave as paper and signed file, letters that are entered by hand."""

from __future__ import annotations

import base64
import io
import re
import struct
import subprocess
import zipfile
import zlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from registry.authorities import acts as authorities
from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from registry.core.work import Office
from registry.exchange import carrying, jose, scans, strict_json
from registry.requests import acts, chain_links, following, letter_queries, letters, queries
from registry.requests.views import RequestView
from schemas.authorities import CardNew
from schemas.letters import LONGEST_SCAN, CarryNew, Letter, RequestLetter
from schemas.requests_vocabulary import Means, Onward, RequestAct, RestrictionGround, Usefulness
from schemas.vocabulary import Outcome, Purpose, Role
from schemas.words import ENGLISH
from tests.exchange.world import START, Clock, Node, give_keys
from tests.firearms.world import make_world, register
from tests.makers import EVERYTHING, bearer, csrf_token, make_actor, sign_in
from tests.requests.world import OFFICER, answer, ask, asked, deliver, made_and_exported, view

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
SCAN = scans.looked_at("C:\\letters\\reply 7.pdf", PDF)
TODAY = START.date()


def carry(node: Node, request_id: int = 1, means: Means = Means.POST, **given: Any) -> RequestView:
    with node.office.begin(OFFICER) as work:
        version = queries.request(work, request_id).version
        return letters.carry(work, request_id, CarryNew(means, **given), version)


def draft(node: Node, **given: Any) -> RequestView:
    with node.office.begin(OFFICER) as work:
        return acts.draft(work, asked(**({"to": "PT"} | given)))


def enter(node: Node, request_id: int = 1, scan: scans.Scan = SCAN, **given: Any) -> RequestView:
    values: dict[str, Any] = {"means": Means.POST, "received_on": TODAY} | given
    with node.office.begin(OFFICER) as work:
        version = queries.request(work, request_id).version
        return letters.enter(work, request_id, Letter(**values), scan, version)


def files_of(node: Node, found: RequestView) -> dict[str, bytes]:
    """What the package of the newest signed message holds."""
    jti = [event.message for event in found.events if event.carried][-1]
    with node.office.look(OFFICER) as work:
        packed = carrying.package(work, letter_queries.carried(work, found.id, jti), ENGLISH)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def bring(node: Node, content: bytes) -> carrying.Brought:
    return carrying.bring(node.office, node.kinds, content, OFFICER)


def test_a_carried_file_is_read_as_if_it_had_been_sent(two: list[Node], clock: Clock) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    found = carry(br, draft(br).id, Means.DIPLOMATIC_BAG, words="Bag 77")
    sent = found.events[-1]
    assert (found.state, found.means, sent.by, sent.words) == ("sent", "diplomatic_bag", 7, "Bag 77")
    assert (sent.details["means"], sent.details["sent_on"]) == ("diplomatic_bag", "2026-09-21")
    assert (sent.carried, sent.delivered) == (True, None)
    deliver(two)
    assert pt.rows("SELECT jti FROM exchange_in WHERE type = 'trace.request'") == []  # no courier took it
    record = files_of(br, found)["message.jws"]
    brought = bring(pt, record + b"\n")
    assert (brought.type, brought.state, brought.thread) == ("trace.request", "BR", found.thread)
    assert view(pt).state == "acknowledged"
    assert bring(pt, record) == brought  # the same receipt, no second effect
    assert pt.rows("SELECT count(*) FROM trace_request") == [(1,)]
    noted = pt.rows("SELECT id FROM ledger_entry WHERE note LIKE :who", who='%"carried_by":7%')
    assert len(noted) == 1
    receipt = bring(br, brought.receipt.encode())
    assert (receipt.type, receipt.receipt) == ("receipt", "")
    assert view(br).events[1].delivered is True
    answer(pt, 1, act=RequestAct.ANSWER)  # it has a node here: its answer comes by itself
    deliver(two)
    told = view(br)
    assert told.answer is not None
    assert (told.state, told.answer["next_state"]["code"]) == ("answered", "AR")
    assert told.entered_by == ""


def test_what_was_changed_is_late_or_for_another_is_not_taken(two: list[Node], clock: Clock) -> None:
    br, pt = two
    record = files_of(br, carry(br, draft(br).id))["message.jws"]
    head, payload, signature = record.split(b".")
    swapped = payload[:40] + (b"A" if payload[40:41] != b"A" else b"B") + payload[41:]
    for wrong, said in (
        (b".".join((head, swapped, signature)), "not taken|no signed message"),
        (record[:-3], "not taken|no signed message"),
        (b"\xff" + record, "no signed message"),
        (b"a" * 200_000, "larger"),
        (b"", "no signed message"),
    ):
        with pytest.raises(Refused, match=said):
            bring(pt, wrong)
    with pytest.raises(Refused, match=r"wrong-audience|unknown-key"):
        bring(br, record)
    with pytest.raises(Forbidden):
        carrying.bring(pt.office, pt.kinds, record, make_actor(Role.POLICE))
    clock.move(timedelta(days=15))
    with pytest.raises(Refused, match="expired"):
        bring(pt, record)
    assert pt.rows("SELECT count(*) FROM trace_request") == [(0,)]
    alerts = pt.rows("SELECT code FROM exchange_alert WHERE detail LIKE 'a file:%' ORDER BY id")
    assert ("expired",) in alerts


def shell(lines: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", lines], cwd=folder, capture_output=True, text=True, errors="replace", check=False
    )


def test_anybody_verifies_the_file_with_openssl_as_it_says(two: list[Node], tmp_path: Path) -> None:
    br, _ = two
    files = files_of(br, carry(br, draft(br).id))
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    manual = files["verify.txt"].decode()
    lines = manual.partition("With OpenSSL 3:")[2].partition("The file is signed")[0]
    done = shell(lines, tmp_path)
    assert "Signature Verified Successfully" in done.stdout, done
    assert "TAB12345" in done.stdout
    (tmp_path / "message.jws").write_bytes(files["message.jws"].replace(b".", b".AA", 1))
    assert "Signature Verified Successfully" not in shell(lines, tmp_path).stdout


def test_a_letter_binds_as_tightly_as_the_letter_before_it(two: list[Node]) -> None:
    br, _ = two
    carry(br, draft(br, to="UY").id)
    until = TODAY + timedelta(days=10)
    found = {"act": RequestAct.ANSWER, "outcome": Outcome.IDENTIFIED}
    enter(br, **found, retain_until=until, onward=Onward.NONE, caveat="Police only")
    ask(br, 1, act=RequestAct.CLARIFY, words="Which colour?")
    later = until + timedelta(days=90)
    enter(br, **found, words="And its colour", retain_until=later, onward=Onward.CONSENT)
    told = view(br)
    assert told.answer is not None
    assert told.answer["words"] == "And its colour"
    assert told.handling == {
        "audience": ["BR"], "onward": "none", "retain_until": str(until), "caveat": "Police only",
    }  # fmt: skip
    assert br.rows("SELECT keep_until FROM trace_request") in ([(str(until),)], [(until,)])


def test_whoever_enters_a_letter_that_nobody_may_read_is_told_why(app: Flask, office: Office) -> None:
    give_keys(office)
    node = Node(office.home, office, (), {})
    carry(node, draft(node, to="UY").id)
    day = office.today
    gone = {"received_on": day, "retain_until": day - timedelta(days=1)}
    enter(node, act=RequestAct.ANSWER, outcome=Outcome.IDENTIFIED, **gone)
    number = view(node).number
    shown = sign_in(app, Role.AUTHORITY_OFFICER).get(f"/requests/{number}").get_data(as_text=True)
    assert "What is told here is read by nobody any more" in shown
    assert re.search(r'href="/requests/new\?[^"]*to=UY', shown)
    headers = bearer(app, Role.AUTHORITY_OFFICER)
    told = app.test_client().get(f"/api/v1/requests/{number}", headers=headers).json
    assert "Ask anew" in told["binding"]


def test_nothing_incomplete_leaves_and_nothing_leaves_twice(two: list[Node]) -> None:
    br, _ = two
    found = draft(br, to="UY", legal_basis="")
    with pytest.raises(Refused, match=r"ITI 18\(a\)"):
        carry(br, found.id)
    with pytest.raises(Invalid, match="not come yet"):
        carry(br, draft(br, to="UY").id, sent_on=TODAY + timedelta(days=1))
    left = carry(br, draft(br, to="UY").id, sent_on=TODAY - timedelta(days=3))
    assert left.sent_at is not None
    assert left.sent_at < START - timedelta(days=2)
    assert left.due_at == START + timedelta(days=28)
    with pytest.raises(Refused, match="no such step"):
        carry(br, left.id)


def test_their_answer_is_entered_with_its_scan_and_the_chain_says_so(two: list[Node], clock: Clock) -> None:
    br, pt = two
    carry(br, draft(br, to="UY").id)
    clock.move(timedelta(days=9))
    with br.office.begin(OFFICER) as work:
        assert following.escalate(work) == 0
    came = TODAY + timedelta(days=9)
    enter(br, act=RequestAct.ACKNOWLEDGE, received_on=came, reference="UY 12/26")
    told = enter(
        br, act=RequestAct.ANSWER, received_on=came, outcome=Outcome.LEFT_THE_COUNTRY, next_state="PT",
        next_on=date(2003, 4, 1), document_kind="export_licence", document_number="EX-1",
        statement="It was sold to Portugal.", onward=Onward.NONE, caveat="Police only",
    )  # fmt: skip
    assert told.answer is not None
    assert told.handling is not None
    assert (told.state, told.their_number, told.entered_by) == ("answered", "UY 12/26", "the operator")
    assert (told.answer["level"], told.answer["by_machine"]) == ("probable", False)
    assert (told.handling["onward"], told.handling["audience"]) == ("none", ["BR", "PT"])
    step = told.events[-1]
    assert (step.by, step.by_us, step.file) == (7, False, "reply 7.pdf")
    assert told.files[-1].digest == SCAN.digest.hex()
    with br.office.look(OFFICER) as work:
        assert letter_queries.scan(work, told.id, step.n)[1] == PDF
        with pytest.raises(NotFound):
            letter_queries.scan(work, told.id, 1)
        with pytest.raises(NotFound):
            letter_queries.carried(work, told.id, "nothing of ours")
    with br.office.begin(OFFICER) as work:  # the chain goes on by the exchange
        acts.follow(work, told.id, told.version)
    with br.office.look(OFFICER) as work:
        first, second = chain_links.chain_views(work, 1)
    assert (first["means"], first["entered_by"]) == ("post", "the operator")
    assert (second["peer"], second["means"], second["state"]) == ("PT", "", "sent")
    made_and_exported(pt, "AR", on=date(2005, 1, 1))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    with br.office.begin(OFFICER) as work:
        following_draft = acts.follow(work, 2, queries.request(work, 2).version)
    assert (following_draft.peer, following_draft.state) == ("AR", "draft")  # it waits to be carried
    with br.office.begin(OFFICER) as work, pytest.raises(Conflict, match="asked already"):
        acts.follow(work, 2, queries.request(work, 2).version)
    ask(br, 1, act=RequestAct.CLARIFY, words="Which licence?")  # our words leave as a file too
    assert view(br).events[-1].carried is True


def test_a_letter_says_only_what_its_state_may_do_now(two: list[Node], clock: Clock) -> None:
    br, _ = two
    draft(br, to="UY")
    with pytest.raises(Refused, match="draft"):
        enter(br, act=RequestAct.ANSWER, outcome=Outcome.IDENTIFIED)
    carry(br)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"act": RequestAct.ANSWER}, "what their search found"),
        ({"act": RequestAct.REMIND}, "not for the other State"),
        ({"act": RequestAct.DELAY, "outcome": Outcome.IDENTIFIED}, "Only an answer"),
        ({"act": RequestAct.REFUSE}, "in words"),
        ({"act": RequestAct.ACKNOWLEDGE, "received_on": TODAY + timedelta(days=1)}, "not come yet"),
        ({"act": RequestAct.ACKNOWLEDGE, "received_on": TODAY - timedelta(days=1)}, "before the request"),
        (
            {"act": RequestAct.ANSWER, "outcome": Outcome.IDENTIFIED, "document_number": "1"},
            "to which State",
        ),
    )
    for given, said in wrong:
        with pytest.raises(Refused, match=said):
            enter(br, **given)
    with pytest.raises(Invalid, match="ISO 3166"):
        enter(br, act=RequestAct.ANSWER, outcome=Outcome.LEFT_THE_COUNTRY, next_state="XX")
    until = TODAY + timedelta(days=60)
    ground = RestrictionGround.ONGOING_INVESTIGATION
    late = enter(br, act=RequestAct.DELAY, words="It takes time", until=until, ground=ground)
    assert late.due_at is not None
    assert late.due_at.date() in (until, until + timedelta(days=1))
    clock.move(timedelta(days=70))
    with br.office.begin(OFFICER) as work:
        assert following.escalate(work) == 1  # people are told; no reminder leaves by itself
    assert [event.what for event in view(br).events][-1] == "escalated"
    refused = enter(br, act=RequestAct.REFUSE, words="Not possible", received_on=TODAY + timedelta(days=70))
    assert (refused.state, refused.events[-1].what) == ("refused", "chain_ended")


def test_a_request_by_letter_is_traced_and_its_answer_leaves_as_a_file(two: list[Node]) -> None:
    br, _ = two
    made_and_exported(br, "AR")
    values = vars(asked("BR", purpose=Purpose.FOREIGN_REQUEST)) | {"to": "BR"}
    letter = RequestLetter(**values, sender="UY", means=Means.FAX, received_on=TODAY, reference="UY 9")
    for wrong, field in ((replace(letter, sender="BR"), "own State"), (replace(letter, sender="XX"), "3166")):
        with br.office.begin(OFFICER) as work, pytest.raises(Invalid, match=field):
            letters.enter_request(work, wrong, SCAN)
    with br.office.begin(OFFICER) as work:
        found = letters.enter_request(work, letter, SCAN)
    assert (found.direction, found.peer, found.state, found.means) == ("in", "UY", "acknowledged", "fax")
    assert [event.what for event in found.events] == ["send", "acknowledge", "traced"]
    assert (found.their_number, found.files[0].n, found.trace != "") == ("UY 9", 1, True)
    released = answer(br, found.id, act=RequestAct.ANSWER)
    assert released.events[-1].carried is True
    record = files_of(br, released)["message.jws"].decode()
    message = strict_json.loads(jose.parse(record).payload)
    assert (message["type"], message["aud"], "re" in message) == ("trace.response", "UY", False)
    assert message["body"]["next_state"]["code"] == "AR"
    closed = enter(br, found.id, act=RequestAct.CLOSE, useful=Usefulness.LED_TO_NEXT_STATE)
    assert (closed.state, closed.outcome) == ("closed", "led_to_next_state")


def test_without_keys_there_is_only_the_paper(office: Office) -> None:
    ours = Node(office.home, office, [], {})
    with office.begin(OFFICER) as work:
        made = acts.draft(work, asked("UY"))
        left = letters.carry(work, made.id, CarryNew(Means.POST), made.version)
    assert (left.state, left.events[-1].carried, left.thread != "") == ("sent", False, True)
    assert ours.rows("SELECT count(*) FROM exchange_out") == [(0,)]


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, kind)
    return out.getvalue()


def photograph_cut_off() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 90).save(out, "JPEG")
    return out.getvalue()[:9000]


def head_alone(width: int, height: int) -> bytes:
    """A PNG that says how large it is, in colour with transparency, and has no pixels."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", b""),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def test_a_page_in_black_and_white_may_have_many_pixels() -> None:
    out = io.BytesIO()
    Image.new("1", (9500, 9500)).save(out, "PNG")
    assert scans.looked_at("page.png", out.getvalue()).media == "image/png"


def test_scans_are_looked_at_and_kept_byte_for_byte() -> None:
    good = ((PDF, "application/pdf"), (picture("PNG"), "image/png"), (picture("JPEG"), "image/jpeg"))
    for content, media in good:
        found = scans.looked_at("../../a.bin", content)
        assert (found.name, found.media, found.content) == ("a.bin", media, content)
    for name, content, said in (
        ("a", b"", "Choose"),
        ("a", b"%PDF-1.7 and nothing more", "no PDF"),
        ("a", b"<html>%%EOF", "no PDF"),
        ("a", picture("GIF"), "no PDF"),
        ("a", picture("PNG")[:60], "damaged|no PDF"),
        ("a", photograph_cut_off(), "damaged"),
        ("a", head_alone(9400, 9400), "more pixels"),
        ("a", head_alone(50_000, 50_000), "more pixels"),
        ("a", head_alone(2000, 2000), "damaged"),
        ("a\u202e.pdf", PDF, "cannot be shown"),
        ("a", PDF + b" " * LONGEST_SCAN, "At most 10 MiB"),
    ):
        with pytest.raises(Invalid, match=said):
            scans.looked_at(name, content)


FORM = {
    "to": "EG", "case_number": "IP 17", "purpose": "criminal_investigation", "urgency": "routine",
    "ground": "law_of_the_state", "legal_basis": "Penal code, art. 1", "intended_use": "Trial",
    "circumstances": "Found in a car at the border on 3 May.", "mark": "TAB12345", "maker": "Taurus",
    "model": "PT 92", "calibre": "9x19", "type": "pistol", "country": "BR", "confidentiality": True,
}  # fmt: skip


def test_the_way_of_a_letter_by_the_api(app: Flask, client: FlaskClient, office: Office) -> None:
    give_keys(office)
    with office.begin(EVERYTHING) as work:
        authorities.enter(work, "EG", CardNew("Interior", "list", languages=("ar",)), 0)
        authorities.enter(work, work.home, CardNew("Ours", "decree", contact="Room 9"), 0)
    headers = bearer(app)
    made = client.post("/api/v1/requests", json=FORM, headers=headers)
    path, match = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    today = office.today.isoformat()
    body: dict[str, Any] = {"act": "answer", "means": "post", "received_on": today, "outcome": "identified"}
    scan = {"name": "a.pdf", "content": base64.b64encode(PDF).decode()}
    early = client.post(f"{path}/letters", json=body | {"scan": scan}, headers=headers | match)
    assert early.status_code == 422
    police = bearer(app, Role.POLICE) | match
    assert client.post(f"{path}/carrying", json={"means": "post"}, headers=police).status_code == 403
    sent = client.post(f"{path}/carrying", json={"means": "post"}, headers=headers | match)
    assert sent.status_code == 200, sent.json
    assert (sent.json["means"], sent.json["state"]) == ("post", "sent")
    match = {"If-Match": sent.headers["ETag"]}
    for wrong, field in (
        (body, "scan"),
        (body | {"scan": scan | {"content": "?"}}, "scan.content"),
        (body | {"scan": scan | {"content": "AAAA"}}, "scan.content"),
        (body | {"scan": scan, "act": "send"}, "act"),
    ):
        refused = client.post(f"{path}/letters", json=wrong, headers=headers | match)
        assert refused.status_code == 422
        assert any(error["field"].startswith(field) for error in refused.json["errors"]), refused.json
    told = client.post(f"{path}/letters", json=body | {"scan": scan}, headers=headers | match)
    assert (told.status_code, told.json["state"]) == (200, "answered")
    assert told.json["entered_by"].startswith("Name of")
    [file] = told.json["files"]
    assert client.get(f"{path}/scans/{file['n']}", headers=headers).get_data() == PDF
    jti = next(event["message"] for event in told.json["events"] if event["carried"])
    packed = client.get(f"{path}/files/{jti}", headers=headers)
    assert packed.mimetype == "application/zip"
    assert client.get(f"{path}/files/{jti[::-1]}", headers=headers).status_code == 404
    other = bearer(app, Role.POLICE)  # whose request it is not
    for name in (f"scans/{file['n']}", f"files/{jti}", "letter.pdf"):
        assert client.get(f"{path}/{name}", headers=other).status_code == 404
    assert client.get(f"{path}/letter.pdf", headers=headers).get_data()[:5] == b"%PDF-"
    [kept] = office_rows(office, "SELECT language FROM document_print")
    assert kept == ("ar",)
    assert client.get("/exchange/keys.json").json["keyset"]
    bad = client.post("/api/v1/exchange-files", json={"content": "a.b.c"}, headers=headers)
    assert bad.status_code == 422


def office_rows(office: Office, sql: str) -> list[Any]:
    return [tuple(row) for row in Node(office.home, office, [], {}).rows(sql)]


def test_the_way_of_a_letter_on_pages(app: Flask, office: Office) -> None:
    register(office, make_world(office))
    browser = sign_in(app)
    token = csrf_token(browser, "/requests/letters/new")
    letter = {"sender": "EG", "means": "courier", "received_on": office.today.isoformat()}
    plain = {name: value for name, value in FORM.items() if name != "to"}
    sent = plain | letter | {"csrf_token": token, "confidentiality": "1"}
    refused = browser.post("/requests/letters/new", data=sent | {"scan": (io.BytesIO(b"text"), "a.txt")})
    assert refused.status_code == 422
    assert "no PDF" in refused.get_data(as_text=True)
    made = browser.post("/requests/letters/new", data=sent | {"scan": (io.BytesIO(PDF), "a.pdf")})
    shown = str(made.headers["Location"])
    page = browser.get(shown).get_data(as_text=True)
    assert "entered here by hand" in page
    assert "By other means than the exchange: Courier" in page
    assert browser.get(f"{shown}/edit").status_code == 200
    saved = browser.get(f"{shown}/scans/1")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.get_data() == PDF
    entered = browser.get(f"{shown}/letter").get_data(as_text=True)
    assert "Withdraw" in entered
    version = entered.partition('name="version" value="')[2].partition('"')[0]
    more = {
        "csrf_token": token, "version": version, "act": "withdraw", "means": "fax",
        "received_on": office.today.isoformat(), "words": "No longer needed",
        "scan": (io.BytesIO(picture("PNG")), "fax.png"),
    }  # fmt: skip
    assert browser.post(f"{shown}/letter", data=more).headers["Location"] == shown
    assert "No longer needed" in browser.get(shown).get_data(as_text=True)
    stale = more | {"scan": (io.BytesIO(PDF), "b.pdf")}
    assert browser.post(f"{shown}/letter", data=stale).status_code == 412
    runner = app.test_cli_runner()
    assert "no signed message" in runner.invoke(args=["exchange", "bring", __file__]).output
    file = browser.post("/exchange/file", data={"csrf_token": token, "file": (io.BytesIO(b"x"), "m.jws")})
    assert file.status_code == 422
