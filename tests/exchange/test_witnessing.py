"""States cosign each other's checkpoints; a past that is rewritten, cut or signed by another key is seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from registry.core.work import OPERATOR
from registry.exchange import outbox, own_kinds, witnessing
from registry.ledger import log, notes
from registry.ledger.checkpoints import Checkpoint
from registry.ledger.notes import LocalSigner, Note, VerifierKey
from tests.exchange.test_watch import alerts
from tests.exchange.world import Clock, Node, direct

KEY = LocalSigner("registry.br/ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def signed(node: Node) -> Checkpoint:
    """The newest checkpoint, signed now."""
    log.keep(node.office, KEY, now=True)
    return Checkpoint.parse(newest(node).text)


def newest(node: Node) -> Note:
    found = log.newest_note(node.office.database)
    assert found is not None
    return found


def asks(br: Node) -> int:
    return witnessing.ask_due(br.office, lambda: str(KEY.key))


def there_and_back(two: list[Node]) -> None:
    for node in (*two, two[0]):
        node.courier(direct(two)).run_once()


def offers(br: Node, **offered: Any) -> None:
    """What a State may say, whatever its ledger is."""
    body = {"key": str(KEY.key), "note": bytes(newest(br)).decode()} | offered
    with br.office.begin(OPERATOR) as work:
        outbox.post(work, outbox.Outgoing("PT", witnessing.ASK, body))


def cosigners(br: Node, size: int) -> list[str]:
    ((written,),) = br.rows("SELECT note FROM ledger_checkpoint WHERE size = :size", size=size)
    ((key,),) = br.rows("SELECT key FROM ledger_witness")
    note = Note.parse(written.encode())
    return [found.key.name for found in notes.verify(note, [VerifierKey.parse(key)])]


def test_each_checkpoint_that_goes_on_is_cosigned(two: list[Node], clock: Clock) -> None:
    br, pt = two
    first = signed(br)
    assert asks(br) == 1
    assert asks(br) == 0
    there_and_back(two)
    assert cosigners(br, first.size) == ["firearms-registry.pt/witness"]
    clock.move(witnessing.EVERY)
    second = signed(br)
    assert second.size > first.size
    assert asks(br) == 1
    there_and_back(two)
    assert cosigners(br, second.size) == ["firearms-registry.pt/witness"]
    assert pt.rows("SELECT state, size FROM witnessed_ledger") == [("BR", second.size)]
    assert alerts(br) == alerts(pt) == []


def test_who_has_not_taken_the_last_one_is_not_asked_again(two: list[Node], clock: Clock) -> None:
    br, _ = two
    signed(br)
    assert asks(br) == 1
    clock.move(witnessing.EVERY)
    signed(br)
    assert asks(br) == 0


def test_a_past_that_is_rewritten_is_an_alarm_with_its_proof(two: list[Node]) -> None:
    br, pt = two
    first = signed(br)
    asks(br)
    there_and_back(two)
    other = Checkpoint(first.origin, first.size, bytes(32))
    longer = Checkpoint(first.origin, first.size + 1, bytes(32))
    offers(br, note=bytes(notes.sign(str(other), KEY)).decode())
    offers(br, note=bytes(notes.sign(str(longer), KEY)).decode(), old=first.size)
    there_and_back(two)
    for node in two:
        assert [code for _, code, _ in alerts(node)] == ["ledger-fork"] * 2
    proofs = [row[0] for row in pt.rows("SELECT sha256 FROM exchange_alert")]
    kept = [row[0] for row in pt.rows("SELECT sha256 FROM exchange_in WHERE state = 'done'")]
    assert set(proofs) <= set(kept)
    assert pt.rows("SELECT size FROM witnessed_ledger") == [(first.size,)]


def test_an_older_checkpoint_that_comes_late_is_no_alarm_and_not_cosigned(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    first = signed(br)
    late = bytes(newest(br)).decode()
    br.post("PT")
    second = signed(br)
    asks(br)
    there_and_back(two)
    offers(br, note=late)
    there_and_back(two)
    assert pt.rows("SELECT size FROM witnessed_ledger") == [(second.size,)]
    assert br.rows("SELECT size FROM ledger_witness") == [(second.size,)]
    assert alerts(br) == alerts(pt) == []
    assert first.size < second.size


def test_a_past_that_was_cut_is_an_alarm(two: list[Node]) -> None:
    """The witness knows more leaves than there are: an old copy was restored."""
    br, pt = two
    signed(br)
    asks(br)
    there_and_back(two)
    with pt.office.begin(OPERATOR) as work:
        work.session.execute(text("UPDATE witnessed_ledger SET size = size + 1000"))
    offers(br)
    there_and_back(two)
    assert [code for _, code, _ in alerts(br)] == ["ledger-rollback"]


def test_another_log_or_key_is_refused(two: list[Node]) -> None:
    br, pt = two
    first = signed(br)
    asks(br)
    there_and_back(two)
    stranger = LocalSigner(first.origin, Ed25519PrivateKey.generate())
    elsewhere = str(Checkpoint("another.log", first.size, first.root))
    offers(br, key=str(stranger.key), note=bytes(notes.sign(str(first), stranger)).decode())
    offers(br, note=bytes(notes.sign(str(first), stranger)).decode())
    offers(br, note=bytes(notes.sign(elsewhere, KEY)).decode())
    offers(br, note="nothing")
    offers(br, key="nobody")
    br.courier(direct(two)).run_once()
    assert br.rows("SELECT count(*) FROM exchange_out WHERE state = 'dead'") == [(5,)]
    assert pt.rows("SELECT size FROM witnessed_ledger") == [(first.size,)]


def test_the_status_of_a_channel_tells_a_fork_too(two: list[Node], clock: Clock) -> None:
    br, pt = two
    first = signed(br)
    asks(br)
    there_and_back(two)
    clock.move(timedelta(days=1))
    assert own_kinds.post_due_statuses(br.office) == 1
    there_and_back(two)
    assert alerts(pt) == []
    forked = bytes(notes.sign(str(Checkpoint(first.origin, first.size, bytes(32))), KEY)).decode()
    with pt.office.look(OPERATOR) as work:
        assert "does not go on" in witnessing.contradiction(work, "BR", forked)
        assert witnessing.contradiction(work, "BR", bytes(newest(br)).decode()) == ""
