"""Photographs and papers that go with requests and answers: fetched apart, and only what was announced."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import socket
import subprocess
import threading
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, text, update

from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from registry.core.printing.paper import Seal
from registry.core.work import OPERATOR
from registry.exchange import (
    attachments,
    carrying,
    courier,
    evidence,
    evidence_documents,
    evidence_files,
    held,
    jose,
    key_queries,
    ordering,
    outbox,
    renewing,
    rules,
    scans,
    sealing,
    strict_json,
    transport,
)
from registry.exchange import queries as exchange
from registry.exchange.courier import Parcel, Reply, TooLarge, Unreachable
from registry.exchange.fetching import Fetch, Fetcher
from registry.exchange.tables import ExchangeAttachment, ExchangeOut
from registry.requests import attached, attaching, chain_queries, doing, letters, queries
from registry.requests.tables import RequestAttachment
from registry.requests.views import AttachmentView, RequestView
from registry.rooms import OFFERS
from schemas.exchange import MOST_ATTACHMENTS, Attachment
from schemas.letters import CarryNew
from schemas.requests_vocabulary import Means, RequestAct
from schemas.vocabulary import Role
from schemas.words import ENGLISH
from tests.exchange.world import Clock, Node, sealed_for
from tests.makers import bearer, csrf_token, make_actor, post, sign_in
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


def photograph(shade: int = 90) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), (shade, shade, shade)).save(out, "JPEG")
    return out.getvalue()


PHOTO = photograph()


def attach(node: Node, content: bytes = PHOTO, request_id: int = 1, name: str = "mark.jpg") -> RequestView:
    with node.office.begin(OFFICER) as work:
        version = queries.request(work, request_id).version
        return attaching.attach(work, request_id, scans.looked_at(name, content, "file"), version)


def detach(node: Node, content: bytes, request_id: int = 1) -> RequestView:
    with node.office.begin(OFFICER) as work:
        version = queries.request(work, request_id).version
        return attaching.detach(work, request_id, hashlib.sha256(content).hexdigest(), version)


def from_states(nodes: Sequence[Node]) -> Fetch:
    """A network that always works."""
    by_state = {each.state: each for each in nodes}

    def fetch(parcel: Parcel, most: int) -> Reply:
        given = ordering.give(by_state[parcel.peer].office, parcel.sealed, "192.0.2.1")
        if len(given.body) > most:
            raise TooLarge("the answer is too large")
        return Reply(given.status, given.body.encode())

    return fetch


def fetch(node: Node, how: Fetch) -> int:
    return Fetcher(node.office, how, lambda: 0.5).run_once()


def file(node: Node, digest: str, request_id: int = 1) -> bytes:
    with node.office.look(OFFICER) as work:
        return attached.file(work, queries.request_row(work, request_id), digest)[1]


def awaited(node: Node) -> int:
    """Files still to come, as the operator's status says."""
    with node.office.look(OPERATOR) as work:
        return sum(one.awaited for one in exchange.peers(work))


def only(node: Node, request_id: int = 1) -> AttachmentView:
    (found,) = view(node, request_id).attachments
    return found


def alerts(node: Node, code: str = "wrong-file") -> list[str]:
    return [row[0] for row in node.rows("SELECT detail FROM exchange_alert WHERE code = :code", code=code)]


def sent_with_photograph(br: Node) -> RequestView:
    found = draft(br)
    attach(br, request_id=found.id)
    return ask(br, found.id, act=RequestAct.SEND)


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


