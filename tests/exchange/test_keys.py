"""Roots and key sets: TUF's attacks (rollback, freeze, threshold, doubled keys) and admission of keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import Flask
from sqlalchemy import select

from registry.core.errors import Conflict, Invalid, NotFound
from registry.core.work import OPERATOR, Office
from registry.exchange import acts, jose, key_queries, keysets, own_kinds, queries, rules, strict_json
from registry.exchange.courier import Parcel, Reply, Unreachable
from registry.exchange.keysets import KeysRefused
from registry.exchange.tables import ExchangeOwnKey
from registry.ledger import keys
from schemas.vocabulary import Role
from tests.exchange.world import SECOND, Clock, Node, direct, root_payload, sealed_for
from tests.makers import in_the_journal, post, sign_in

NOW = 1_790_000_000
DAY = 86400
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(1, 9)]
READING = X25519PrivateKey.from_private_bytes(bytes(range(32)))
LOW_ORDER = ("0100000000000000000000000000000000000000000000000000000000000000",
             "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
             "0000000000000000000000000000000000000000000000000000000000000000",
             "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")  # fmt: skip


def x(key: Any) -> str:
    return jose.encoded(key.public_key().public_bytes_raw())


def root_one() -> Any:
    return keysets.root(keysets.signed_by(root_payload("PT", KEYS[:3]), KEYS[:3]), None)


def key_set_payload(**changed: Any) -> dict[str, Any]:
    signer = KEYS[6]
    return {
        "ver": "1.0",
        "type": "keyset",
        "state": "PT",
        "root": 1,
        "version": 1,
        "iat": NOW,
        "exp": NOW + 400 * DAY,
        "signing": [
            {"x": x(signer), "nbf": NOW, "exp": NOW + 365 * DAY, "proof": keysets.proof_of("PT", signer)}
        ],
        "encryption": [{"x": x(READING), "nbf": NOW, "exp": NOW + 90 * DAY}],
        "endpoints": ["https://pt.example"],
    } | changed


def taken(payload: dict[str, Any], signers: list[Ed25519PrivateKey], before: Any = None) -> Any:
    return keysets.key_set(keysets.signed_by(payload, signers), root_one(), before, NOW)


def test_two_of_three_keys_of_the_root_sign_a_key_set() -> None:
    assert taken(key_set_payload(), KEYS[1:3]).version == 1


@pytest.mark.parametrize(
    "signers",
    [KEYS[:1], [KEYS[0], KEYS[0]], [KEYS[0], KEYS[4]], KEYS[4:7]],
    ids=["one", "twice the same", "one and a stranger", "strangers"],
)
def test_fewer_do_not(signers: list[Ed25519PrivateKey]) -> None:
    with pytest.raises(KeysRefused, match="signatures of root 1"):
        taken(key_set_payload(), signers)


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "AR"},
        {"exp": NOW + 401 * DAY},
        {"iat": NOW - 500 * DAY, "exp": NOW - 200 * DAY},
        {"signing": []},
        {"encryption": []},
        {"signing": [{"x": x(KEYS[6]), "nbf": NOW, "exp": NOW + 365 * DAY,
                      "proof": keysets.proof_of("AR", KEYS[6])}]},
        {"signing": [{"x": x(KEYS[6]), "nbf": NOW, "exp": NOW + 367 * DAY,
                      "proof": keysets.proof_of("PT", KEYS[6])}]},
        {"signing": [{"x": x(KEYS[0]), "nbf": NOW, "exp": NOW + 365 * DAY,
                      "proof": keysets.proof_of("PT", KEYS[0])}]},
        {"encryption": [{"x": x(READING), "nbf": NOW, "exp": NOW + 121 * DAY}]},
        {"encryption": [{"x": jose.encoded(bytes(32)), "nbf": NOW, "exp": NOW + 90 * DAY}]},
        {"endpoints": []},
        {"endpoints": ["file:///etc/passwd"]},
        {"endpoints": ["https://pt.example/other?path=1"]},
        {"type": "root"},
        {"unknown": 1},
    ],
)  # fmt: skip
def test_a_key_set_that_breaks_a_rule_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(KeysRefused):
        taken(key_set_payload(**changed), KEYS[:2])


@pytest.mark.parametrize("low", LOW_ORDER)
def test_a_signing_key_that_binds_nobody_is_refused(low: str) -> None:
    key = {"x": jose.encoded(bytes.fromhex(low)), "nbf": NOW, "exp": NOW + DAY, "proof": "A" * 86}
    with pytest.raises(KeysRefused):
        taken(key_set_payload(signing=[key]), KEYS[:2])


def test_versions_never_go_back_and_none_comes_twice() -> None:
    second = taken(key_set_payload(version=2), KEYS[:2])
    for version in (1, 2):
        with pytest.raises(KeysRefused, match="version is known"):
            taken(key_set_payload(version=version), KEYS[:2], second)
    assert taken(key_set_payload(version=3), KEYS[:2], second).version == 3


@pytest.mark.parametrize(
    ("version", "keys", "signers", "good"),
    [
        (2, KEYS[3:6], [*KEYS[:2], *KEYS[3:5]], True),
        (2, KEYS[3:6], KEYS[3:6], False),  # not by the one before
        (2, KEYS[3:6], KEYS[:3], False),  # not by itself
        (2, KEYS[3:6], [KEYS[0], *KEYS[3:5]], False),
        (3, KEYS[3:6], [*KEYS[:2], *KEYS[3:5]], False),  # one is left out
        (1, KEYS[3:6], [*KEYS[:2], *KEYS[3:5]], False),  # back
        (2, [KEYS[3]] * 3, [*KEYS[:2], KEYS[3]], False),  # one key three times
    ],
)
def test_a_root_follows_only_by_its_own_and_the_former_keys(
    version: int, keys: list[Ed25519PrivateKey], signers: list[Ed25519PrivateKey], good: bool
) -> None:
    document = keysets.signed_by(root_payload("PT", keys, version), signers)
    if good:
        assert keysets.root(document, root_one()).version == version
    else:
        with pytest.raises(KeysRefused):
            keysets.root(document, root_one())


def rotated(node: Node, version: int, keys: list[Ed25519PrivateKey], by: Sequence[Ed25519PrivateKey]) -> None:
    """The next root of a State and a key set under it."""
    with node.office.begin(OPERATOR) as work:
        payload = root_payload(node.state, keys, version)
        acts.set_own_root(work, keysets.signed_by(payload, [*by[:2], *keys]))
        acts.publish(work, keys[:2], [f"http://{node.state.lower()}.example"])


def test_a_root_that_was_missed_is_made_up_for_one_by_one(two: list[Node]) -> None:
    br, pt = two
    rotated(br, 2, KEYS[:3], br.root_keys)
    rotated(br, 3, KEYS[3:6], KEYS[:3])
    with br.office.begin(OPERATOR) as work:
        own_kinds.post_keys(work)
        bundle = acts.own_bundle(work)
    assert len(bundle.roots) == 2
    fingerprint = keysets.fingerprint(bundle.root)
    alone = acts.Bundle(bundle.root, bundle.key_set)  # as whoever has missed the second one once got it
    with pytest.raises(KeysRefused, match="not the next version"), pt.office.begin(OPERATOR) as work:
        acts.pin(work, alone, fingerprint)
    other = keysets.signed_by(root_payload("BR", KEYS[6:9], 2), KEYS[6:9])  # nobody's second root
    with pytest.raises(KeysRefused), pt.office.begin(OPERATOR) as work:
        acts.pin(work, acts.Bundle(bundle.root, bundle.key_set, (other,)), fingerprint)
    br.courier(direct(two)).run_once()
    with pt.office.look(OPERATOR) as work:
        known = queries.trusted(work, "BR")
    assert known is not None
    assert known.keys is not None
    assert (known.root.version, known.keys.version, known.keys.root) == (3, 3, 3)
    assert pt.rows("SELECT version FROM exchange_root WHERE state = 'BR' ORDER BY version") == [
        (1,),
        (2,),
        (3,),
    ]
    again = acts.bundle_of(acts.text_of(bundle))
    assert again == bundle
    with pt.office.begin(OPERATOR) as work:
        assert keysets.next_roots(again.roots, known.root) == []


MISSED = 40


def test_forty_roots_of_whoever_sent_them_cost_next_to_nothing(
    two: list[Node], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All roots are true and anybody may have them; who sends them is nobody."""
    br, pt = two
    come_back(br, clock)
    told = br.rows("SELECT jws FROM exchange_out WHERE type = 'keyset.update'")[0][0]
    says = strict_json.loads(jose.parse(told).payload)
    roots, before = [], br.root_keys
    for version in range(2, MISSED + 2):
        now = [Ed25519PrivateKey.generate() for _ in range(3)]
        roots.append(keysets.signed_by(root_payload("BR", now, version), [*before[:2], *now[:2]]))
        before = now
    named = {**keysets.payload_of(says["body"]["key_set"]), "root": MISSED + 1, "version": 9}
    body = {"root": roots[-1], "roots": roots[:-1], "key_set": keysets.signed_by(named, before)}
    (genuine,) = [
        one for one in named["signing"] if jose.thumbprint(jose.decoded(one["x"])) == jose.parse(told).kid
    ]
    entry = {**genuine, "x": x(KEYS[7]), "proof": keysets.proof_of("BR", KEYS[7])}
    own = {**body, "key_set": keysets.signed_by({**named, "signing": [entry]}, KEYS[6:8])}
    head, _, signature = told.split(".")

    def forged(body: dict[str, Any]) -> str:
        return f"{head}.{jose.encoded(strict_json.dumps(says | {'body': body}))}.{signature}"

    def by_a_stranger(body: dict[str, Any]) -> str:
        return jose.sign(strict_json.dumps(says | {"body": body}), KEYS[7])

    keys_tried: list[bytes] = []

    def admitted(public: bytes) -> Ed25519PublicKey:
        keys_tried.append(public)
        return keys.admitted(public)

    monkeypatch.setattr("registry.exchange.jose.admitted", admitted)

    def cost(token: str) -> int:
        keys_tried.clear()
        refusal = strict_json.loads(jose.parse(pt.receive(sealed_for(pt, token)).body).payload)
        assert refusal["code"] == "unknown-key"
        return len(keys_tried)

    with monkeypatch.context() as patched:
        patched.setattr(rules, "BAD_PER_MINUTE", 100)
        assert cost(forged(body)) == 1
        assert cost(by_a_stranger({**own, "roots": [], "root": roots[-1]})) <= 2  # one is missing
        assert cost(by_a_stranger(own)) > MISSED
        assert cost(by_a_stranger(own)) <= 2  # roots that followed are known


