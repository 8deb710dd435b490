"""Roots and key sets: TUF's attacks (rollback, freeze, threshold, doubled keys) and admission of keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select

from registry.core.errors import Conflict, Invalid, NotFound
from registry.core.work import OPERATOR
from registry.exchange import acts, jose, key_queries, keysets, own_kinds, queries
from registry.exchange.keysets import KeysRefused
from registry.exchange.tables import ExchangeOwnKey
from tests.exchange.world import SECOND, Clock, Node, direct, root_payload
from tests.makers import in_the_journal

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