def test_what_is_not_what_was_announced_is_never_kept(two: list[Node]) -> None:
    br, pt = two
    sent_with_photograph(br)
    deliver(two)
    other = photograph(91)
    same_length = bytes([PHOTO[0] ^ 1]) + PHOTO[1:]

    wrong: list[tuple[Any, str]] = [
        (lambda parcel, most: Reply(200, sealed_bytes(pt, same_length)), "digest is not the one"),
        (lambda parcel, most: Reply(200, sealed_bytes(pt, PHOTO[:-1])), "bytes, announced were"),
        (lambda parcel, most: Reply(200, sealed_bytes(pt, other + bytes(50))), "bytes, announced were"),
        (lambda parcel, most: Reply(200, sealed_bytes(br, PHOTO)), "sealed for no key of ours"),
        (lambda parcel, most: Reply(200, b"\xff"), "cannot be opened"),
        (lambda parcel, most: Reply(200, PHOTO), "cannot be opened"),
        (lambda parcel, most: Reply(404, b"nothing here"), "without a signed answer"),
        (too_long, "longer than was announced"),
        (cut, "unreachable: cut"),
    ]
    clock = pt.office.clock
    for n, (how, said) in enumerate(wrong):
        pt.office.clock = lambda n=n: clock() + timedelta(hours=7 * n)  # type: ignore[misc]
        assert fetch(pt, how) == 1
        found = only(pt)
        assert (found.state, said in found.problem) == ("awaited", True), found.problem
        assert pt.rows("SELECT count(*) FROM exchange_file") == [(0,)]
    assert len(alerts(pt)) == 6  # each kind of wrong file once; a bad connection is none
    pt.office.clock = lambda: clock() + timedelta(days=5)
    br.office.clock = pt.office.clock
    assert fetch(pt, from_states(two)) == 1
    assert (only(pt).state, only(pt).problem) == ("kept", "")
    second = draft(br)
    attach(br, photograph(14), second.id)
    with br.office.begin(OPERATOR) as work:
        work.session.execute(text("UPDATE trace_request_attachment SET media = 'image/png' WHERE jti = ''"))
    ask(br, second.id, act=RequestAct.SEND)
    deliver(two)
    fetch(pt, from_states(two))
    assert (only(pt, 2).state, only(pt, 2).problem) == ("not_taken", "it is image/jpeg and not image/png")


def sealed_bytes(node: Node, content: bytes) -> bytes:
    with node.office.look(OPERATOR) as work:
        known = courier.reachable(work, node.state)
    assert known is not None
    return sealing.seal(content, known[1]).encode()


def too_long(parcel: Parcel, most: int) -> Reply:
    assert len(PHOTO) * 4 // 3 <= most < len(PHOTO) * 2
    raise TooLarge("the answer is too large")


def cut(parcel: Parcel, most: int) -> Reply:
    raise Unreachable("cut")


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


def test_nobody_else_is_given_a_file_and_an_old_order_nothing(two: list[Node], clock: Clock) -> None:
    br, pt = two
    sent_with_photograph(br)
    other = draft(br)
    attach(br, photograph(10), other.id)
    deliver(two)
    orders: list[Parcel] = []

    def kept(parcel: Parcel, most: int) -> Reply:
        orders.append(parcel)
        raise Unreachable("only looked at")

    fetch(pt, kept)
    given = ordering.give(br.office, orders[0].sealed, "192.0.2.1")
    assert given.status == 200
    assert jose.encoded(PHOTO)[:40] not in given.body  # sealed for whoever signed the order
    with pt.office.look(OPERATOR) as work:
        key = key_queries.signing_key(work)
    payload = {
        "ver": "1.0",
        "type": "attachment.fetch",
        "iss": "PT",
        "aud": "BR",
        "iat": int(clock.now.timestamp()),
        "re": {"jti": view(pt).events[0].message, "sha256": br.rows("SELECT sha256 FROM exchange_out")[0][0]},
        "sha256": jose.encoded(hashlib.sha256(PHOTO).digest()),
    }
    wrong = {
        "another file": {"sha256": jose.encoded(hashlib.sha256(photograph(10)).digest())},
        "another message": {"re": payload["re"] | {"jti": "01890a5d-ac96-774b-bcce-b302099a8057"}},
        "another digest of the message": {"re": payload["re"] | {"sha256": payload["sha256"]}},
        "for another State": {"aud": "AR"},
        "by another State": {"iss": "AR"},
        "long ago": {"iat": payload["iat"] - 301},
        "not yet": {"iat": payload["iat"] + 301},
        "of another type": {"type": "receipt"},
        "more than that": {"also": 1},
    }
    statuses = {
        name: ordering.give(
            br.office, sealed_for(br, jose.sign(strict_json.dumps(payload | given), key)), f"192.0.2.{n}"
        )
        for n, (name, given) in enumerate(wrong.items())
    }
    assert {name: answer.status for name, answer in statuses.items()} == dict.fromkeys(wrong, 422)
    good = ordering.give(br.office, sealed_for(br, jose.sign(strict_json.dumps(payload), key)), "192.0.2.99")
    assert good.status == 200
    clock.move(timedelta(minutes=6))
    assert ordering.give(br.office, orders[0].sealed, "192.0.2.1").status == 422
    assert ordering.give(br.office, b"x" * (rules.LARGEST_ORDER + 1), "192.0.2.1").status == 413