@pytest.mark.parametrize("text", ['{"root": "x", "roots": "abc"}', '{"root": "x", "roots": 5}', "[]", "{}"])
def test_what_is_no_key_file_is_refused(text: str) -> None:
    with pytest.raises(KeysRefused, match="no key file"):
        acts.bundle_of(text)


def test_lines_that_differ_are_no_document() -> None:
    one = keysets.signed_by(root_payload("PT", KEYS[:3]), KEYS[:1])
    other = keysets.signed_by(root_payload("PT", KEYS[:3], 2), KEYS[1:2])
    with pytest.raises(KeysRefused, match="do not say the same"):
        keysets.root(f"{one}\n{other}", None)


def test_the_same_person_cannot_pin_and_confirm(two: list[Node]) -> None:
    br, pt = two
    keys = KEYS[:3]
    document = keysets.signed_by(root_payload("AR", keys), keys)
    fingerprint = keysets.fingerprint(document)
    with pytest.raises(Invalid), br.office.begin(OPERATOR) as work:
        acts.pin(work, acts.Bundle(document), fingerprint[:-1] + ("0" if fingerprint[-1] != "0" else "1"))
    with br.office.begin(OPERATOR) as work:
        acts.pin(work, acts.Bundle(document), fingerprint)
    with pytest.raises(Conflict), br.office.begin(OPERATOR) as work:
        acts.confirm(work, "AR", fingerprint)
    with br.office.look(OPERATOR) as work:
        assert queries.trusted(work, "AR") is None
    with br.office.begin(SECOND) as work:
        acts.confirm(work, "AR", fingerprint)
    with br.office.look(OPERATOR) as work:
        assert queries.trusted(work, "AR") is not None
    with pytest.raises(NotFound), pt.office.begin(SECOND) as work:
        acts.confirm(work, "AR", fingerprint)


