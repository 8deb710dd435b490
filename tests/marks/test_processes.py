"""The position index between processes: several that add and search at once, and one that is killed."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from registry.core.database import Database
from registry.core.errors import Conflict
from registry.core.work import Office
from registry.firearms import acts
from registry.marks import index, shapes
from registry.marks.patterns import parse
from registry.marks.reading import fold_key
from tests.firearms.world import World, make_world, new_firearm, serial
from tests.makers import EVERYTHING

ROOT = Path(__file__).resolve().parents[2]
MARKS, EACH_SEALED = 40, 7


def found(database: Database, pattern: str) -> list[int]:
    blocks = index.copy_of(database).blocks()
    return [int(key) for key in shapes.search(blocks, parse(pattern).cells).firearms]


def add(office: Office, world: World, mark: str) -> None:
    with office.begin(EVERYTHING) as work:
        acts.register(work, new_firearm(world, marks=(serial(mark),)))


def keep_adding(url: str, prefix: str, count: int, path: str) -> None:
    """What each process does: add marks, seal now and then, find each one at once, and say so."""
    world = pickle.loads(Path(path).read_bytes())  # noqa: S301
    office = Office(Database(url))
    for n in range(count):
        add(office, world, f"{prefix}{n:05}")
        if n % EACH_SEALED == 0:
            with suppress(Conflict):  # the other process seals
                index.seal(office)
        assert found(office.database, f"{prefix[0]}?{prefix[2:]}{n:05}"), n
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()


def started(url: str, prefix: str, count: int, world: Path) -> subprocess.Popen[str]:
    call = "import sys; from tests.marks.test_processes import keep_adding as k; "
    call += "k(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])"
    command = [sys.executable, "-c", call, url, prefix, str(count), str(world)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kept(office: Office, tmp_path: Path) -> Path:
    path = tmp_path / "world"
    path.write_bytes(pickle.dumps(make_world(office)))
    return path


def test_two_processes_add_and_search_at_once(office: Office, database_url: str, tmp_path: Path) -> None:
    world = kept(office, tmp_path)
    both = [started(database_url, prefix, MARKS, world) for prefix in ("RUA", "RUB")]
    while any(one.poll() is None for one in both):
        seen = found(office.database, "RU?00???")
        assert len(seen) == len(set(seen))
    assert [one.communicate()[1] for one in both] == ["", ""]
    assert len(found(office.database, "RU?00???")) == 2 * MARKS


def test_a_process_that_is_killed_leaves_the_index_right(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    world = kept(office, tmp_path)
    for prefix, after in (("KLA", 3), ("KLB", 8)):
        one = started(database_url, prefix, 10_000, world)
        assert one.stdout is not None
        for _ in range(after):
            assert one.stdout.readline()
        one.send_signal(signal.SIGKILL)
        one.communicate()
        fresh = Database(database_url)
        there = found(fresh, f"{prefix}?????")
        assert len(there) >= after
        assert there == found(office.database, f"{prefix}*")
        marks = fresh.rows(index._MARKS, {"firearm": 0, "n": 0, "most": 10_000})
        assert there == [key for key, _, key_of_mark in marks if key_of_mark.startswith(fold_key(prefix))]
        fresh.close()
    assert index.rebuild(office) == len(found(office.database, "KL*"))
