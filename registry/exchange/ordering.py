"""A State that fetches a file of ours: its order is judged as a message is, the file sealed for it alone."""

from __future__ import annotations

from registry.core.errors import RegistryError
from registry.core.work import Office, Work
from registry.exchange import attachments, courier, inbox, judging, sealing
from registry.exchange.inbox import Answer
from registry.exchange.judging import NotTaken, state_actor
from registry.exchange.rules import Code
from schemas.exchange import FileOrder


def give(office: Office, arrived: bytes, address: str) -> Answer:
    """The file that a sealed order names, sealed for the State that signed it, or a signed problem.

    Whoever repeats an order gets what only that State can read. Who was given which file is in the ledger.
    """
    try:
        with office.look(state_actor("ZZ")) as work:
            order = judging.ordered(work, arrived, address)
            content, key = attachments.ordered(work, order), _key_of(work, order)
        with office.begin(state_actor(order.iss), doing="exchange.attachment") as work:
            work.note["file"] = {"to": order.iss, "jti": order.re.jti, "sha256": order.sha256}
            judging.count(work, judging.orders(order.iss))
    except NotTaken as refusal:
        return inbox.problem(office, refusal, arrived, address)
    except RegistryError as error:
        return inbox.problem(office, judging.as_refusal(error), arrived, address)
    return Answer(200, sealing.seal(content, key))


def _key_of(work: Work, order: FileOrder) -> bytes:
    known = courier.reachable(work, order.iss)
    if known is None:
        raise NotTaken(Code.UNAVAILABLE, "no key set of yours is in force here", order.iss)
    return known[1]