def test_a_key_serves_one_state_only(two: list[Node]) -> None:
    """AR claims BR's very keys, with proofs that BR made for itself: refused."""
    br, pt = two
    document = keysets.signed_by(root_payload("AR", br.root_keys), br.root_keys)
    with pt.office.begin(OPERATOR) as work:
        acts.pin(work, acts.Bundle(document), keysets.fingerprint(document))
    with pytest.raises(KeysRefused), pt.office.begin(SECOND) as work:
        acts.confirm(work, "AR", keysets.fingerprint(document))


def test_new_keys_are_told_used_and_the_old_ones_still_verify(two: list[Node], clock: Clock) -> None:
    br, pt = two
    old = br.post("PT")
    br.courier(direct(two)).run_once()
    clock.move(timedelta(days=80))
    with br.office.begin(OPERATOR) as work:
        acts.make_keys(work)
        acts.publish(work, br.root_keys[1:], ["http://br.example"])
        own_kinds.post_keys(work)
    assert br.courier(direct(two)).run_once() == 1
    with pt.office.look(OPERATOR) as work:
        known = queries.trusted(work, "BR")
        assert known is not None
        assert known.keys is not None
        assert known.keys.version == 2
    clock.move(timedelta(days=60))  # the first encryption key is over
    pt.courier(direct(two)).run_once()
    with br.office.begin(OPERATOR) as work:
        assert acts.destroy_old_keys(work) == 1
    with br.office.look(OPERATOR) as work:
        ours = work.session.scalars(select(ExchangeOwnKey)).all()
        assert [row.sealed is None for row in ours] == [not in_the_journal(work, row) for row in ours]
    assert pt.effects() == [old.jti]


