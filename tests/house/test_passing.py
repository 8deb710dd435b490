"""What a run of tests that was killed half-way leaves in memory goes with the next run."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from registry.core.settings import SOURCE_ROOT
from tests import passing

RUN = """
import subprocess, sys, time
from pathlib import Path
from tests import passing
passing.MEMORY = Path(sys.argv[1])
with passing.passing_folder("registry-pg-") as folder:
    data = folder / "pg"
    data.mkdir()
    server = subprocess.Popen(["sleep", "600"], cwd=data)
    (data / "postmaster.pid").write_text(f"{server.pid}\\n{data}\\n")
    print(folder, server.pid, flush=True)
    time.sleep(600)
"""


@contextmanager
def a_run(place: Path) -> Iterator[tuple[subprocess.Popen[str], Path, int]]:
    """A process with a folder of its own and a server in it, which stays when the process is killed."""
    command = [sys.executable, "-c", RUN, str(place)]
    with subprocess.Popen(command, cwd=SOURCE_ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder, server = run.stdout.readline().split()
        try:
            yield run, Path(folder), int(server)
        finally:
            run.kill()


def test_folders_whose_run_was_killed_go_with_their_servers_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "registry-pg-begun").mkdir()  # its owner has not come to say so
    (tmp_path / "theirs").mkdir()
    with ExitStack() as stack:
        dead, left, server = stack.enter_context(a_run(tmp_path))
        _, kept, serves = stack.enter_context(a_run(tmp_path))
        assert passing.sweep(tmp_path) == []
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        assert passing.sweep(tmp_path) == [left.name]
        assert (left.exists(), kept.exists()) == (False, True)
        assert not Path(f"/proc/{server}/cwd").exists()
        assert Path(f"/proc/{serves}/cwd").exists()
    assert passing.sweep(tmp_path) == [kept.name]
    assert {one.name for one in tmp_path.iterdir()} == {"registry-pg-begun", "theirs"}
