"""What a machine does after people: tells what changed, asks for receipts that do not come, notes delays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from registry.core.errors import RegistryError
from registry.core.work import OPERATOR, Office, Work
from registry.licensing import queries as licences
from registry.notices import acts, answering, doing, life, queries
from registry.shipments import queries as shipments
from schemas.licensing_vocabulary import LicenceState
from schemas.notices_vocabulary import Matter, NoticeEvent, NoticeState
from schemas.requests_vocabulary import Direction
from schemas.words import said, word

GIVEN_UP = frozenset({LicenceState.REFUSED, LicenceState.WITHDRAWN, LicenceState.REVOKED})
"""States of a licence of ours for which nothing is asked any more."""
LATER = timedelta(minutes=10)
"""Until what failed is tried again."""
log = structlog.get_logger()
Step = Callable[[Work, int], None]


def watch(work: Work, licence_id: int) -> None:
    """A licence of ours has changed: a machine looks at what other States were told of it, and asked for it.

    That happens afterwards, so that nothing in the exchange keeps a licence from being revoked.
    """
    for row in queries.to_look_at(work, licence_id):
        row.again_at = work.now


def look_again(work: Work, notice_id: int) -> None:
    """Tell how a licence stands now, or take back what is asked in vain."""
    row = queries.held(work, notice_id)
    row.again_at = None
    if NoticeState(row.state) in life.ENDED or row.licence_id is None:
        return
    if row.direction == Direction.IN:
        if row.matter == Matter.LICENCE:
            answering.about_licence(work, row)
        return
    state = licences.state_of(work, licences.licence_row(work, row.licence_id))
    if state in GIVEN_UP and row.matter != Matter.RECEIPT:
        words = said("Our licence is %(state)s.", state=word(state.value))
        doing.take_back(work, row, words, by=doing.MACHINE)


def escalate(work: Work, notice_id: int) -> None:
    """Note that an answer is late."""
    row = queries.held(work, notice_id)
    row.escalated_at, row.version = work.now, row.version + 1
    doing.note(work, row, NoticeEvent.ESCALATED, by=doing.MACHINE)


def compare(work: Work, notice_id: int) -> None:
    """Hold our customs' record against a question about a receipt."""
    row = queries.held(work, notice_id)
    row.version += 1
    answering.about_receipt(work, row)


def ask_receipt(work: Work, shipment_id: int) -> None:
    """Ask for a receipt that is overdue."""
    row = shipments.shipment_row(work, shipment_id, locked=True)
    acts.ask_receipt(work, row, shipments.licence_of(work, row), by=doing.MACHINE)


def take_back(work: Work, notice_id: int) -> None:
    """Tell that a shipment does not come."""
    row = queries.held(work, notice_id)
    doing.take_back(work, row, said("The shipment is cancelled."), by=doing.MACHINE)


def follow(office: Office) -> int:
    """Do all that is due, each in a work of its own, so that one that fails keeps no other; how many."""
    with office.look(OPERATOR) as work:
        due: list[tuple[Step, int]] = [(escalate, key) for key in queries.overdue(work)]
        if queries.is_ready(work):
            due += [
                *((look_again, key) for key in queries.to_look_at_again(work)),
                *((take_back, key) for key in queries.to_take_back(work)),
                *((compare, key) for key in queries.to_compare(work)),
                *((ask_receipt, key) for key in queries.to_ask_receipt(work)),
            ]
    return sum(_done(office, step, key) for step, key in due)


def _done(office: Office, step: Step, key: int) -> bool:
    try:
        with office.begin(OPERATOR, doing="notice.follow") as work:
            step(work, key)
    except RegistryError as error:
        log.warning("notice_not_followed", step=step.__name__, key=key, reason=str(error)[:200])
        if step is look_again:
            with office.begin(OPERATOR, doing="notice.follow") as work:
                queries.held(work, key).again_at = work.now + LATER
        return False
    return True


DUE = {"notices": follow}
"""What is done now and then beside deliveries."""
WATCHERS = {"notices": watch}
"""Who is told that a licence has changed."""
