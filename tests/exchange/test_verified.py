"""What the ledger's verifier says of messages: signed, whole, in one chain for each direction, receipted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from registry.core.work import Office
from registry.exchange import jose, strict_json
from registry.ledger import exports, verifier
from registry.ledger.notes import LocalSigner
from tests.exchange.simulator import STRANGER
from tests.exchange.world import Node, direct

Row = dict[str, Any]
KEY = LocalSigner("tests", STRANGER)


def exported(office: Office) -> dict[str, list[Any]]:
    with exports.signed(office, KEY) as connection:
        return exports.collected(connection)


def spoken(two: list[Node]) -> list[dict[str, list[Any]]]:
    """Both sides after three messages each way."""
    br, pt = two
    for _ in range(3):
        br.post("PT", type_="test.question")
    for node in (br, pt, br):
        node.courier(direct(two)).run_once()
    return [exported(node.office) for node in two]


def judged(export: dict[str, list[Any]]) -> tuple[list[str], int]:
    report = verifier.Report([])
    verifier._level_4(export, report)
    return [f"{problem.level} {problem.message}" for problem in report.problems], report.messages


def test_messages_that_were_exchanged_verify_on_both_sides(two: list[Node]) -> None:
    for export in spoken(two):
        assert judged(export) == ([], 6)
        report = verifier.verify(export, str(KEY.key))
        assert (report.problems, report.messages) == ([], 6)


def resigned(row: Row) -> None:
    """Another content, signed by somebody who is no State."""
    payload = strict_json.loads(jose.parse(row["jws"]).payload)
    row["jws"] = jose.sign(strict_json.dumps(payload | {"thread": "other"}), STRANGER)
    row["sha256"] = jose.digest(row["jws"])


def flipped(row: Row) -> None:
    row["jws"] = row["jws"][:-6] + ("A" if row["jws"][-6] != "A" else "B") + row["jws"][-5:]


def moved(row: Row) -> None:
    row["seq"] += 10


def renamed(row: Row) -> None:
    row["jti"] = "0199f3c2-7b1e-7d30-9c55-00000000dead"


def without_receipt_of_its_own(row: Row) -> None:
    row["receipt"] = jose.sign(strict_json.dumps({"re": {"sha256": row["sha256"]}}), STRANGER)


def no_token(row: Row) -> None:
    row["jws"] = "nothing"


@pytest.mark.parametrize("table", ["exchange_out", "exchange_in"])
@pytest.mark.parametrize("change", [resigned, flipped, moved, renamed, without_receipt_of_its_own, no_token])
def test_each_change_of_a_message_is_found(
    two: list[Node], table: str, change: Callable[[Row], None]
) -> None:
    for export in spoken(two):
        line = next(line for line in export["tables"] if line["subject"] == table)
        ordinary, personal = json.loads(line["row"]), json.loads(line["personal"])
        row = ordinary | personal
        change(row)
        line["row"] = json.dumps({name: row[name] for name in ordinary})
        line["personal"] = json.dumps({name: row[name] for name in personal})
        problems, _ = judged(export)
        assert problems != []
        assert all(problem.startswith("4 ") for problem in problems)


def test_a_message_that_was_taken_out_of_the_chain_and_replaced_is_found(two: list[Node]) -> None:
    """Signed with the real key of its State, at the place of another: the next one tells."""
    export = spoken(two)[0]
    lines = [line for line in export["tables"] if line["subject"] == "exchange_out"]
    first = min(lines, key=lambda line: json.loads(line["row"])["seq"])
    row = json.loads(first["row"]) | json.loads(first["personal"])
    payload = strict_json.loads(jose.parse(row["jws"]).payload)
    row["jws"] = jose.sign(strict_json.dumps(payload | {"exp": payload["exp"] - 1}), _key_of(two[0]))
    row["sha256"] = jose.digest(row["jws"])
    first["row"] = json.dumps({name: row[name] for name in json.loads(first["row"])} | {"receipt": ""})
    first["personal"] = json.dumps({"jws": row["jws"]})
    problems, _ = judged(export)
    assert problems == ["4 follows another message than the one at 1"]


def _key_of(node: Node) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from registry.core.work import OPERATOR
    from registry.exchange import key_queries, keysets

    with node.office.look(OPERATOR) as work:
        return Ed25519PrivateKey.from_private_bytes(key_queries.own_key(work, keysets.SIGNING)[1])