def test_a_file_that_is_gone_or_no_picture_ends_the_asking_and_fourteen_days_do(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    sent_with_photograph(br)
    deliver(two)
    with br.office.begin(OPERATOR) as work:
        work.session.execute(text("DELETE FROM exchange_file"))
    assert fetch(pt, from_states(two)) == 1
    assert (only(pt).state, only(pt).problem[:5]) == ("not_taken", "gone:")
    assert len(alerts(pt)) == 1
    second = draft(br)
    attach(br, request_id=second.id)
    ask(br, second.id, act=RequestAct.SEND)
    deliver(two)
    for _ in range(60):
        clock.move(timedelta(hours=7))
        fetch(pt, cut)
    assert (only(pt, 2).state, only(pt, 2).problem) == (
        "not_taken",
        "given up after 14 days: unreachable: cut",
    )
    assert fetch(pt, cut) == 0


def test_a_state_may_not_fill_our_disk(
    two: list[Node], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    br, pt = two
    monkeypatch.setattr(rules, "FETCHED_A_DAY", len(PHOTO) * 3 // 2)
    sent_with_photograph(br)
    second = draft(br)
    attach(br, photograph(12), second.id)
    ask(br, second.id, act=RequestAct.SEND)
    deliver(two)
    fetch(pt, from_states(two))
    states = sorted(only(pt, n).state for n in (1, 2))
    assert states == ["awaited", "kept"]
    assert [only(pt, n).problem for n in (1, 2) if only(pt, n).state == "awaited"] == [
        "enough of its files were fetched today"
    ]
    clock.move(timedelta(days=1, hours=1))
    fetch(pt, from_states(two))
    assert [only(pt, n).state for n in (1, 2)] == ["kept", "kept"]
    monkeypatch.setattr(rules, "MOST_WANTED", 0)
    third = draft(br)
    attach(br, photograph(13), third.id)
    ask(br, third.id, act=RequestAct.SEND)
    br.courier(lambda parcel: direct_reply(pt, parcel)).run_once()
    assert br.rows("SELECT problem FROM exchange_out WHERE state = 'waiting'")[0][0].startswith("too-many")
    monkeypatch.setattr(rules, "ORDERS_PER_MINUTE", 0)
    with pytest.raises(NotFound):
        file(pt, "00" * 32)


def direct_reply(node: Node, parcel: Parcel) -> Reply:
    given = node.receive(parcel.sealed)
    return Reply(given.status, given.body.encode())


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


def test_files_of_a_message_that_was_given_up_are_awaited_no_longer(two: list[Node], clock: Clock) -> None:
    br, pt = two
    found = sent_with_photograph(br)
    named = Attachment(jose.encoded(hashlib.sha256(PHOTO).digest()), len(PHOTO), "image/jpeg", "m.jpg")
    with br.office.begin(OFFICER) as work:
        about = doing.message_of(queries.asked_of(queries.request_row(work, found.id)))[0]
        body = {"words": "more", "request": about}
        thread = "01890a5d-ac96-774b-bcce-b302099a8057"  # nothing came in it: this is held
        outbox.post(work, outbox.Outgoing("PT", "trace.more", body, thread=thread, attachments=(named,)))
    with br.office.begin(OPERATOR) as work:
        closed = "UPDATE exchange_out SET state = 'closed', ended_at = made_at, closed_by = 1, reason = 'x'"
        work.session.execute(text(f"{closed} WHERE type = 'trace.request'"))
    deliver(two)
    assert pt.rows("SELECT type, state FROM exchange_in") == [("trace.more", "held")]
    clock.move(rules.HELD_AT_MOST + timedelta(days=1))
    assert held.give_up_due(pt.office) == 1
    assert awaited(pt) == 1
    assert fetch(pt, cut) == 0
    assert awaited(pt) == 0
    assert pt.rows("SELECT state, problem FROM exchange_attachment") == [
        ("refused", "the message that names it was refused")
    ]


@pytest.mark.parametrize("untrue", [{"media": "image/png"}, {"size": 1}], ids=["media", "size"])
def test_one_states_untrue_word_keeps_no_other_states_file_away(
    three: list[Node], untrue: dict[str, Any]
) -> None:
    br, pt, ar = three
    found = draft(ar, to="PT")
    attach(ar, PHOTO, found.id)
    with ar.office.begin(OPERATOR) as work:
        work.session.execute(update(RequestAttachment).values(untrue))
    ask(ar, found.id, act=RequestAct.SEND)
    deliver(three)
    with pytest.raises(Refused, match=r"not image/png|announced were"):
        bring(pt, PHOTO)
    assert pt.rows("SELECT count(*) FROM exchange_file") == [(0,)]
    sent_with_photograph(br)
    deliver(three)
    assert (bring(pt, PHOTO).type, became(pt)) == ("attachment", {"AR": "wanted", "BR": "kept"})
    assert fetch(pt, from_states(three)) == 1


def became(node: Node) -> dict[str, str]:
    """What became of the one file of each State."""
    return dict(tuple(row) for row in node.rows("SELECT iss, state FROM exchange_attachment"))


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


def test_files_of_a_withdrawn_request_are_not_given(two: list[Node]) -> None:
    br, pt = two
    br.office.offers = OFFERS
    sent_with_photograph(br)
    deliver(two)
    ask(br, 1, act=RequestAct.WITHDRAW, words="The weapon was returned.")
    assert fetch(pt, from_states(two)) == 1
    assert (only(pt).state, only(pt).problem) == ("not_taken", "gone: the file is not given any more")
    assert pt.rows("SELECT count(*) FROM exchange_file") == [(0,)]


@pytest.mark.parametrize("over", [False, True])
def test_files_are_given_as_long_as_whoever_took_the_message_may_fetch_them(
    two: list[Node], clock: Clock, over: bool
) -> None:
    br, pt = two
    sent_with_photograph(br)
    deliver(two)
    with pt.office.begin(OPERATOR) as work:  # as if it had come on the last day, and was asked for since
        work.session.execute(update(ExchangeAttachment).values(announced_at=work.now + timedelta(days=30)))
    clock.move(timedelta(days=28, seconds=1 if over else -1))
    assert fetch(pt, from_states(two)) == 1
    assert only(pt).state == ("not_taken" if over else "kept")


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


def test_kinds_that_carry_no_files_refuse_them(two: list[Node]) -> None:
    br, pt = two
    named = Attachment(jose.encoded(hashlib.sha256(PHOTO).digest()), len(PHOTO), "image/jpeg", "a.jpg")
    with br.office.begin(OPERATOR) as work:
        attachments.keep(work, hashlib.sha256(PHOTO).digest(), PHOTO)
    br.post("PT", type_="channel.status", attachments=(named,))
    deliver(two)
    assert br.rows("SELECT state, problem FROM exchange_out") == [
        ("dead", "schema: no files belong to channel.status")
    ]
    too_many = tuple(replace(named, sha256=jose.encoded(bytes([n]) * 32)) for n in range(6))
    for wrong in (
        (named, named),
        too_many,
        (replace(named, size=10485761),),
        (replace(named, name="a\u202e"),),
    ):
        br.post("PT", type_="trace.request", attachments=wrong)
    deliver(two)
    assert {row[0][:7] for row in br.rows("SELECT problem FROM exchange_out WHERE state = 'dead'")} == {
        "schema:"
    }
    assert pt.rows("SELECT count(*) FROM exchange_attachment") == [(0,)]


@contextmanager
def machine(*said: bytes) -> Iterator[tuple[str, list[int]]]:
    """Answers one request with these bytes and, after an empty one, with more of the last without end.

    Yields its address, and how many bytes it could get rid of.
    """
    server, told = socket.create_server(("127.0.0.1", 0)), [0]

    def answer_one() -> None:
        with suppress(OSError):
            taken, _ = server.accept()
            with taken:
                taken.recv(65536)
                for part in said:
                    told[0] += taken.send(part)
                while said[-1] == b"":
                    told[0] += taken.send(bytes(65536))

    thread = threading.Thread(target=answer_one, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", told
    server.close()
    thread.join(5)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", b""), TooLarge),
        ((b"HTTP/1.1 200 OK\r\n\r\n", b""), TooLarge),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", b""), TooLarge),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n", b"x" * 3999), Unreachable),
        ((b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",), None),
    ],
)
def test_no_more_is_read_than_was_announced(said: tuple[bytes, ...], error: type[Exception] | None) -> None:
    with machine(*said) as (url, told):
        parcel = Parcel("jti", "PT", "", b"order", (url,), ())
        fetching = transport.Transport(transport.networks(["127.0.0.0/8"])).fetch
        if error is None:
            assert fetching(parcel, 4000).status == 302
        else:
            with pytest.raises(error):
                fetching(parcel, 4000)
    assert told[0] < 8_000_000  # what the sockets hold, however long it goes on


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
