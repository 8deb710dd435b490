"""Every kind of paper that leaves, in every language: signed, kept for long, checkable, and in its own words.

Papers are found by the addresses of the application, records by walking a demonstration, so that whoever
adds a paper finds it here. `make test` alone runs this; a change's own check has each paper in one language
with its subject.
"""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pikepdf
import pytest
from babel.messages.catalog import Catalog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text

from registry.core.database import Database
from registry.core.numbers import registry_number
from registry.core.settings import Settings
from registry.core.web.words import language as language_of
from registry.core.work import OPERATOR, Office, Work
from registry.demo import loading
from registry.retention import disposing
from registry.rooms import MESSAGES, VERIFIABLE
from registry.tracing import scenes
from registry.verification import acts, codes, keys
from registry.verification.tables import IssuedDocument
from schemas.requests_vocabulary import RequestAct
from schemas.retention import DisposalNew
from schemas.scenes import SceneNewSchema
from schemas.vocabulary import IssuedKind, PartyKind, Role
from tests.archival import faults
from tests.engines import Sqlite, application
from tests.exchange.world import Node, give_keys, introduce
from tests.firearms.world import World, made, register, sold
from tests.house.catalogues import CATALOGUES, read
from tests.house.test_record_matrix import KINDS
from tests.licensing import world as licensing
from tests.licensing.cases import TRANSIT
from tests.makers import EVERYTHING, agreed, make_party, sign_in
from tests.notices import world as noticed
from tests.requests import world as requested
from tests.retention.test_records import ended
from tests.verification.test_documents import CODE
from tests.verification.test_signing import pdfsig

pytestmark = [pytest.mark.sqlite, pytest.mark.timeout(600)]
RECORDS: Mapping[str, tuple[str, str]] = {
    **KINDS,
    "retention/disposals": ("RD", "SELECT id FROM records_disposal"),
    "retention/received": ("RX", "SELECT id FROM received_records"),
}
NOT_PAPERS = {
    "/packages/<number>/artwork.pdf": "what a maker prints on the box",
    "/lots/<number>/artwork.pdf": "the same for all boxes of a lot",
    "/label-setup/printers/<name>/calibration.pdf": "how far off a printer prints",
    "/label-printers/<name>/calibration.pdf": "the same",
}
ROLES = (Role.AUTHORITY_SUPERVISOR, Role.AUTHORITY_OFFICER, Role.POLICE, Role.CUSTOMS)
MOST = 3  # papers of a kind at one address
ENGLISH_ALONE = re.compile(
    r"(?<![\w.-])(?:the|of|is|are|was|were|not|with|this|that|from|which|has|have|been|by|and|its|under|operator)"
    r"(?![\w.-])",
    re.IGNORECASE,
)
"""Words that sentences in English have, and neither Portuguese nor Arabic ones."""


@dataclass(frozen=True)
class Paper:
    """Where a paper is asked for, and by whom."""

    path: str
    client: FlaskClient

    def printed(self, language: str) -> bytes:
        with self.client.session_transaction() as session:
            session["language"] = language
        answer = self.client.get(self.path)
        assert answer.status_code == 200, self.path
        return bytes(answer.data)