def come_back(br: Node, clock: Clock) -> str:
    """Every key of BR is revoked; a new one, signed by its root alone, is told to all. The new key's name."""
    clock.move(timedelta(hours=1))
    with br.office.begin(OPERATOR) as work:
        assert acts.revoke_all(work, work.now - timedelta(minutes=1)) == 1
        assert acts.revoke_all(work, work.now) == 0
    with pytest.raises(key_queries.NoKey):
        br.post("PT")
    with br.office.begin(OPERATOR) as work:
        kid, _ = acts.make_keys(work)
        acts.publish(work, br.root_keys[1:], ["http://br.example"])
        own_kinds.post_keys(work)
    return kid


def test_a_state_whose_keys_are_all_revoked_comes_back_by_its_root(two: list[Node], clock: Clock) -> None:
    br, pt = two
    taken_before, waits = br.post("PT", "came"), br.post("PT", "waits")

    def all_but_one(parcel: Parcel) -> Reply:
        return Reply(503, b"") if parcel.jti == waits.jti else direct(two)(parcel)

    br.courier(all_but_one).run_once()
    kid = come_back(br, clock)
    br.courier(all_but_one).run_once()
    clock.move(timedelta(hours=1))
    br.courier(direct(two)).run_once()
    with pt.office.look(OPERATOR) as work:
        known = queries.trusted(work, "BR")
        assert key_queries.public_key(work, kid) is not None
    assert known is not None
    assert known.keys is not None
    assert known.keys.version == 2
    states = dict(tuple(row) for row in br.rows("SELECT jti, problem FROM exchange_out WHERE state = 'dead'"))
    assert {jti: said.partition(":")[0] for jti, said in states.items()} == {waits.jti: "unknown-key"}
    with br.office.begin(OPERATOR) as work:
        acts.resend(work, waits.jti)
    for _ in range(2):
        clock.move(timedelta(hours=1))
        br.courier(direct(two)).run_once()
    closed = br.rows("SELECT state, followed_by FROM exchange_out WHERE jti = :jti", jti=waits.jti)
    assert closed[0][0] == "closed"
    assert pt.effects() == [taken_before.jti, closed[0][1]]  # each once
    answered = pt.post("BR", "we know your new keys")
    pt.courier(direct(two)).run_once()
    assert br.effects() == [answered.jti]


def test_what_was_taken_before_its_key_was_revoked_is_not_sent_anew(two: list[Node], clock: Clock) -> None:
    br, pt = two
    posted = br.post("PT")

    def without_answer(parcel: Parcel) -> Reply:
        direct(two)(parcel)
        raise Unreachable("the answer was lost")

    br.courier(without_answer).run_once()
    come_back(br, clock)
    for _ in range(2):
        clock.move(timedelta(hours=1))
        br.courier(direct(two)).run_once()
    assert br.rows("SELECT state FROM exchange_out WHERE jti = :jti", jti=posted.jti) == [("delivered",)]
    assert pt.effects() == [posted.jti]


