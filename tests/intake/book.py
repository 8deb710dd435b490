"""A dealer's book for tests, and how it is brought in."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl

from registry.core.numbers import parse_registry_number
from registry.core.work import OPERATOR, Office
from registry.firearms import queries as firearms
from registry.firearms.views import FirearmView
from registry.intake import acts, queries, undoing, worker
from registry.intake.queries import RunView, run_key
from registry.tracing import acts as tracing
from schemas.intake import FaultsAsked, IntakeSetting, UndoNew
from schemas.tracing import Question
from schemas.vocabulary import Purpose, TraceKind
from tests.makers import agreed

HEAD = (
    "Serial number;Maker;Type;Model;Calibre;Country;Year;Date acquired;Acquired from;Date of sale;Buyer;CPF\n"
)
FIRST = (
    "TAB1001;Taurus;Pistola;PT 92;9 mm Luger;Brasil;1998;03/04/1998;Forjas Taurus;10/06/1998;Ana Lima;"
    "111.444.777-35\n"
)
BOOK = (
    HEAD
    + FIRST
    + "TAB1002;Taurus;pistol;PT 92;9x19;BR;1998;1998;Forjas Taurus;;;\n"
    + "TAB1003;Taurus;pistol;PT 92;9x19;BR;1998;2001-05-02;Forjas Taurus;2000-01-01;Beto Reis;\n"
    + "NONE;Taurus;pistol;PT 92;9x19;BR;1998;;;;;\n"
    + "TAB1005;Tavrus;pistol;PT 92;9 mm Nobody;Brazil;98;;;;;\n"
    + FIRST
)


def hand_in(office: Office, content: str | bytes, **told: Any) -> RunView:
    sent = content.encode() if isinstance(content, str) else content
    with office.begin(OPERATOR) as work:
        made = acts.hand_in(work, BytesIO(sent), acts.FileTold(told.pop("name", "book.csv"), **told))
    worker.run_all(office)
    return read(office, made.number)


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    """A workbook (XLSX) with these sheets."""
    book = openpyxl.Workbook()
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def read(office: Office, number: str) -> RunView:
    with office.look(OPERATOR) as work:
        return queries.run(work, run_key(number))


def settle(office: Office, found: RunView, **constants: str) -> RunView:
    with office.begin(OPERATOR) as work:
        new = IntakeSetting(found.mapping, {**found.constants, **constants})
        acts.settle(work, run_key(found.number), new, found.version)
    worker.run_all(office)
    return read(office, found.number)


def enter(office: Office, found: RunView) -> RunView:
    with office.begin(OPERATOR) as work:
        acts.start(work, run_key(found.number), found.version)
    worker.run_all(office)
    return read(office, found.number)


def faults(office: Office, found: RunView) -> list[tuple[int, str, str]]:
    with office.look(OPERATOR) as work:
        told = queries.faults(work, run_key(found.number), FaultsAsked(limit=100))
    return [(one.line, one.field, one.value) for one in told]


def reasons(office: Office, found: RunView) -> list[tuple[int, str, str]]:
    """Line, field and why, in English."""
    with office.look(OPERATOR) as work:
        told = queries.faults(work, run_key(found.number), FaultsAsked(limit=100))
    return [(one.line, one.field, str(one.reason)) for one in told]


def undone(office: Office, number: str) -> RunView:
    """Taken back as a whole, as two agreed."""
    found = read(office, number)
    why = UndoNew("It was the wrong file")
    agreed(office, lambda work: undoing.propose(work, run_key(number), why, found.version))
    worker.run_all(office)
    return read(office, number)


def asked(mark: str) -> Question:
    return Question(TraceKind.FIREARM, Purpose.CRIMINAL_INVESTIGATION, "1", mark=mark)


def by_mark(office: Office, mark: str) -> tuple[FirearmView, queries.SourceView | None]:
    with office.look(OPERATOR) as work:
        number = tracing.find(work, asked(mark)).candidates[0].number
        key = parse_registry_number("F", number)
        return firearms.firearm(work, key), queries.source(work, key)