@pytest.fixture(scope="module")
def app(sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A demonstration that has talked with another State; nothing here changes it."""
    folder = tmp_path_factory.mktemp("papers")
    with sqlite.ready() as url, sqlite.ready() as other, application(url, folder) as app:
        office: Office = app.extensions["registry"].office
        with office.begin(OPERATOR) as work:
            keys.demonstrate(work, "Autoridade Nacional de Armas")
            acts.make_first_key(work)
        list(loading.fill_if_empty(office, OPERATOR, 300, 14))
        _whatever_the_demonstration_has_not(office)
        there = Office(Database(other), "PT", office.clock, secret="k" * 32, zone=office.zone)
        _talk([_node(office), _node(there)])
        yield app
        there.database.close()


def _node(office: Office) -> Node:
    return Node(office.home, office, give_keys(office), MESSAGES)


def _whatever_the_demonstration_has_not(office: Office) -> None:
    licensing.issue(office, TRANSIT)
    with office.begin(EVERYTHING) as work:
        kinds = (PartyKind.MAKER, PartyKind.MAKER, PartyKind.DEALER, PartyKind.PUBLIC_BODY, PartyKind.PERSON)
        world = World(*(make_party(work, kind) for kind in kinds))
    register(office, world, made(world), sold(world.maker, world.person))
    number = ended(office, world, "TAB99999")
    agreed(office, lambda work: disposing.propose(work, DisposalNew((number,), "Terms are over")))
    with office.begin(OPERATOR, "criminal_investigation", "IP 1/2026") as work:
        scenes.record(work, _scene(work))


def _scene(work: Work) -> Any:
    lines = [{"code": code, "state": "case", "count": 3} for code in ("UZZ18", "AHW55")]
    return SceneNewSchema().load(
        {
            "case_number": "IP 1/2026",
            "purpose": "criminal_investigation",
            "found_on": str(work.today),
            "place": "Rio de Janeiro",
            "lines": lines,
        }
    )


def _talk(nodes: Sequence[Node]) -> None:
    """A request and its answer in both directions, and a question about a licence."""
    ours, theirs = nodes
    introduce(nodes)
    noticed.speaking(nodes)
    number = noticed.exporting(ours, noticed.importing(theirs))
    noticed.ask(ours, number, noticed.Matter.LICENCE, "PT")
    requested.made_and_exported(theirs, "AR")
    for asking, asked in ((ours, theirs), (theirs, ours)):
        sent = requested.send(asking, requested.asked(asked.state))
        noticed.deliver(nodes)
        (row,) = asked.rows("SELECT max(id) FROM trace_request WHERE direction = 'in'")
        requested.answer(asked, row[0], act=RequestAct.ANSWER, caveat="")
        noticed.deliver(nodes)
        assert requested.view(asking, sent.id).answer


@pytest.fixture(scope="module")
def papers(app: Flask) -> Mapping[str, Sequence[Paper]]:
    """All that can be printed, by kind."""
    clients = [sign_in(app, role) for role in ROLES]
    found: dict[str, list[Paper]] = {}
    for rule in sorted({rule.rule.removeprefix("/api/v1") for rule in app.url_map.iter_rules()}):
        if rule.endswith(".pdf") and rule not in NOT_PAPERS:
            for paper in _at(app, rule, clients):
                found.setdefault(_kind(app, paper.printed("en")), []).append(paper)
    return found


def _at(app: Flask, rule: str, clients: Sequence[FlaskClient]) -> Iterator[Paper]:
    """The first papers at an address, of licences all."""
    paths = [rule] if "<" not in rule else [rule.replace("<number>", one) for one in _numbers(app, rule)]
    given = 0
    for path in paths:
        reads = next((client for client in clients if client.get(path).status_code == 200), None)
        if reads is not None:
            yield Paper(path, reads)
            given += 1
        if given >= MOST and not rule.startswith("/licences"):
            return


def _numbers(app: Flask, rule: str) -> list[str]:
    prefix, sql = RECORDS[rule.split("/<")[0].strip("/")]
    with app.extensions["registry"].office.look(OPERATOR) as work:
        return [registry_number(prefix, key) for key in work.session.scalars(text(sql))]


def _kind(app: Flask, printed: bytes) -> str:
    """By the code on the paper."""
    code = CODE.search(words(printed))
    assert code, words(printed)[:400]
    with app.extensions["registry"].office.look(OPERATOR) as work:
        seal = codes.seal_of(codes.read(code[0]))
        return work.session.scalars(select(IssuedDocument.kind).where(IssuedDocument.seal == seal)).one()


def words(printed: bytes, page: int | None = None) -> str:
    """What it says, in the order of reading."""
    pages = [] if page is None else ["-f", str(page), "-l", str(page)]
    ran = subprocess.run(["pdftotext", *pages, "-", "-"], input=printed, capture_output=True, check=True)
    return _plain(ran.stdout.decode())


def spoken(printed: bytes) -> list[str]:
    """What each element of its structure says."""
    ran = subprocess.run(["pdfinfo", "-struct-text", "-"], input=printed, capture_output=True, check=True)
    found = [""]
    for line in map(str.strip, ran.stdout.decode().splitlines()):
        if line.startswith('"'):
            found[-1] += line[1:-1]
        elif found[-1]:
            found.append("")
    return [_plain(one) for one in found if one]


def _plain(told: str) -> str:
    """In letters as they are typed, without marks of direction."""
    return " ".join(unicodedata.normalize("NFKC", re.sub("[\u200e\u200f\u202a-\u202e]", " ", told)).split())


@cache
def catalogue(language: str) -> Catalog:
    return next(read(path) for path in CATALOGUES if path.parts[-3] == language)


@cache
def templates() -> tuple[tuple[re.Pattern[str], int], ...]:
    """The English of all sentences of more than a word, and how many letters are its own."""
    said = [one.id for one in catalogue("pt") if isinstance(one.id, str) and " " in one.id.strip()]
    parts = [re.split(r"%\(\w+\)[sd]", one) for one in said]
    return tuple(
        (re.compile(".+?".join(map(re.escape, own)), re.DOTALL), sum(map(len, own))) for own in parts
    )


def is_ours(told: str) -> bool:
    """Whether a text is a sentence of the registry's, not somebody's words: at least half of it is ours."""
    return any(2 * own >= len(told) and one.fullmatch(told) for one, own in templates())


@pytest.fixture(scope="module")
def data(app: Flask) -> Mapping[bool, set[str]]:
    """What people wrote and other States signed, by whether it is an answer between States."""
    found: dict[bool, set[str]] = {False: set(), True: set()}
    with app.extensions["registry"].database.reader.connect() as connection:
        tables = inspect(connection)
        for table in tables.get_table_names():
            if table.startswith(("ledger", "trace", "scene", "exchange")) and table != "trace_request":
                continue
            names = [one["name"] for one in tables.get_columns(table) if str(one["type"]) != "BLOB"]
            for row in connection.execute(text(f"SELECT * FROM {table}")).mappings():  # noqa: S608
                for name in names:
                    found[(table, name) == ("trace_request", "answer")].update(_leaves(row[name]))
    return found


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value[:1] in "{[":
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str) and (ENGLISH_ALONE.search(value) or value[:1].isupper()):
        yield _plain(value)


def left_in_english(printed: bytes, language: str, known: set[str], signed: set[str]) -> list[str]:
    """What stayed English that the registry says. known: people's own words; signed: another State's."""
    found = []
    for told in spoken(printed):
        one = catalogue(language).get(told)
        if one is not None and one.string not in ("", told) and told[0].isupper() and told not in known:
            found.append(told)
            continue
        rest = told
        for value in sorted((v for v in known if " " in v and v in told), key=len, reverse=True):
            rest = rest if is_ours(value) else rest.replace(value, " ")
        for value in sorted((v for v in signed if v in told), key=len, reverse=True):
            rest = rest.replace(value, " ")
        if ENGLISH_ALONE.search(rest):
            found.append(told)
    return found


def test_every_kind_is_printed_somewhere(papers: Mapping[str, Sequence[Paper]]) -> None:
    assert set(papers) == set(IssuedKind) == set(VERIFIABLE)


def test_negative_control_english_is_seen(
    papers: Mapping[str, Sequence[Paper]], data: Mapping[bool, set[str]]
) -> None:
    for found in papers.values():
        paper = next(one for one in found if not one.path.endswith("/letter.pdf"))
        assert len(left_in_english(paper.printed("en"), "pt", data[False], data[True])) > 3


@pytest.mark.parametrize("kind", IssuedKind)
def test_it_is_signed_archival_numbered_checkable_and_in_its_language(
    kind: IssuedKind,
    app: Flask,
    papers: Mapping[str, Sequence[Paper]],
    data: Mapping[bool, set[str]],
    tmp_path: Path,
) -> None:
    for paper in papers[kind]:
        for language in Settings.languages:
            printed, where = paper.printed(language), (paper.path, language)
            if paper.path.endswith("/letter.pdf"):
                language = _of_whom_it_goes_to(printed)
            said = pdfsig(printed, tmp_path)
            assert "Signature is Valid" in said, where
            assert "Total document signed" in said, where
            assert "Signature is Valid" not in pdfsig(_changed(printed), tmp_path), where
            assert faults(printed) == [], where  # PDF/A-2a: tagged, identified, fonts embedded, a language
            assert _fonts(printed) == {"yes"}, where
            _numbered(app, printed, language, where)
            if language != "en":
                signed = data[True] if _quotes(kind, paper.path) else set[str]()
                assert left_in_english(printed, language, data[False], signed) == [], where


def _quotes(kind: IssuedKind, path: str) -> bool:
    """Whether it shows what was signed between States, in the words it was signed in."""
    return kind in (IssuedKind.REQUEST_EVIDENCE, IssuedKind.CHAIN_REPORT, IssuedKind.TRACE_ANSWER)


def _of_whom_it_goes_to(printed: bytes) -> str:
    """The language of a letter, which is the other State's."""
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        return str(pdf.Root.Lang)


def _changed(printed: bytes) -> bytes:
    """With one bit of the first page turned."""
    at = printed.index(b"stream\n") + 40
    return printed[:at] + bytes([printed[at] ^ 1]) + printed[at + 1 :]


def _fonts(printed: bytes) -> set[str]:
    """Whether each is embedded, in poppler's words."""
    ran = subprocess.run(["pdffonts", "-"], input=printed, capture_output=True, check=True)
    return {row.split()[-5] for row in ran.stdout.decode().splitlines()[2:]}


def _numbered(app: Flask, printed: bytes, language: str, where: tuple[str, str]) -> None:
    """Page x of y and the code on every page, in words of the language."""
    with app.test_request_context():
        count = language_of(language)("Page {page} of {pages}")
    ran = subprocess.run(["pdfinfo", "-"], input=printed, capture_output=True, check=True)
    pages = int(re.search(r"^Pages: +(\d+)$", ran.stdout.decode(), re.MULTILINE)[1])  # type: ignore[index]
    for page in range(1, pages + 1):
        told = words(printed, page)
        expected = count.format(page=page, pages=pages)
        assert _in_any_order(expected) <= _in_any_order(told), (where, told[-200:])
        assert CODE.search(told), where


def _in_any_order(told: str) -> set[str]:
    """Its words; lines that run both ways are read out in the order of what is drawn."""
    return set(told.split())
