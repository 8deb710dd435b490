"""Messages between two States: taken once, receipted, repeated without effect, held, dead, sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from registry.core.errors import Conflict, Invalid, NotFound, Refused
from registry.core.work import OPERATOR
from registry.exchange import acts, jose, key_queries, own_kinds, renewing, strict_json
from registry.exchange.courier import Parcel, Reply, Unreachable
from registry.ledger import log
from registry.ledger.notes import LocalSigner
from tests.exchange.world import Clock, Node, channel_heads, direct, sealed_for


def record_of(node: Node, jti: str) -> str:
    return str(node.rows("SELECT jws FROM exchange_out WHERE jti = :jti", jti=jti)[0][0])


def problem(answer: object) -> str:
    body = answer.body  # type: ignore[attr-defined]
    return str(strict_json.loads(jose.parse(body).payload)["code"])


def test_a_message_is_taken_once_and_receipted(two: list[Node]) -> None:
    br, pt = two
    posted = br.post("PT")
    assert br.courier(direct(two)).run_once() == 1
    assert pt.effects() == [posted.jti]
    ((state, receipt, tries),) = br.rows("SELECT state, receipt, tries FROM exchange_out")
    assert (state, tries) == ("delivered", 1)
    said = strict_json.loads(jose.parse(receipt).payload)
    assert said["re"] == {"jti": posted.jti, "sha256": posted.sha256}
    assert all(sent == came or (not sent and not came) for _, _, sent, came in channel_heads(two))


def test_a_repetition_gets_the_same_receipt_for_ever(two: list[Node], clock: Clock) -> None:
    br, pt = two
    token = record_of(br, br.post("PT").jti)
    first = pt.receive(sealed_for(pt, token))
    for later in (timedelta(seconds=1), timedelta(days=60)):
        clock.move(later)
        assert pt.receive(sealed_for(pt, token)) == first
    assert first.status == 202
    assert len(pt.effects()) == 1


def test_a_lost_answer_is_made_good_by_a_repetition(two: list[Node], clock: Clock) -> None:
    br, pt = two
    br.post("PT")
    network = direct(two)

    def deaf(parcel: Parcel) -> Reply:
        network(parcel)
        raise Unreachable("the answer was lost")

    br.courier(deaf).run_once()
    assert br.courier(network).run_once() == 0  # it is not due yet
    clock.move(timedelta(minutes=2))
    assert br.courier(network).run_once() == 1
    assert len(pt.effects()) == 1
    assert br.rows("SELECT state FROM exchange_out")[0][0] == "delivered"


def test_an_answer_goes_out_with_the_effect_of_its_question(two: list[Node]) -> None:
    br, pt = two
    question = br.post("PT", type_="test.question")
    br.courier(direct(two)).run_once()
    pt.courier(direct(two)).run_once()
    ((jti, thread),) = pt.rows("SELECT jti, thread FROM exchange_out")
    assert thread == question.thread
    assert br.effects() == [jti]


@pytest.mark.usefixtures("stale")
def test_no_message_is_taken_while_our_ledger_is_not_signed_and_it_comes_again(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    key = LocalSigner("pt", Ed25519PrivateKey.generate())
    log.keep(pt.office, key, now=True)
    pt.post("BR")  # something nobody signs
    clock.move(timedelta(hours=5))
    posted = br.post("PT")
    answer = pt.receive(sealed_for(pt, record_of(br, posted.jti)))
    assert (answer.status, problem(answer)) == (503, "unavailable")
    br.courier(direct(two)).run_once()
    assert pt.effects() == []
    log.keep(pt.office, key, now=True)
    clock.move(timedelta(hours=1))
    br.courier(direct(two)).run_once()
    assert pt.effects() == [posted.jti]


def test_an_answer_to_nothing_is_refused(two: list[Node]) -> None:
    br, _ = two
    br.post("PT", type_="test.answer")
    br.courier(direct(two)).run_once()
    ((state, said),) = br.rows("SELECT state, problem FROM exchange_out")
    assert state == "dead"
    assert said.startswith("wrong-thread")


def test_what_came_too_early_in_its_thread_is_held(two: list[Node]) -> None:
    br, pt = two
    first = br.post("PT")
    second = br.post("PT", type_="test.after", thread=first.thread)
    assert pt.receive(sealed_for(pt, record_of(br, second.jti))).status == 202
    assert pt.effects() == []
    assert pt.receive(sealed_for(pt, record_of(br, first.jti))).status == 202
    assert pt.effects() == [first.jti, second.jti]


def test_another_record_of_a_known_name_is_refused_and_kept_as_an_alert(two: list[Node]) -> None:
    br, pt = two
    posted = br.post("PT")
    pt.receive(sealed_for(pt, record_of(br, posted.jti)))
    payload = strict_json.loads(jose.parse(record_of(br, posted.jti)).payload)
    payload["body"] = {"text": "something else"}
    assert problem(pt.receive(sealed_for(pt, signed(br, payload)))) == "id-reuse"
    assert [row[0] for row in pt.rows("SELECT code FROM exchange_alert")] == ["id-reuse"]
    assert len(pt.effects()) == 1


def signed(node: Node, payload: dict[str, object]) -> str:
    """A record that a State's own key signs, whatever it says."""
    with node.office.look(OPERATOR) as work:
        _, private = key_queries.own_key(work, "signing")
    return jose.sign(strict_json.dumps(payload), Ed25519PrivateKey.from_private_bytes(private))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"aud": "AR"}, "wrong-audience"),
        ({"iss": "AR"}, "wrong-audience"),
        ({"ver": "2.0"}, "unsupported-version"),
        ({"type": "test.unknown"}, "unsupported-type"),
        ({"must": ["teleport"]}, "unsupported-version"),
        ({"body": {"words": "hello"}}, "schema"),
        ({"jti": "not-a-name"}, "schema"),
        ({"iat": 301}, "future-dated"),
        ({"iat": -2 * 86400}, "expired"),
        ({"exp": 15 * 86400}, "schema"),
    ],
)
def test_a_message_that_may_not_be_taken_has_no_effect(
    two: list[Node], clock: Clock, changed: dict[str, object], code: str
) -> None:
    br, pt = two
    clock.move(timedelta(days=3))  # keys are as old
    payload = strict_json.loads(jose.parse(record_of(br, br.post("PT").jti)).payload)
    now = int(clock.now.timestamp())
    for name, value in changed.items():
        payload[name] = now + value if isinstance(value, int) else value
        if name == "iat":
            payload["exp"] = payload["iat"] + 86400
    assert problem(pt.receive(sealed_for(pt, signed(br, payload)))) == code
    assert pt.effects() == []


