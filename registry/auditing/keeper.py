"""The keeper: a thread of each serving process that grows and signs the ledger, every second."""

from __future__ import annotations

import threading

import structlog

from registry.core.work import Office
from registry.ledger import log as ledger
from registry.ledger.notes import Signer

EVERY = 1.0  # seconds
log = structlog.get_logger()


def start(office: Office, key: Signer) -> threading.Event:
    """Begin to keep the ledger of this office; setting the event ends it."""
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(office, key, over), name="ledger keeper", daemon=True)
    thread.start()
    return over


def _keep(office: Office, key: Signer, over: threading.Event) -> None:
    while not over.wait(EVERY):
        try:
            ledger.keep(office, key)
        except Exception as error:  # noqa: BLE001 - it must go on trying: unsigned, licences stop
            log.error("ledger_not_signed", kind=type(error).__name__, reason=str(error)[:200])
