"""Whether a paper is genuine and current is told to everyone who holds it, and to nobody who guesses."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from registry.firearms import acts as firearms
from registry.rooms import VERIFIABLE
from registry.verification import checking, codes, issuing
from registry.verification.tables import DocumentPrint, IssuedDocument
from schemas.vocabulary import IssuedKind, Role
from tests.archival import faults
from tests.firearms.world import World, make_world, register, sold
from tests.makers import EVERYTHING, bearer, csrf_token

CODE = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}")

SAID_OF_THE_REQUEST = re.compile(r'"(?:instance|request_id)":"[^"]*",?')


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def printed(client: FlaskClient, path: str, headers: dict[str, str]) -> bytes:
    answer = client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == 200, answer.json
    return bytes(answer.data)


def code_on(paper: bytes) -> str:
    words = subprocess.run(["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True)
    found = CODE.search(words.stdout.decode())
    assert found, words.stdout.decode()
    return found[0]


def square_on(paper: bytes) -> str:
    """What a telephone reads from the first page."""
    picture = subprocess.run(
        ["pdftoppm", "-r", "150", "-png", "-l", "1"], input=paper, capture_output=True, check=True
    )
    read = zxingcpp.read_barcodes(
        Image.open(io.BytesIO(picture.stdout)), formats=zxingcpp.BarcodeFormat.QRCode
    )
    return str(read[0].text)


def verify(client: FlaskClient, code: str, place: str = "192.0.2.7") -> Any:
    return client.get(f"/api/v1/verifications/{code}", environ_base={"REMOTE_ADDR": place})


def trace(client: FlaskClient, headers: dict[str, str]) -> str:
    asked = {"kind": "firearm", "mark": "TAB12345", "purpose": "recovered_firearm", "case_number": "2026/118"}
    return str(client.post("/api/v1/traces", json=asked, headers=headers).json["number"])


def test_every_kind_of_document_has_who_tells_how_it_stands() -> None:
    assert set(VERIFIABLE) == set(IssuedKind)


def test_a_trace_report_is_verified_by_code_and_by_square(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    register(office, world)
    police = bearer(app, Role.POLICE)
    number = trace(client, police)
    paper = printed(client, f"/traces/{number}/report.pdf", police)
    code = code_on(paper)
    assert square_on(paper) == f"http://localhost/verify/{code}"
    found = verify(client, code).json
    assert (found["kind"], found["subject"], found["authenticity"]) == ("trace_report", number, "current")
    assert set(found) == {
        "code", "kind", "subject", "authenticity", "state", "issued_at", "ended_at", "facts", "digests",
        "certificates",
    }  # fmt: skip
    assert found["facts"] == []
    page = client.get(f"/verify/{code}")
    assert page.status_code == 200
    shown = page.get_data(as_text=True)
    assert "Genuine and current" in shown
    assert "TAB12345" not in shown
    assert printed(client, f"/traces/{number}/report.pdf", police) == paper, "printed again it is the same"


def test_a_file_is_compared_byte_for_byte(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    register(office, world)
    police = bearer(app, Role.POLICE)
    paper = printed(client, f"/traces/{trace(client, police)}/report.pdf", police)
    address = f"/verify/{code_on(paper)}"
    for file, expected in ((paper, "the very one"), (paper + b" ", "no file that this registry printed")):
        form = {"csrf_token": csrf_token(client, address), "file": (io.BytesIO(file), "a.pdf")}
        assert expected in client.post(address, data=form).get_data(as_text=True)


def test_the_record_of_a_firearm_is_current_until_the_firearm_changes(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    gun = register(office, world)
    officer = bearer(app)
    paper = printed(client, f"/firearms/{gun.number}/record.pdf", officer)
    first = code_on(paper)
    assert verify(client, first).json["authenticity"] == "current"
    with office.begin(EVERYTHING) as work:
        key = parse_registry_number("F", gun.number)
        firearms.add_custody(work, key, sold(world.dealer, world.police, date(2002, 1, 1)), gun.version)
    assert verify(client, first).json["authenticity"] == "not_in_force"
    second = code_on(printed(client, f"/firearms/{gun.number}/record.pdf", officer))
    assert second != first
    assert verify(client, second).json["authenticity"] == "current"
    old = verify(client, first).json
    assert old["authenticity"] == "superseded"
    assert old["ended_at"]
    assert "no longer current" in client.get(f"/verify/{first}").get_data(as_text=True)


def test_the_record_of_a_lot_is_verified(app: Flask, client: FlaskClient, world: World) -> None:
    officer = bearer(app)
    lot = {
        "maker": world.maker.number, "code": "ABC12", "calibre": "9x19", "quantity": 1000,
        "product_code": "9ETOG", "product": "9 mm Luger", "produced_on": "2026-01-05", "scheme": "serialised",
    }  # fmt: skip
    made = client.post("/api/v1/lots", json=lot, headers=officer)
    assert made.status_code == 201, made.json
    code = code_on(printed(client, f"/lots/{made.json['number']}/record.pdf", officer))
    assert verify(client, code).json["subject"] == made.json["number"]


def test_a_revoked_document_says_so_and_not_why(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    register(office, world)
    police = bearer(app, Role.POLICE)
    number = trace(client, police)
    code = code_on(printed(client, f"/traces/{number}/report.pdf", police))
    with office.begin(EVERYTHING) as work:
        issuing.revoke(work, IssuedKind.TRACE_REPORT, number, "Made of a forged mark")
    answer = verify(client, code)
    assert answer.json["authenticity"] == "revoked"
    assert "forged" not in answer.get_data(as_text=True)
    assert "Revoked" in client.get(f"/verify/{code}").get_data(as_text=True)


def test_every_code_that_is_none_is_answered_alike_and_past_the_limit_none_is(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    register(office, world)
    police = bearer(app, Role.POLICE)
    code = code_on(printed(client, f"/traces/{trace(client, police)}/report.pdf", police))
    near = codes.read(code)
    right_check = codes.code_for(b"other" * 7, b"", "")
    guesses = ["x", "0" * 28, near[:-1] + ("0" if near[-1] != "0" else "1"), right_check]
    bodies = {
        re.sub(r'"(instance|request_id)":"[^"]*",?', "", verify(client, g).get_data(as_text=True))
        for g in guesses
    }
    assert len(bodies) == 1
    for n in range(checking.LIMIT.free - len(guesses)):
        assert verify(client, f"{n}").status_code == 404
    assert verify(client, code).status_code == 429, "past the limit the right one tells nothing either"
    assert client.get(f"/verify/{code}", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 429
    assert verify(client, code, "192.0.2.8").status_code == 200, "other networks go on"


def test_the_database_tells_no_code(app: Flask, client: FlaskClient, office: Office, world: World) -> None:
    register(office, world)
    police = bearer(app, Role.POLICE)
    code = codes.read(code_on(printed(client, f"/traces/{trace(client, police)}/report.pdf", police)))
    with office.look(EVERYTHING) as work:
        row = work.session.scalars(select(IssuedDocument)).one()
        assert row.seal == codes.seal_of(code)
        journal = work.session.execute(text("SELECT after FROM ledger_change")).scalars()
        assert not any(code in str(after) for after in journal)


def test_a_document_under_another_secret_key_verifies_and_is_printed_under_a_new_code(
    office: Office, client: FlaskClient
) -> None:
    with office.begin(EVERYTHING) as work:
        first = issuing.issue(work, IssuedKind.TRACE_REPORT, "T-000000007-X")
    moved = Office(office.database, office.home, office.clock, "n" * 32)
    with moved.begin(EVERYTHING) as work:
        assert issuing.known(work, IssuedKind.TRACE_REPORT, "T-000000007-X", "1") is None
        second = issuing.issue(work, IssuedKind.TRACE_REPORT, "T-000000007-X")
    assert second.code != first.code
    assert verify(client, first.code).json["authenticity"] == "superseded"
    assert verify(client, second.code).json["authenticity"] == "current"


def test_a_record_has_one_good_document_however_many_print_it_at_once(office: Office) -> None:
    start, made = Barrier(6), list[str]()

    def issue(n: int) -> None:
        start.wait()
        with office.begin(EVERYTHING) as work:
            made.append(issuing.issue(work, IssuedKind.LOT_RECORD, "L-1", str(n % 2)).code)

    threads = [Thread(target=issue, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    with office.look(EVERYTHING) as work:
        good = select(IssuedDocument).where(IssuedDocument.superseded_at.is_(None))
        assert len(work.session.scalars(good).all()) == 1
    with pytest.raises(Exception) as refused, office.begin(EVERYTHING) as work:  # noqa: PT011
        row = work.session.scalars(good).one()
        work.session.add(
            IssuedDocument(
                seal=b"x" * 32, salt=b"x" * 16, kind=row.kind, subject=row.subject, edition="9",
                issued_at=work.now, issued_by=0,
            )
        )  # fmt: skip
    assert isinstance(refused.value.__cause__ or refused.value, IntegrityError)


def test_each_file_printed_is_kept_once(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    gun = register(office, world)
    officer = bearer(app)
    for _ in range(3):
        printed(client, f"/firearms/{gun.number}/record.pdf", officer)
    with office.look(EVERYTHING) as work:
        assert len(work.session.scalars(select(DocumentPrint)).all()) == 1


def test_what_is_typed_into_the_page_leads_to_its_answer(client: FlaskClient) -> None:
    assert client.get("/verify").status_code == 200
    code = codes.code_for(b"k" * 32, b"", "")
    there = client.get(f"/verify?code=%20{code.lower()}")
    assert there.headers["Location"] == f"/verify/{codes.shown(code)}"
    for odd in ("../../accounts", "é<script>", "a" * 5000, "%00"):
        answer = client.get("/verify", query_string={"code": odd})
        assert answer.status_code == 302
        followed = client.get(answer.headers["Location"])
        assert followed.status_code in (404, 429)
        assert "<script>" not in followed.get_data(as_text=True)


def test_the_custody_extract_has_every_step_until_another_one_comes(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    gun = register(office, world)
    with office.begin(EVERYTHING) as work:
        key = parse_registry_number("F", gun.number)
        gun = firearms.add_custody(work, key, sold(world.dealer, world.police, date(2002, 1, 1)), gun.version)
    officer = bearer(app)
    path = f"/firearms/{gun.number}/custody.pdf"
    paper = printed(client, path, officer)
    assert faults(paper) == []
    ran = subprocess.run(["pdfinfo", "-struct-text", "-"], input=paper, capture_output=True, check=True)
    said = ran.stdout.decode()
    assert said.count("Lbl (block)") == len(gun.custody) > 1
    for step in gun.custody:
        assert f'"{step.happened_on}"' in said
    assert f"holds {len(gun.custody)} steps of custody" in " ".join(said.split())
    assert verify(client, code_on(paper)).json["kind"] == "custody_extract"
    with office.begin(EVERYTHING) as work:
        firearms.add_custody(work, key, sold(world.police, world.dealer, date(2003, 1, 1)), gun.version)
    assert verify(client, code_on(paper)).json["authenticity"] == "not_in_force"
    police = bearer(app, Role.POLICE)
    assert client.get(f"/api/v1{path}", headers=police).status_code == 403
