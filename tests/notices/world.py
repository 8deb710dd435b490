"""States that verify, notify and receive, in one process: Brazil sends to Portugal, through Argentina."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from registry.core.work import Actor
from registry.licensing import queries as licences
from registry.licensing.queries import licence_key
from registry.licensing.views import LicenceView
from registry.notices import acts, following, queries
from registry.notices.queries import notice_key
from registry.notices.views import NoticeView
from registry.rooms import MESSAGES, OFFERS
from registry.shipments import acts as shipment_acts
from schemas import shipments as shapes
from schemas.notices import AnswerNew, NoticeBack, NoticeNew, NoticesAsked
from schemas.notices_vocabulary import Matter, NoticeAct
from schemas.vocabulary import Role
from tests.exchange.world import Node, direct
from tests.licensing.world import Situation, issue, make
from tests.makers import EVERYTHING, make_actor
from tests.shipments.world import PORT, check_all, clear, customs, open_offices
from tests.shipments.world import read as read_shipment

OFFICER: Actor = make_actor(Role.AUTHORITY_OFFICER, user_id=7)
PISTOLS = {"goods": "firearm", "hs": "9302", "description": "Pistol 9x19", "quantity": 5}
BARRELS = {"goods": "part", "hs": "9305", "description": "Barrel 9x19", "quantity": 10}
TO_PORTUGAL = {"export_country": "BR", "import_country": "PT", "recipient_address": "Lisboa"}


def speaking(nodes: Sequence[Node]) -> None:
    """They understand everything the registry does, and are told when a licence changes."""
    for node in nodes:
        node.kinds = MESSAGES
        node.office.offers = OFFERS


def deliver(nodes: Sequence[Node]) -> None:
    """Until nothing is on its way and no machine has anything to do."""
    send = direct(nodes)
    while sum(node.courier(send).run_once() + following.follow(node.office) for node in nodes):
        pass


def importing(node: Node, lines: Sequence[dict[str, Any]] = (PISTOLS,), **given: Any) -> LicenceView:
    """An import licence of Portugal for goods of Brazil, in force."""
    application = TO_PORTUGAL | {"place": "Lisboa"} | given
    number = issue(node.office, Situation(kind="import", lines=tuple(lines), application=application))
    return licence(node, number)


def exporting(node: Node, paper: LicenceView | None, issued: bool = False, **given: Any) -> str:
    """An application of Brazil to send it, which rests on the paper as shown and which nobody verified."""
    shown: dict[str, Any] = {"country": "PT", "number": "PT-1"}
    if paper is not None:
        shown |= {"number": paper.number, "issued_on": paper.issued_on, "expires_on": paper.expires_on}
    values: dict[str, Any] = {
        "lines": (PISTOLS,),
        "application": TO_PORTUGAL,
        "import_licence": shown | {"authority": "PSP"},
        "end_user": {"country": "PT"},
        "verified": issued,
    }
    return (issue if issued else make)(node.office, Situation(**(values | given)))


def licence(node: Node, number: str) -> LicenceView:
    with node.office.look(OFFICER) as work:
        return licences.licence(work, licence_key(number))


def unmet(node: Node, number: str, key: str) -> list[str]:
    """What a condition of a licence lacks."""
    found = licence(node, number)
    conditions = {one.key: one for one in (*found.to_issue, *found.to_ship)}
    return [one.message for one in conditions[key].unmet]


def ask(node: Node, number: str, matter: Matter, state: str = "") -> NoticeView:
    """Ask another State about a licence or a shipment."""
    with node.office.begin(OFFICER) as work:
        if number.startswith("LC"):
            version = licences.licence(work, licence_key(number)).version
            return acts.ask(work, NoticeNew(matter, licence=number, state=state), version)
        version = read_shipment(node.office, number).version
        return acts.ask(work, NoticeNew(matter, shipment=number, state=state), version)


def notices(node: Node) -> list[NoticeView]:
    """All of them, the first first."""
    with node.office.look(OFFICER) as work:
        rows = queries.notices(work, NoticesAsked(sort="number")).items
        return [queries.notice(work, notice_key(row.number)) for row in rows]


def answer(node: Node, found: NoticeView, act: NoticeAct, **said: Any) -> NoticeView:
    with node.office.begin(OFFICER) as work:
        version = queries.notice_row(work, found.id).version
        return acts.answer(work, found.id, AnswerNew(act, **said), version)


def take_back(node: Node, found: NoticeView, words: str = "It goes another way.") -> NoticeView:
    with node.office.begin(OFFICER) as work:
        version = queries.notice_row(work, found.id).version
        return acts.take_back(work, found.id, NoticeBack(words), version)


def see(node: Node, found: NoticeView) -> NoticeView:
    with node.office.begin(OFFICER) as work:
        return acts.see(work, found.id, queries.notice_row(work, found.id).version)


def effects(found: NoticeView) -> list[tuple[str, str]]:
    """Its course: what was done, and what another State's word did here."""
    return [(step.what, step.effect) for step in found.steps]


def today(node: Node) -> date:
    return node.office.today


def licensed(two: list[Node]) -> tuple[str, str]:
    """Barrels that go from Brazil to Portugal: the export and the import licence."""
    br, pt = two
    for node in two:
        open_offices(node.office)
    paper = importing(pt, [BARRELS])
    shown = {"country": "PT", "number": paper.number, "authority": "PSP"}
    shown |= {"issued_on": paper.issued_on, "expires_on": paper.expires_on}
    given = {"application": TO_PORTUGAL, "import_licence": shown, "end_user": {"country": "PT"}}
    return issue(br.office, Situation(lines=(BARRELS,), **given)), paper.number


def announced(node: Node, number: str, quantity: int, waybill: str = "AWB 045-1") -> str:
    """A shipment of so many under a licence."""
    lines = (shapes.ShippedLine(1, quantity),)
    new = shapes.ShipmentNew(PORT, node.office.today, lines, "TAP", waybill)
    with node.office.begin(EVERYTHING) as work:
        return shipment_acts.announce(work, licence_key(number), new).number


def cleared(node: Node, number: str) -> None:
    by = customs(node.office)
    check_all(node.office, number, by)
    clear(node.office, number, by)
