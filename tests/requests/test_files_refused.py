"""Files that are not what was announced, come from nobody, are withdrawn or too many: kept by no one."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from registry.core.errors import NotFound, Refused
from registry.core.work import OPERATOR
from registry.exchange import (
    attachments,
    courier,
    held,
    jose,
    key_queries,
    ordering,
    outbox,
    rules,
    sealing,
    strict_json,
    transport,
)
from registry.exchange.courier import Parcel, Reply, TooLarge, Unreachable
from registry.exchange.tables import ExchangeAttachment
from registry.requests import doing, queries
from registry.requests.tables import RequestAttachment
from schemas.exchange import Attachment
from schemas.requests_vocabulary import RequestAct
from tests.exchange.world import Clock, Node, sealed_for
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
from tests.requests.test_letters import bring, draft
from tests.requests.world import (
    OFFICER,
    ask,
    deliver,
    view,
)


def alerts(node: Node, code: str = "wrong-file") -> list[str]:
    return [row[0] for row in node.rows("SELECT detail FROM exchange_alert WHERE code = :code", code=code)]


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


def test_files_of_a_withdrawn_request_are_not_given(two: list[Node]) -> None:
    br, pt = two
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