@pytest.mark.parametrize("skew", [-48 * 3600, -3600, -301, -300, -1, 0, 1, 299, 300, 301, 3600, 48 * 3600])
def test_clocks_may_differ_by_five_minutes_ahead_and_by_a_message_life_behind(
    two: list[Node], clock: Clock, skew: int
) -> None:
    br, pt = two
    clock.move(timedelta(days=3))  # keys are as old
    br.office.clock = clock.of(timedelta(seconds=skew))
    posted = br.post("PT")
    answer = pt.receive(sealed_for(pt, record_of(br, posted.jti)))
    assert (answer.status == 202) is (skew <= 300)
    assert bool(pt.effects()) is (skew <= 300)


def test_damage_on_the_way_never_ends_a_message(two: list[Node], clock: Clock) -> None:
    br, pt = two
    br.post("PT")

    def damaging(parcel: Parcel) -> Reply:
        answer = pt.receive(parcel.sealed[:-9] + b"AAAAAAAAA")
        return Reply(answer.status, answer.body.encode())

    br.courier(damaging).run_once()
    assert br.rows("SELECT state FROM exchange_out")[0][0] == "waiting"
    clock.move(timedelta(minutes=5))
    br.courier(direct(two)).run_once()
    assert br.rows("SELECT state FROM exchange_out")[0][0] == "delivered"


def test_a_word_of_nobody_or_of_somebody_else_ends_nothing(two: list[Node]) -> None:
    br, pt = two
    br.post("PT")
    other = br.post("PT", "another")
    token = record_of(br, other.jti)
    foreign = pt.receive(sealed_for(pt, token)).body.encode()
    for reply in (Reply(202, b"ok"), Reply(200, b""), Reply(422, b"{}"), Reply(202, foreign)):
        br.courier(lambda _parcel, reply=reply: reply).run_once()
    states = [row[0] for row in br.rows("SELECT state FROM exchange_out ORDER BY seq")]
    assert states[0] == "waiting"


