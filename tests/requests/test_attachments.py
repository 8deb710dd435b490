"""Photographs and papers that go with requests and answers: fetched apart, and only what was announced."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import subprocess
import tracemalloc
import zipfile
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from registry.core.printing.paper import Seal
from registry.core.work import OPERATOR
from registry.exchange import (
    attachments,
    carrying,
    evidence,
    evidence_documents,
    evidence_files,
    jose,
    outbox,
    renewing,
    scans,
)
from registry.exchange.tables import ExchangeOut
from registry.requests import attaching, chain_queries, doing, letters, queries
from registry.requests.views import RequestView
from schemas.exchange import MOST_ATTACHMENTS, Attachment
from schemas.letters import CarryNew
from schemas.requests_vocabulary import Means, RequestAct
from schemas.vocabulary import Role
from schemas.words import ENGLISH
from tests.exchange.world import Clock, Node
from tests.makers import bearer, csrf_token, make_actor, post, sign_in
from tests.requests.files import (
    PHOTO,
    attach,
    awaited,
    fetch,
    file,
    from_states,
    only,
    photograph,
    sent_with_photograph,
)
from tests.requests.test_letters import PDF, bring, carry, draft, enter, files_of
from tests.requests.world import (
    OFFICER,
    allow,
    answer,
    ask,
    deliver,
    imported_and_sold,
    made_and_exported,
    view,
)


def detach(node: Node, content: bytes, request_id: int = 1) -> RequestView:
    with node.office.begin(OFFICER) as work:
        version = queries.request(work, request_id).version
        return attaching.detach(work, request_id, hashlib.sha256(content).hexdigest(), version)


def test_a_photograph_goes_with_a_request_and_a_paper_with_the_answer(
    two: list[Node], tmp_path: Path
) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    sent_with_photograph(br)
    mine = only(br)
    assert (mine.state, mine.by_us, mine.message) == ("sent", True, view(br).events[-1].message)
    deliver(two)
    theirs = only(pt)
    assert (theirs.state, theirs.name, theirs.size) == ("awaited", "mark.jpg", len(PHOTO))
    assert awaited(pt) == 1
    with pytest.raises(NotFound):
        file(pt, theirs.digest)
    assert fetch(pt, from_states(two)) == 1
    assert (only(pt).state, awaited(pt)) == ("kept", 0)
    assert file(pt, theirs.digest) == PHOTO
    assert fetch(pt, from_states(two)) == 0
    noted = br.rows("SELECT note FROM ledger_entry WHERE act = 'exchange.attachment'")
    assert len(noted) == 1
    assert '"to":"PT"' in noted[0][0]
    journaled = "SELECT count(*) FROM ledger_change WHERE subject = 'exchange_attachment'"
    assert pt.rows(journaled)[0][0] >= 3  # announced, tried, kept
    attach(pt, PDF, name="register extract.pdf")
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    assert fetch(br, from_states(two)) == 1
    came = [one for one in view(br).attachments if not one.by_us]
    assert [(one.name, one.media, one.state) for one in came] == [
        ("register extract.pdf", "application/pdf", "kept")
    ]
    assert file(br, came[0].digest) == PDF
    in_evidence(br, tmp_path)


def in_evidence(br: Node, folder: Path) -> None:
    """Both files stand in the bundle, and a stranger verifies them by the digests that were signed."""
    with br.office.look(OFFICER) as work:
        found = chain_queries.signed(work, 1)
        packed = evidence_files.package(found, ENGLISH, partial(evidence.content, work))
    assert [(one.name, one.kept) for one in found.files] == [
        ("mark.jpg", True),
        ("register extract.pdf", True),
    ]
    with zipfile.ZipFile(io.BytesIO(b"".join(packed))) as package:
        package.extractall(folder)
    assert (folder / "01-attachment-1.jpg").read_bytes() == PHOTO
    manual = (folder / "verify.txt").read_text()
    lines = manual[manual.index("sha256sum") : manual.index("\nEND") + 4]
    done = subprocess.run(["/bin/sh", "-c", lines], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.count(": OK") == 2
    seal = Seal("K7QF-2M4X", "", "Whether this is genuine is told to everyone.")
    pdf = evidence_documents.draw(found, "RQ-1", "Polícia Federal", seal, ENGLISH)
    ran = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    assert found.files[0].name in ran.stdout.decode()
    assert hashlib.sha256(PHOTO).hexdigest() in "".join(ran.stdout.decode().split())


def test_the_same_file_twice_is_kept_once_and_each_is_fetched_from_its_own_state(two: list[Node]) -> None:
    br, pt = two
    sent_with_photograph(br)
    second = draft(br)
    attach(br, request_id=second.id)
    with pytest.raises(Conflict, match="already"):
        attach(br, request_id=second.id)
    ask(br, second.id, act=RequestAct.SEND)
    deliver(two)
    assert fetch(pt, from_states(two)) == 2
    assert [only(pt, n).state for n in (1, 2)] == ["kept", "kept"]
    assert pt.rows("SELECT count(*) FROM exchange_file") == [(1,)]
    assert br.rows("SELECT count(*) FROM exchange_file") == [(1,)]


def test_files_go_only_with_steps_that_carry_them_and_by_whoever_may_take_the_step(two: list[Node]) -> None:
    br, pt = two
    found = draft(br)
    for shade in range(MOST_ATTACHMENTS):
        attach(br, photograph(shade), found.id)
    with pytest.raises(Refused, match="At most 5 files"):
        attach(br, photograph(77), found.id)
    assert len(detach(br, photograph(0), found.id).attachments) == MOST_ATTACHMENTS - 1
    with pytest.raises(NotFound):
        detach(br, photograph(0), found.id)
    with pytest.raises(Invalid, match="no PDF, JPEG or PNG"):
        attach(br, b"MZ\x90\x00", found.id)
    with pytest.raises(Invalid, match="Choose a file"):
        attach(br, b"", found.id)
    ask(br, found.id, act=RequestAct.SEND)
    with pytest.raises(Refused, match="Files go with"):
        attach(br, photograph(78), found.id)
    with pytest.raises(NotFound):
        detach(br, photograph(1), found.id)
    deliver(two)
    assert len(view(pt).attachments) == MOST_ATTACHMENTS - 1
    police = make_actor(Role.POLICE, user_id=99)
    with pytest.raises((Forbidden, NotFound)), pt.office.begin(police) as work:
        attaching.attach(work, 1, scans.looked_at("a.jpg", PHOTO, "file"), view(pt).version)
    with pytest.raises(NotFound), pt.office.look(police) as work:
        queries.request_row(work, 1)


def test_a_message_that_is_sent_anew_a_chain_and_a_letter_take_the_files_along(
    three: list[Node], clock: Clock
) -> None:
    br, pt, ar = three
    made_and_exported(pt, "AR")
    imported_and_sold(ar)
    allow(br, "AR", ask=True)
    sent_with_photograph(br)
    with br.office.look(OPERATOR) as work:
        (row,) = work.session.scalars(select(ExchangeOut))
        assert [one.name for one in renewing.said_again(row).attachments] == ["mark.jpg"]
    deliver(three)
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(three)
    assert only(ar).name == "mark.jpg"
    assert fetch(ar, from_states(three)) == 1
    assert file(ar, only(ar).digest) == PHOTO
    paper = draft(br, to="UY")
    attach(br, request_id=paper.id)
    with br.office.begin(OFFICER) as work:
        left = letters.carry(work, paper.id, CarryNew(Means.POST), queries.request(work, paper.id).version)
    assert files_of(br, left)["attachment-1.jpg"] == PHOTO


def test_a_file_is_brought_by_hand_where_its_digest_is_awaited(two: list[Node]) -> None:
    br, pt = two
    found = draft(br)
    attach(br, request_id=found.id)
    with br.office.begin(OFFICER) as work:
        left = letters.carry(work, found.id, CarryNew(Means.COURIER), queries.request(work, found.id).version)
    files = files_of(br, left)
    with pytest.raises(Refused, match="no signed message"):
        bring(pt, files["attachment-1.jpg"])  # nothing names it here yet
    bring(pt, files["message.jws"])
    assert only(pt).state == "awaited"
    with pytest.raises(Refused, match="no signed message"):
        bring(pt, photograph(5))
    with pytest.raises(Forbidden):
        carrying.bring(pt.office, pt.kinds, PHOTO, make_actor(Role.POLICE))
    brought = bring(pt, files["attachment-1.jpg"])
    assert (brought.type, brought.state, brought.thread) == ("attachment", "BR", left.thread)
    assert (only(pt).state, file(pt, only(pt).digest)) == ("kept", PHOTO)
    assert fetch(pt, from_states(two)) == 0


def of_a_telephone() -> bytes:
    """A JPEG with a second picture in it, as many telephones write them."""
    out = io.BytesIO()
    second = Image.new("RGB", (64, 48), "blue")
    Image.new("RGB", (64, 48), "red").save(out, "MPO", save_all=True, append_images=[second])
    return out.getvalue()


def test_a_photograph_with_a_second_picture_in_it_goes_and_is_taken(two: list[Node]) -> None:
    br, pt = two
    found = draft(br)
    attach(br, of_a_telephone(), found.id)
    ask(br, found.id, act=RequestAct.SEND)
    deliver(two)
    assert fetch(pt, from_states(two)) == 1
    assert (only(pt).state, only(pt).media) == ("kept", "image/jpeg")
    assert file(pt, only(pt).digest) == of_a_telephone()


def test_a_package_of_evidence_has_one_file_in_memory_at_a_time(two: list[Node]) -> None:
    br, _ = two
    found = draft(br)
    for shade in range(MOST_ATTACHMENTS):
        attach(br, photograph(shade), found.id)
    ask(br, found.id, act=RequestAct.SEND)
    with br.office.look(OFFICER) as work:
        signed = chain_queries.signed(work, found.id)
    large = 4_000_000
    tracemalloc.start()
    try:
        size = sum(map(len, evidence_files.package(signed, ENGLISH, lambda file: os.urandom(large))))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > MOST_ATTACHMENTS * large
    assert most < 3 * large


def test_files_come_with_more_only_where_more_was_asked_for(two: list[Node]) -> None:
    br, pt = two
    sent_with_photograph(br)
    deliver(two)
    for shade in (1, 2):
        if shade == 2:
            answer(pt, 1, act=RequestAct.ASK_MORE, words="Which side is it on?")
            deliver(two)
        content = photograph(shade)
        digest = hashlib.sha256(content).digest()
        named = Attachment(jose.encoded(digest), len(content), "image/jpeg", f"{shade}.jpg")
        with br.office.begin(OFFICER) as work:
            attachments.keep(work, digest, content)
            row = queries.request_row(work, 1)
            told = doing.message_of(queries.asked_of(row))[0] | {"circumstances": f"told {shade}"}
            body = {"words": "more", "request": told}
            more = outbox.Outgoing("PT", "trace.more", body, thread=row.thread, attachments=(named,))
            outbox.post(work, more)
        deliver(two)
        with pt.office.look(OFFICER) as work:
            known = queries.asked_of(queries.request_row(work, 1)).circumstances
        assert (known == f"told {shade}") == (shade == 2)  # what nobody asked for changes nothing
    fetch(pt, from_states(two))
    assert {one.name: (one.state, one.problem) for one in view(pt).attachments} == {
        "mark.jpg": ("kept", ""),
        "1.jpg": ("not_taken", "it was not asked for"),
        "2.jpg": ("kept", ""),
    }


def test_what_is_taken_back_is_erased_unless_it_stands_elsewhere(two: list[Node]) -> None:
    br, pt = two
    kept = "SELECT count(*) FROM exchange_file"
    found, second = draft(br), draft(br)
    attach(br, request_id=found.id)
    attach(br, request_id=second.id)
    detach(br, PHOTO, found.id)
    assert br.rows(kept) == [(1,)]  # it goes with the second one
    detach(br, PHOTO, second.id)
    assert br.rows(kept) == [(0,)]
    attach(br, request_id=second.id)  # and may come again
    ask(br, second.id, act=RequestAct.SEND)
    attach(br, request_id=found.id)
    detach(br, PHOTO, found.id)
    assert br.rows(kept) == [(1,)]  # it was sent
    deliver(two)
    assert fetch(pt, from_states(two)) == 1
    attach(pt)
    detach(pt, PHOTO)
    assert file(pt, hashlib.sha256(PHOTO).hexdigest()) == PHOTO  # theirs stays
    letter = draft(br, to="UY")
    carry(br, letter.id)
    enter(br, letter.id, act=RequestAct.ACKNOWLEDGE, reference="UY 1")
    attach(br, PDF, found.id)
    detach(br, PDF, found.id)
    assert br.rows(kept) == [(2,)]  # the scan of a letter stays


def test_on_the_page_a_file_is_chosen_shown_and_taken_back(app: Flask) -> None:
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    form = {"to": "UY", "case_number": "1/26", "purpose": "criminal_investigation", "urgency": "urgent"}
    shown = str(post(browser, "/requests/new", **form).headers["Location"])
    given = {"csrf_token": csrf_token(browser, shown), "version": "1"}
    sent = browser.post(f"{shown}/attachments", data=given | {"file": (io.BytesIO(PHOTO), "<mark>.jpg")})
    assert sent.status_code == 303
    page = browser.get(shown).get_data(as_text=True)
    assert "&lt;mark&gt;.jpg" in page
    digest = hashlib.sha256(PHOTO).hexdigest()
    saved = browser.get(f"{shown}/attachments/{digest}")
    assert (saved.data, saved.mimetype) == (PHOTO, "image/jpeg")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    wrong = browser.post(
        f"{shown}/attachments", data=given | {"version": "2", "file": (io.BytesIO(b"a"), "a")}
    )
    assert (wrong.status_code, "This is no PDF, JPEG or PNG." in wrong.get_data(as_text=True)) == (422, True)
    back = browser.post(f"{shown}/attachments/{digest}/withdrawal", data=given | {"version": "2"})
    assert back.status_code == 303
    assert "mark&gt;.jpg" not in browser.get(shown).get_data(as_text=True)


def test_over_the_api_a_file_is_attached_read_and_taken_back(app: Flask, client: FlaskClient) -> None:
    headers = bearer(app)
    made = client.post("/api/v1/requests", json={"to": "UY", "case_number": "1/26"}, headers=headers)
    where = f"/api/v1/requests/{made.json['number']}"
    body = {"name": "mark.jpg", "content": base64.b64encode(PHOTO).decode()}
    etag = {"If-Match": made.headers["ETag"]}
    assert client.post(f"{where}/attachments", json=body, headers=headers).status_code == 428
    bad = client.post(f"{where}/attachments", json=body | {"content": "?"}, headers=headers | etag)
    assert (bad.status_code, bad.json["errors"][0]["field"]) == (422, "content")
    given = client.post(f"{where}/attachments", json=body, headers=headers | etag)
    assert given.status_code == 201, given.json
    (told,) = given.json["attachments"]
    assert (told["state"], told["size"], told["by_us"]) == ("goes_next", len(PHOTO), True)
    assert client.get(f"{where}/attachments/{told['digest']}", headers=headers).data == PHOTO
    etag = {"If-Match": given.headers["ETag"]}
    back = client.post(f"{where}/attachments/{told['digest']}/withdrawal", json={}, headers=headers | etag)
    assert (back.status_code, back.json["attachments"]) == (200, [])
    assert client.get(f"{where}/attachments/{told['digest']}", headers=headers).status_code == 404
    others = bearer(app, Role.POLICE)
    assert client.get(f"{where}/attachments/{told['digest']}", headers=others).status_code == 404
