"""A disk under PostgreSQL is full, a file system becomes read-only under a registry that serves: nothing
confirmed is lost, whoever asks is told, and it goes on when there is room again, or another file system.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import psycopg
import pytest

from tests.engines import Sqlite
from tests.upkeep.clusters import Cluster, cluster
from tests.upkeep.faulty import Crowd, Service, again, half_done, service
from tests.upkeep.test_faults import (
    faults_of_the_ledger,
    fill,
    kept,
    opened,
    refused,
    restart,
    small_disk,
    told,
)

pytestmark = pytest.mark.timeout(900)
REFUSALS = 30
REFUSED = {"503 /problems/read-only", "503 /problems/database-unavailable"}
"""Of a file that is open for writing SQLite tells that it cannot be written, and not why."""


def exhaust_log(server: Cluster) -> None:
    """Begin one file of the log after the other, until there is no room for the next."""
    with suppress(psycopg.Error):
        for _ in range(100):
            server.ask("CREATE TABLE IF NOT EXISTS filler (n int)")
            server.ask("INSERT INTO filler VALUES (1)")
            server.ask("SELECT pg_switch_wal()")


@contextmanager
def small(full: str, folder: Path) -> Iterator[tuple[Cluster, Path]]:
    """A PostgreSQL whose data, or whose log alone, are on a small disk of their own."""
    if full == "data":
        with small_disk(folder / "disk", 400) as disk, cluster(disk) as server:
            yield server, disk
        return
    with cluster() as server, small_disk(server.folder / "disk", 200) as disk:
        server.log_to(disk)
        restart(server)
        try:
            yield server, disk
        finally:
            server.die()


@pytest.mark.parametrize("full", ["data", "log"])
def test_a_full_disk_under_postgresql_loses_nothing_and_it_goes_on_when_there_is_room(
    full: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small(full, tmp_path) as (server, disk), service(server.url, tmp_path) as one:
        office, read = one.office(), Counter[int]()
        trade = opened(one, office)
        with Crowd(one, trade.everybody()) as crowd:
            crowd.go_on(20)
            filler = fill(disk)
            if full == "log":
                exhaust_log(server)
            while crowd.refused.total() < REFUSALS and not crowd.unwell:
                read[one.ask("GET", "/api/v1/lots", trade.officer).status] += 1
                time.sleep(0.05)
            filler.unlink()
            again(lambda: runs(server, one))
            crowd.go_on(20)
        office.database.close()
        office = one.office()
        found = kept(office, crowd, set())
        told(capsys, f"full disk of PostgreSQL's {full} {dict(crowd.refused)}, read {dict(read)}", 1, found)
        assert (found.lost, found.doubled, found.half) == (0, 0, 0)
        assert crowd.unwell == {}
        assert crowd.refused.keys() <= {"503", "507", "409"}
        assert "507" in crowd.refused or full == "log"
        assert read.keys() <= ({200} if full == "data" else {200, 503})
        assert faults_of_the_ledger(office, tmp_path) == []
        office.database.close()


def runs(server: Cluster, one: Service) -> bool:
    """Whether all is well; a server that ended since it had no room is started, as its unit would."""
    restart(server)
    return one.serves()


@dataclass
class Breaking:
    """A file system of its own that a fault makes read-only, whatever is open on it."""

    folder: Path
    image: Path

    def mount(self) -> None:
        how = ["mount", "-o", "loop,errors=remount-ro", self.image, self.folder]
        subprocess.run(how, check=True, capture_output=True)

    def fail(self) -> None:
        """As the kernel does where it finds an error on the disk."""
        found = subprocess.run(["findmnt", "-no", "SOURCE", self.folder], capture_output=True, text=True)
        device = Path(found.stdout.strip()).name
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("test")

    def mend(self) -> None:
        """As whoever looks after the machine does: look through a copy on another device, and mount that.

        The one that failed stays as it is for as long as anybody holds a file of it open.
        """
        self.unmount()
        subprocess.run(["sync"], check=True)
        self.image = Path(copy(self.image, self.image.with_suffix(".copy")))
        subprocess.run(["e2fsck", "-fy", self.image], capture_output=True)
        self.mount()

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True, capture_output=True)


@contextmanager
def breaking_disk(folder: Path, megabytes: int) -> Iterator[Breaking]:
    folder.mkdir()
    made = Breaking(folder, folder.with_suffix(".img"))
    with made.image.open("wb") as file:
        file.truncate(megabytes * 2**20)
    try:
        subprocess.run(["mkfs.ext4", "-q", made.image], check=True, capture_output=True)
        made.mount()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only who may mount a file system can break one without harm")
    try:
        yield made
    finally:
        made.unmount()


def test_a_file_system_that_fails_is_read_on_loses_nothing_and_is_used_again_when_it_comes_back(
    sqlite: Sqlite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with breaking_disk(tmp_path / "disk", 96) as disk:
        copy(sqlite.template, disk.folder / "registry.db")
        with service(f"sqlite:///{disk.folder / 'registry.db'}", tmp_path) as one:
            office = one.office()
            trade = opened(one, office)
            office.database.close()
            subprocess.run(["sync", "-f", disk.folder], check=True)
            sales, confirmed = trade.sales("S"), 0
            for _ in range(5):
                confirmed += one.ask(*("POST", *next(sales))).status == 201
            disk.fail()
            for _ in range(5):
                assert refused(one.ask(*("POST", *next(sales)))) in REFUSED
                assert one.ask("GET", "/api/v1/lots", trade.officer).status == 200
                assert one.ask("GET", "/api/v1/firearms", trade.officer).status == 200
            disk.mend()  # while both go on
            again(one.serves)
            assert [one.ask(*("POST", *next(sales))).status for _ in range(5)] == [201] * 5
            office = one.office()
            with office.database.reader.connect() as connection:
                there = connection.exec_driver_sql("SELECT count(*) FROM sale").scalar()
            with capsys.disabled():
                sys.stdout.write(f"\nread-only while it serves: {confirmed + 5} confirmed, {there} there\n")
            assert there == confirmed + 5 == 10
            assert half_done(office) == 0
            assert faults_of_the_ledger(office, tmp_path) == []
            office.database.close()