def test_new_keys_count_only_by_the_root_of_the_very_state(two: list[Node], clock: Clock) -> None:
    br, pt = two
    come_back(br, clock)
    told = br.rows("SELECT jws FROM exchange_out WHERE type = 'keyset.update'")[0][0]
    says = strict_json.loads(jose.parse(told).payload)
    with br.office.look(OPERATOR) as work:
        mine = key_queries.signing_key(work)
    stranger = KEYS[7]
    entry = {"x": x(stranger), "nbf": says["iat"] - 60, "exp": says["iat"] + DAY}
    signing = [entry | {"proof": keysets.proof_of("BR", stranger)}]
    payload = keysets.payload_of(says["body"]["key_set"]) | {"signing": signing}
    by_strangers = keysets.signed_by(payload, KEYS[:2])
    by_one = keysets.signed_by(payload, br.root_keys[:1])
    revoked = keysets.signed_by(
        payload | {"signing": [signing[0] | {"revoked": says["iat"] - 1}]}, br.root_keys
    )
    older = keysets.signed_by(payload | {"version": 1}, br.root_keys)
    stolen = keysets.signed_by(payload | {"state": "PT"}, pt.root_keys)
    root = keysets.signed_by(root_payload("BR", KEYS[:3], 2), KEYS[:3])
    wrong = [
        ({"key_set": by_strangers}, stranger),
        ({"key_set": by_one}, stranger),
        ({"key_set": revoked}, stranger),
        ({"key_set": older}, stranger),
        ({"key_set": stolen}, stranger),
        ({"key_set": by_strangers, "root": root}, stranger),  # a root that the one before has not signed
        ({"key_set": says["body"]["key_set"]}, stranger),  # a good key set, signed by a key that is not in it
        ({"key_set": 7}, stranger),
        ({"key_set": "x.y.z", "root": "x.y.z"}, stranger),
        ({}, stranger),
    ]
    for n, (body, key) in enumerate(wrong):
        token = jose.sign(strict_json.dumps(says | {"body": body}), key)
        answer = pt.receive(sealed_for(pt, token), f"192.0.2.{n + 1}")
        assert strict_json.loads(jose.parse(answer.body).payload)["code"] == "unknown-key", n
    note = jose.sign(strict_json.dumps(says | {"type": "test.note", "body": {"text": "hello"}}), mine)
    answer = pt.receive(sealed_for(pt, note), "192.0.2.99")
    assert strict_json.loads(jose.parse(answer.body).payload)["code"] == "unknown-key"
    with pt.office.look(OPERATOR) as work:
        known = queries.trusted(work, "BR")
    assert known is not None
    assert known.keys is not None
    assert known.keys.version == 1
    assert pt.receive(sealed_for(pt, told), "192.0.2.100").status == 202
    assert pt.receive(sealed_for(pt, told), "192.0.2.100").status == 202  # the same again: its receipt


def test_a_revoked_key_is_refused_from_then_on(two: list[Node], clock: Clock) -> None:
    br, pt = two
    with br.office.begin(OPERATOR) as work:
        kid, _ = key_queries.own_key(work, "signing")
    br.post("PT")
    clock.move(timedelta(hours=1))
    with br.office.begin(OPERATOR) as work:
        acts.make_keys(work)
        acts.revoke(work, kid, work.now - timedelta(minutes=1))
        bundle = acts.publish(work, br.root_keys[1:], ["http://br.example"])
        assert key_queries.own_key(work, "signing")[0] != kid
    with pt.office.begin(OPERATOR) as work:
        acts.pin(work, bundle, keysets.fingerprint(bundle.root))
    good = br.post("PT")
    br.courier(direct(two)).run_once()
    states = br.rows("SELECT state, problem FROM exchange_out ORDER BY seq")
    assert states[0][0] == "dead"
    assert states[0][1].startswith("unknown-key")
    assert pt.effects() == [good.jti]


def told_again(here: Node, there: Node, revoking: str = "") -> None:
    """New keys are made, or one is revoked; the other State learns the key set that follows."""
    with here.office.begin(OPERATOR) as work:
        if revoking:
            acts.revoke(work, revoking, work.now)
        else:
            acts.make_keys(work)
        bundle = acts.publish(work, here.root_keys[:2], [f"http://{here.state.lower()}.example"])
    with there.office.begin(OPERATOR) as work:
        acts.pin(work, bundle, keysets.fingerprint(bundle.root))


