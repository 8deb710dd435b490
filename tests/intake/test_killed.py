"""Processes that bring parties, lots and sales in are killed at random moments: no row is lost or doubled."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO

import pytest
from sqlalchemy import text

from registry.core.work import OPERATOR, Office
from registry.intake import acts
from registry.intake.queries import RunView, run_key
from schemas.intake_vocabulary import IntakeKind
from tests.firearms.world import make_world
from tests.intake.book import read
from tests.makers import EVERYTHING

K = IntakeKind
SIZE, LOTS, KILLS = 120, 12, 4
PARTIES = "Tipo;Nome;País;CNPJ\n" + "".join(f"Loja;Loja Número {n};BR;{n:014d}\n" for n in range(SIZE))
REGISTER = (
    "Lote;Fabricante;Calibre;Código do produto;Produto;Quantidade;Data de fabricação;Marcação\n"
    + "".join(f"KIL{n:02d};Taurus;9x19;P{n};9 mm;10000;20/11/2016;lote\n" for n in range(LOTS))
)
SALES = (
    "Lote;Vendedor;Comprador;Data da venda;Quantidade;Autorização;Nota fiscal;Série;Data da nota;"
    "Guia de tráfego;Data da guia\n"
) + "".join(
    f"KIL{n % LOTS:02d};Taurus;Casa do Caçador;07/01/2017;{n + 1};EB-1;{n};1;07/01/2017;GT-1;07/01/2017\n"
    for n in range(SIZE)
)
KILLER = """
import os, random, signal, sys, time
from sqlalchemy.orm import configure_mappers
from registry.core.database import Database
from registry.core.work import Office
from registry.intake import worker
from registry.rooms import OFFERS

configure_mappers()
url, zone, kills = sys.argv[1], sys.argv[2], int(sys.argv[3])
for seed in sys.stdin:
    dice, died = random.Random(seed), 0
    while True:
        child = os.fork()
        if child == 0:
            worker.run_all(Office(Database(url), "BR", offers=OFFERS, zone=zone))
            os._exit(0)
        if died < kills:
            time.sleep(dice.uniform(0.05, 0.2 + died / 10))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            break
        died += 1
    print(died, os.WEXITSTATUS(status), flush=True)
"""
"""Works off what waits in a process of its own, which it kills at moments that the seed tells."""


@pytest.fixture
def killer(office: Office) -> Iterator[subprocess.Popen[str]]:
    told = [sys.executable, "-c", KILLER, office.database.url, office.zone, str(KILLS)]
    with subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.communicate()


def worked(killer: subprocess.Popen[str], seed: str) -> int:
    """How often whoever works was killed before all was done."""
    if killer.stdin is None or killer.stdout is None:
        raise AssertionError("it hears and answers")
    killer.stdin.write(f"{seed}\n")
    killer.stdin.flush()
    died, status = map(int, killer.stdout.readline().split())
    assert status == 0
    return died


def brought_in(
    office: Office, killer: subprocess.Popen[str], kind: IntakeKind, content: str
) -> tuple[RunView, int]:
    """A file that was judged and entered by processes that were killed, and how often."""
    with office.begin(OPERATOR) as work:
        told = acts.FileTold(f"{kind}.csv", kind=kind)
        made = acts.hand_in(work, BytesIO(content.encode()), told)
    killed = worked(killer, f"judging {kind}")
    found = read(office, made.number)
    assert (found.state, found.bad) == ("checked", 0), found.problem
    with office.begin(OPERATOR) as work:
        acts.start(work, run_key(found.number), found.version)
    killed += worked(killer, f"entering {kind}")
    return read(office, made.number), killed


def counted(office: Office, *queries: str) -> list[int]:
    with office.look(EVERYTHING) as work:
        return [work.session.execute(text(f"SELECT {query}")).scalar_one() for query in queries]


def test_who_is_killed_at_random_moments_loses_and_doubles_nothing(
    office: Office, killer: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_world(office)
    monkeypatch.setattr(acts, "CHUNK", 10)
    before = counted(office, "count(*) FROM party", "count(*) FROM lot")
    killed = 0
    for kind, content, rows in ((K.PARTIES, PARTIES, SIZE), (K.LOTS, REGISTER, LOTS), (K.SALES, SALES, SIZE)):
        done, times = brought_in(office, killer, kind, content)
        assert (done.state, done.entered, done.lost) == ("done", rows, 0), (kind, done.problem)
        killed += times
    assert killed >= KILLS
    after = counted(
        office,
        "count(*) FROM party",
        "count(*) FROM lot",
        "count(*) FROM sale",
        "sum(quantity) FROM sale",
        "count(*) FROM intake_record",
        "count(*) FROM intake_chunk",
        "count(*) FROM ledger_change WHERE subject = 'sale' AND op = 'I'",
        "count(DISTINCT key) FROM ledger_change WHERE subject = 'sale'",
    )
    sold = SIZE * (SIZE + 1) // 2
    assert after == [
        before[0] + SIZE, before[1] + LOTS, SIZE, sold, SIZE + LOTS + SIZE, 0, SIZE, SIZE,
    ]  # fmt: skip
