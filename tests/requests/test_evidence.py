"""A whole chain on paper, and signed messages in the hands of somebody who never saw a registry."""

from __future__ import annotations

import io
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from registry.core.errors import NotFound
from registry.core.printing.paper import Seal
from registry.core.work import Actor
from registry.exchange import evidence_documents, evidence_files, jose, strict_json
from registry.exchange.evidence import EvidenceView
from registry.exchange.evidence_reading import read
from registry.requests import acts, chain_documents, chain_queries, naming, queries
from registry.requests.chain_queries import ChainView
from schemas.holders import HolderRelease
from schemas.requests_vocabulary import FieldWanted, RequestAct
from schemas.vocabulary import Role
from schemas.words import ENGLISH
from tests.exchange.world import Node
from tests.firearms.world import made, make_world, register, sold
from tests.makers import agreed, make_actor
from tests.requests.test_letters import shell
from tests.requests.world import (
    OFFICER,
    allow,
    answer,
    asked,
    deliver,
    imported_and_sold,
    made_and_exported,
    send,
    view,
)

AUDITOR = make_actor(Role.AUDITOR, user_id=9)
SEAL = Seal("K7QF-2M4X", "", "Whether this is genuine is told to everyone.")


def words_of(pdf: bytes) -> str:
    ran = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(ran.stdout.decode().split())


def signed(node: Node, request_id: int = 1, who: Actor = OFFICER) -> EvidenceView:
    with node.office.look(who) as work:
        return chain_queries.signed(work, request_id)


def chain(node: Node, request_id: int = 1) -> ChainView:
    with node.office.look(OFFICER) as work:
        return chain_queries.whole(work, request_id)


def test_a_chain_is_one_report_and_its_messages_explain_themselves(three: list[Node], tmp_path: Path) -> None:
    br, pt, ar = three
    made_and_exported(pt, "AR")
    imported_and_sold(ar)
    allow(br, "AR", ask=True)
    send(br, asked("PT"))
    deliver(three)
    answer(pt, 1, act=RequestAct.ANSWER, caveat="For the police alone")
    deliver(three)
    began = chain(br)
    assert (len(began.links), began.ending) == (2, "")
    assert chain(br, 2) == began
    answer(ar, 1, act=RequestAct.ANSWER)
    deliver(three)
    found = chain(br)
    assert found.edition != began.edition
    told = words_of(chain_documents.draw(found, "BR", "Polícia Federal", SEAL, ENGLISH))
    for words in (
        "Brazil (BR) asked: Portugal, Argentina",
        "The chain ends: AR has it on record, and it did not leave.",
        "went to Argentina (AR) on 2003-04-01, Export licence EX-4711",
        "For the police alone",
        "1. Portugal (PT)",
        "2. Argentina (AR)",
        view(br, 2).number,
        signed(br, 2).records[0].jti,
    ):
        assert words in told, words
    proves_itself(signed(br), tmp_path)


def proves_itself(found: EvidenceView, folder: Path) -> None:
    """Every record and receipt holds by OpenSSL alone; the paper names what it rests on."""
    readings = read(found)
    assert [one.record.type for one in readings] == ["trace.request", "trace.ack", "trace.response"]
    assert all(one.holds and one.receipted for one in readings)
    with zipfile.ZipFile(io.BytesIO(b"".join(evidence_files.package(found, ENGLISH)))) as package:
        package.extractall(folder)
    manual = (folder / "verify.txt").read_text()
    commands = manual.partition("in a shell:")[2].partition("Files keyset-")[0]
    assert shell(commands, folder).stdout.count("Signature Verified Successfully") == 6
    first = folder / "01-trace.request.jws"
    first.write_bytes(first.read_bytes().replace(b".", b".AA", 1))
    assert shell(commands, folder).stdout.count("Signature Verified Successfully") == 5
    told = words_of(evidence_documents.draw(found, "RQ-1", "Polícia Federal", SEAL, ENGLISH))
    key = readings[0].signature
    for words in (
        "Signed messages between Brazil (BR) and Portugal (PT): 3",
        "all of it holds",
        "What this proves",
        found.records[0].sha256,
        key.kid,
        key.fingerprint,
        "key set 1, signed by root 1",
        "mark TAB12345",
        "openssl pkeyutl -verify",
    ):
        assert words in told, words


def test_what_was_changed_or_is_not_warranted_is_named(three: list[Node]) -> None:
    br = three[0]
    send(br, asked("PT"))
    deliver(three)
    found = signed(br)
    first, second, *rest = found.records
    payload = strict_json.loads(jose.parse(first.jws).payload) | {"aud": "AR"}
    begin, _, signature = first.jws.split(".")
    forged = ".".join((begin, jose.encoded(strict_json.dumps(payload)), signature))
    changed = replace(found, records=(replace(first, jws=forged), second, *rest))
    assert read(changed)[0].signature.wrong == (
        "The signature is not good.",
        "Its digest is not the one on record.",
    )
    swapped = replace(found, records=(replace(first, receipt=second.receipt), second, *rest))
    wrong = read(swapped)[0].receipt_signature
    assert wrong is not None
    assert wrong.wrong == ("No key of that State signed it.", "The receipt is of another message.")
    (bare, *_) = read(replace(found, key_sets=()))
    assert bare.signature.wrong == ("No key set that its root signed names the key.",)
    told = words_of(evidence_documents.draw(changed, "RQ-1", "Authority", SEAL, ENGLISH))
    assert "Checks of these messages fail: 1." in told


def test_what_was_not_sent_has_no_chain_and_no_evidence(three: list[Node]) -> None:
    br = three[0]
    with br.office.begin(OFFICER) as work:
        acts.draft(work, asked("PT"))
    with pytest.raises(NotFound, match="begins no chain"):
        chain(br)
    with pytest.raises(NotFound, match="Nothing signed"):
        signed(br)


def test_who_was_named_is_in_evidence_for_whoever_may_read_of_persons(two: list[Node]) -> None:
    br, pt = two
    world = make_world(pt.office)
    register(pt.office, world, made(world), sold(world.maker, world.dealer), sold(world.dealer, world.person))
    send(br, asked("PT", fields_wanted=tuple(FieldWanted)))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    release = HolderRelease(reason="A murder weapon")
    agreed(pt.office, lambda w: naming.propose(w, 1, release, queries.request(w, 1).version))
    deliver(two)
    for node in two:
        whole, part = signed(node), signed(node, who=AUDITOR)
        assert "João da Silva" in words_of(evidence_documents.draw(whole, "RQ-1", "PF", SEAL, ENGLISH))
        told = words_of(evidence_documents.draw(part, "RQ-1", "PF", SEAL, ENGLISH))
        assert "It names a person." in told
        assert whole.records[-1].sha256 in told
        assert "all of it holds" in told
        for one, other in zip(whole.records, part.records, strict=True):
            named = one.jti == whole.records[-1].jti
            assert (other.jws == "", other.withheld != "", other.receipt) == (named, named, one.receipt)
        with zipfile.ZipFile(io.BytesIO(b"".join(evidence_files.package(part, ENGLISH)))) as package:
            names = package.namelist()
            assert "It names a person." in package.read("verify.txt").decode()
        assert ("03-trace.response.jws" in names, "04-trace.response.jws" in names) == (True, False)
        assert "04-receipt.jws" in names
        read_by = "SELECT count(*) FROM ledger_entry WHERE note LIKE '%trace_request%' AND actor_id = 9"
        assert node.rows(read_by)[0][0] > 0