def test_a_key_that_is_over_is_revoked_before_every_state(two: list[Node], clock: Clock) -> None:
    """Messages live for 14 days: who stole a key can sign one of the last days of the key."""
    br, pt = two
    with br.office.look(OPERATOR) as work:
        (kid, _), stolen = key_queries.own_key(work, "signing"), key_queries.signing_key(work)
    clock.move(timedelta(days=360))
    told_again(br, pt)
    told_again(pt, br)
    clock.move(timedelta(days=6))
    with br.office.look(OPERATOR) as work:
        assert [key.stands for key in key_queries.own_keys(work) if key.kid == kid] == ["over"]
    told_again(br, pt, revoking=kid)
    iat = int(clock.now.timestamp()) - 2 * DAY  # when the key was in force
    jti = "01890a5d-ac96-774b-bcce-b302099a8057"
    payload = {
        "ver": "1.0",
        "type": "test.note",
        "jti": jti,
        "iss": "BR",
        "aud": "PT",
        "iat": iat,
        "exp": iat + 14 * DAY,
        "thread": jti,
        "ch": {"seq": 1, "prev": ""},
        "body": {"text": "signed by whoever stole the key"},
    }
    answer = pt.receive(sealed_for(pt, jose.sign(strict_json.dumps(payload), stolen)))
    assert strict_json.loads(jose.parse(answer.body).payload)["code"] == "unknown-key"
    assert pt.effects() == []
    good = br.post("PT")
    br.courier(direct(two)).run_once()
    assert pt.effects() == [good.jti]


@pytest.mark.parametrize("alone", [True, False], ids=["one", "all"])
def test_a_key_that_was_made_ahead_is_revoked_and_never_published(
    two: list[Node], clock: Clock, alone: bool
) -> None:
    br = two[0]
    with br.office.begin(OPERATOR) as work:
        staged, _ = acts.make_keys(work)
    clock.move(timedelta(hours=1))
    with br.office.begin(OPERATOR) as work:
        if alone:
            acts.revoke(work, staged, work.now)
        else:
            assert acts.revoke_all(work, work.now) == 2
    with br.office.look(OPERATOR) as work:
        row = work.session.get_one(ExchangeOwnKey, staged)
        assert (row.sealed, in_the_journal(work, row)) == (None, set())
        assert [key.stands for key in key_queries.own_keys(work) if key.kid == staged] == ["revoked"]
    with br.office.begin(OPERATOR) as work:
        following, _ = acts.make_keys(work)
        bundle = acts.publish(work, br.root_keys[:2], ["http://br.example"])
        assert key_queries.own_key(work, "signing")[0] != staged
    names = {jose.thumbprint(jose.decoded(key["x"])) for key in keysets.payload_of(bundle.key_set)["signing"]}
    assert following in names
    assert staged not in names


def test_an_operator_and_an_officer_revoke_keys_and_see_what_becomes_of_them(
    app: Flask, office: Office, tmp_path: Path
) -> None:
    runner, root = app.test_cli_runner(), tmp_path / "root"

    def told(*args: str) -> str:
        return str(runner.invoke(args=["exchange", *args]).output)

    for args in (("keygen", "--root", str(root)), ("keygen",)):
        told(*args)
    publish = ("keyset", "--root", str(root), "--endpoint", "https://br.example")
    told(*publish)
    told("keygen")
    stands = [line.split()[1:3] for line in told("keys").splitlines()]
    assert sorted(stands) == [
        ["encryption", "serves"],
        ["encryption", "unpublished"],
        ["signing", "serves"],
        ["signing", "unpublished"],
    ]
    assert "Name the keys" in told("revoke")
    assert "NotFound" not in told("revoke", "x")
    with office.look(OPERATOR) as work:
        kid, _ = key_queries.own_key(work, "signing")
    browser = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    assert post(browser, f"/exchange/keys/{kid}/revoke", form_at="/exchange").status_code in (302, 303)
    page = browser.get("/exchange").get_data(as_text=True)
    assert "No key of ours signs now" in page
    assert "Not in a key set yet" in page
    assert "1 revoked" in told("revoke", "--all")  # the one made ahead lay beside it: no key set names it now
    told("keygen")
    told(*publish)
    assert "No key of ours signs now" not in browser.get("/exchange").get_data(as_text=True)
    assert "1 revoked" in told("revoke", "--all", "--since", "2026-01-01")
    said = runner.invoke(args=["exchange", *publish])
    assert "hand this file to each State" in said.output
    with office.look(OPERATOR) as work:
        assert {key.stands for key in key_queries.own_keys(work) if key.use == "signing"} == {"revoked"}
