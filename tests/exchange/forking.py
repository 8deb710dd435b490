"""A process that has the registry loaded and turns into States' processes by forking, as often as it is told.

A line of JSON on its standard input names what to become; it answers with the number of the process. What it
becomes runs what `granian` and `flask exchange deliver --forever` run, without loading the code anew.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from flask.cli import ScriptInfo
from granian import Granian
from granian.constants import Interfaces

from registry import app as rooms
from registry.core.settings import Settings
from registry.core.web.context import attach
from tests.exchange import doomed


def main() -> None:
    """Fork until the input ends."""
    with tempfile.TemporaryDirectory() as folder:
        nowhere = Settings(Path(folder), f"sqlite:///{folder}/none.db", secret_key="k" * 32)
        app = rooms.create_app(nowhere)
        app.extensions["registry"].database.close()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
        _say("ready")
        for line in sys.stdin:
            wanted = json.loads(line)
            if child := os.fork():
                _say(child)
                continue
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(app, wanted)
            os._exit(1)


def _say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _become(app: Flask, wanted: dict[str, Any]) -> None:
    os.setsid()
    said = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, said), (2, said)):
        os.dup2(source, target)
    os.environ.update(wanted["environment"])
    doomed.install()
    rooms.create_app = lambda settings: _on_its_parts(app, settings)  # type: ignore[assignment,misc]
    if wanted["role"] == "serve":
        Granian(
            "wsgi:app",
            port=wanted["port"],
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=8,
            websockets=False,
            log_enabled=False,
        ).serve(target_loader=lambda _: rooms.serve(Settings.from_environment()))
        return
    served = ScriptInfo(create_app=lambda: _on_its_parts(app, Settings.from_environment()))
    app.cli.main(args=["exchange", "deliver", "--forever"], prog_name="flask", obj=served)


def _on_its_parts(app: Flask, settings: Settings) -> Flask:
    attach(app, rooms.parts_of(settings))
    return app


if __name__ == "__main__":
    main()
