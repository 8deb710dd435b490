"""States that ask each other for traces, in one process, with people and firearms of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from registry.core.work import Actor
from registry.requests import acts, queries
from registry.requests.views import RequestView
from registry.rooms import MESSAGES, OFFERS
from schemas.firearms import CustodyNew
from schemas.requests import PeerRuleNew, RequestNew, RequestsAsked, Step
from schemas.requests_vocabulary import Direction, RequestAct
from schemas.vocabulary import CustodyKind, DocumentKind, FirearmType, IllicitGround, Role
from tests.exchange.world import Node, direct
from tests.firearms.world import made, make_world, register, sold
from tests.makers import make_actor

OFFICER: Actor = make_actor(Role.AUTHORITY_OFFICER, user_id=7)
SUPERVISOR: Actor = make_actor(Role.AUTHORITY_SUPERVISOR, user_id=8)
LEFT, CAME = date(2003, 4, 1), date(2003, 5, 2)


def speaking(nodes: Sequence[Node]) -> None:
    """They understand everything the registry does."""
    for node in nodes:
        node.kinds = MESSAGES
        node.office.offers = OFFERS


def deliver(nodes: Sequence[Node]) -> None:
    """Until nothing is on its way."""
    send = direct(nodes)
    while sum(node.courier(send).run_once() for node in nodes):
        pass


def asked(to: str, **given: Any) -> RequestNew:
    """A complete request."""
    values: dict[str, Any] = {
        "to": to,
        "case_number": "IP 17/2026",
        "mark": "TAB12345",
        "mark_place": "frame, right side",
        "other_marks": "none",
        "photographs": True,
        "maker": "Taurus",
        "model": "PT 92",
        "calibre": "9x19",
        "type": FirearmType.PISTOL,
        "country": "BR",
        "year": 2001,
        "ground": IllicitGround.LAW_OF_THE_STATE,
        "legal_basis": "Penal code, art. 1",
        "circumstances": "Found in a car at the border on 3 May.",
        "intended_use": "Criminal proceedings",
        "confidentiality": True,
    }
    return RequestNew(**(values | given))


def send(node: Node, new: RequestNew) -> RequestView:
    """Draft a request and send it."""
    with node.office.begin(OFFICER) as work:
        drafted = acts.draft(work, new)
    return ask(node, drafted.id, act=RequestAct.SEND)


def ask(node: Node, request_id: int, **step: Any) -> RequestView:
    with node.office.begin(OFFICER) as work:
        version = queries.request(work, request_id).version
        return acts.ask(work, request_id, Step(**step), version)


def answer(node: Node, request_id: int, **step: Any) -> RequestView:
    with node.office.begin(OFFICER) as work:
        version = queries.request(work, request_id).version
        return acts.answer(work, request_id, Step(**step), version)


def view(node: Node, request_id: int = 1) -> RequestView:
    with node.office.look(OFFICER) as work:
        return queries.request(work, request_id)


def numbers(node: Node, direction: Direction) -> list[str]:
    with node.office.look(OFFICER) as work:
        return [row.number for row in queries.requests(work, RequestsAsked(direction=direction)).items]


def allow(node: Node, state: str, **given: Any) -> None:
    """Let something go by itself with a State."""
    with node.office.begin(SUPERVISOR) as work:
        acts.set_rule(work, state, PeerRuleNew(**({"release": False, "ask": False} | given), reason="agreed"))


def made_and_exported(node: Node, to: str, on: date = LEFT) -> None:
    """A pistol that its State has sent away under a licence."""
    world = make_world(node.office)
    left = CustodyNew(
        CustodyKind.EXPORTED,
        on,
        from_party=world.dealer.number,
        country=to,
        document_kind=DocumentKind.EXPORT_LICENCE,
        document_number="EX-4711",
    )
    register(node.office, world, made(world), sold(world.maker, world.dealer), left)


def imported_and_sold(node: Node) -> None:
    """The same pistol in the State it came to, where a person has it."""
    world = make_world(node.office)
    came = CustodyNew(CustodyKind.IMPORTED, CAME, to_party=world.dealer.number, country="PT")
    register(node.office, world, came, sold(world.dealer, world.person, date(2003, 6, 1)))