def test_a_dead_letter_is_a_case_that_a_person_sends_again_or_closes(two: list[Node], clock: Clock) -> None:
    br, pt = two
    kinds, pt.kinds = pt.kinds, own_kinds.KINDS  # PT does not speak of notes yet
    posted, second = br.post("PT"), br.post("PT")
    br.courier(direct(two)).run_once()
    assert {row[0] for row in br.rows("SELECT state FROM exchange_out")} == {"dead"}
    with pytest.raises(Invalid), br.office.begin(OPERATOR) as work:
        acts.close(work, posted.jti, " ")
    pt.kinds = kinds
    with br.office.begin(OPERATOR) as work:
        acts.resend(work, posted.jti)
        acts.close(work, second.jti, "told by telephone")
    with pytest.raises(Conflict), br.office.begin(OPERATOR) as work:
        acts.resend(work, second.jti)
    br.courier(direct(two)).run_once()
    assert pt.effects() == [posted.jti]


def resent_after_expiry(br: Node, jti: str) -> None:
    """What could not be delivered in time is a dead letter; somebody sends it again."""
    br.courier(lost).run_once()
    assert br.rows("SELECT state, problem FROM exchange_out") == [("dead", "unreachable: lost")]
    with br.office.begin(OPERATOR) as work:
        acts.resend(work, jti)


def lost(_: Parcel) -> Reply:
    raise Unreachable("lost")


def test_what_has_expired_and_never_came_is_sent_anew(two: list[Node], clock: Clock) -> None:
    br, pt = two
    posted = br.post("PT")
    br.courier(lost).run_once()
    clock.move(timedelta(days=15))
    resent_after_expiry(br, posted.jti)
    br.courier(lost).run_once()  # nobody said that it never came: it is shown again later
    assert br.rows("SELECT state FROM exchange_out") == [("waiting",)]
    clock.move(timedelta(days=1))
    assert br.courier(direct(two)).run_once() == 1
    ((closed, again), _) = br.rows("SELECT state, followed_by FROM exchange_out ORDER BY seq")
    assert (closed, again != "") == ("closed", True)
    br.courier(direct(two)).run_once()
    assert pt.effects() == [again]


def test_what_has_expired_and_came_is_not_done_twice(two: list[Node], clock: Clock) -> None:
    br, pt = two

    def answer_lost(parcel: Parcel) -> Reply:
        pt.receive(parcel.sealed)
        raise Unreachable("lost")

    posted = br.post("PT")
    br.courier(answer_lost).run_once()
    clock.move(timedelta(days=15))
    resent_after_expiry(br, posted.jti)
    br.courier(direct(two)).run_once()
    assert br.rows("SELECT jti, state FROM exchange_out") == [(posted.jti, "delivered")]
    assert pt.effects() == [posted.jti]


def test_what_is_shown_again_in_vain_is_dead_in_the_end(two: list[Node], clock: Clock) -> None:
    br, _ = two
    posted = br.post("PT")
    br.courier(lost).run_once()
    clock.move(timedelta(days=15))
    resent_after_expiry(br, posted.jti)
    for _ in range(renewing.MOST_SHOWN + 1):
        br.courier(lost).run_once()
        clock.move(timedelta(hours=7))
    assert br.rows("SELECT state FROM exchange_out") == [("dead",)]


def test_a_state_without_confirmed_root_gets_no_message(two: list[Node]) -> None:
    br, _ = two
    with pytest.raises(Refused):
        br.post("AR")


def test_a_key_set_that_has_expired_means_to_wait(two: list[Node], clock: Clock) -> None:
    br, _ = two
    clock.move(timedelta(days=130))  # PT's encryption key is too old
    br.post("PT")
    br.courier(direct(two)).run_once()
    ((state, tries, said),) = br.rows("SELECT state, tries, problem FROM exchange_out")
    assert (state, tries) == ("waiting", 0)
    assert "expired" in said


def test_statuses_of_channels_agree_until_one_side_rewrites(two: list[Node], clock: Clock) -> None:
    br, pt = two
    br.post("PT")
    br.courier(direct(two)).run_once()
    assert own_kinds.post_due_statuses(br.office) == 1
    assert own_kinds.post_due_statuses(br.office) == 0
    br.courier(direct(two)).run_once()
    assert pt.rows("SELECT code FROM exchange_alert") == []
    with pt.office.begin(OPERATOR) as work:
        work.session.execute(text("UPDATE exchange_in SET sha256 = jti WHERE seq = 2"))
    clock.move(timedelta(days=2))
    own_kinds.post_due_statuses(br.office)
    br.courier(direct(two)).run_once()
    assert {row[0] for row in pt.rows("SELECT code FROM exchange_alert")} == {"fork"}


def test_unknown_names_are_not_found(two: list[Node]) -> None:
    with pytest.raises(NotFound), two[0].office.begin(OPERATOR) as work:
        acts.resend(work, "0199f3c2-7b1e-7d30-9c55-0d6a2f5b8e11")
