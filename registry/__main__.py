"""`python -m registry`: what `make run` runs. Nothing is loaded before it is clear that it can serve."""

from __future__ import annotations

import argparse
import gc
import signal
import socket
import sys

HOST = "127.0.0.1"


def main() -> None:
    """Read the words, look at the port, start."""
    words = argparse.ArgumentParser(
        prog="python -m registry",
        description="Set up, fill an empty registry with demonstration data, and serve it on this machine.",
    )
    words.add_argument("--port", type=int, default=8000)
    port = words.parse_args().port
    _refuse_taken(port)
    gc.disable()  # while all is loaded, which stays: as `wsgi` does
    try:
        _start(port)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _start(port: int) -> None:
    from click import ClickException

    from registry import starting
    from registry.core.errors import RegistryError

    try:
        starting.run(HOST, port)
    except ClickException as error:
        sys.exit(error.message)
    except RegistryError as error:
        sys.exit(str(error))


def _refuse_taken(port: int) -> None:
    """The server itself would share a port with another one of its kind, and answer in turns with it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            sys.exit(f"Port {port} cannot be used ({error}); choose another: make run PORT=8001")


if __name__ == "__main__":
    main()
