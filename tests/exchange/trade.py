"""Licences and shipments in the simulator: what its States have on record, and what their people do.

Brazil sends barrels to Portugal under licences in force, and has applied for pistols through Argentina.
Its officers verify, notify, announce, ask for receipts and take back; those who are asked answer this way
or that; a supervisor suspends a licence on which another rests; machines answer, and tell anew. Every
message does what it does in the registry, and leaves beside it the effect that the simulator counts.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from registry.core.errors import RegistryError
from registry.exchange.kinds import Handler, Kind, Kinds, Received, merged
from registry.licensing import decision_acts
from registry.licensing import queries as licences
from registry.licensing.queries import licence_key
from registry.notices import following, queries
from registry.notices.messages import KINDS as NOTICES
from registry.rooms import OFFERS
from schemas.licensing import Because
from schemas.licensing_review import Adverse
from schemas.notices import NoticesAsked
from schemas.notices_vocabulary import Matter, NoticeAct
from schemas.requests_vocabulary import Direction
from tests.exchange.world import KINDS, Node, leaves_effect
from tests.makers import EVERYTHING
from tests.notices.world import (
    OFFICER,
    announced,
    answer,
    ask,
    cleared,
    exporting,
    importing,
    licensed,
    take_back,
)

SENT, CAME = 6, 4
SAID = {
    NoticeAct.DENY: {"words": "Not this way."},
    NoticeAct.NOT_YET: {"words": "No flight before Monday"},
    NoticeAct.IN_PART: {"words": "A box is missing", "reference": "PT 1", "received": (1,)},
    NoticeAct.CONFIRM: {"reference": "PT 1"},
}


def with_effect(kind: Kind) -> Kind:
    """A kind of the registry, whose messages are counted too."""
    handle: Handler = kind.handle

    def both(work: object, received: Received) -> None:
        leaves_effect(work, received, received.message.type)
        handle(work, received)

    return replace(kind, handle=both)


WITH_TRADE: Kinds = merged(KINDS, {name: with_effect(kind) for name, kind in NOTICES.items()})


@dataclass(frozen=True)
class Trade:
    """What there is to write about: an application of Brazil, the licence of Portugal that it rests on,
    and two shipments on their way, of which Portugal has cleared the second.
    """

    application: str
    paper: str
    shipments: tuple[str, str]

    def step(self, node: Node, rng: random.Random) -> bool:
        """Something that the people or the machine of a State do; whether it was possible."""
        asks, answers = (
            (self._ask, self._ask, self._take_back, _follow),
            (self._answer, self._answer, _follow),
        )
        does = rng.choice({"BR": asks, "PT": (*answers, self._decide)}.get(node.state, answers))
        try:
            return does(node, rng)
        except RegistryError:
            return False

    def _ask(self, node: Node, rng: random.Random) -> bool:
        matter = rng.choice(list(Matter))
        if matter in (Matter.LICENCE, Matter.TRANSIT):
            ask(node, self.application, matter, "AR" if matter is Matter.TRANSIT else "")
        else:
            ask(node, rng.choice(self.shipments), matter)
        return True

    def _take_back(self, node: Node, rng: random.Random) -> bool:
        with node.office.look(OFFICER) as work:
            rows = queries.notices(work, NoticesAsked(direction=Direction.OUT, sort="number")).items
            found = queries.notice(work, queries.notice_key(rng.choice(rows).number)) if rows else None
        if found is not None:
            take_back(node, found)
        return found is not None

    def _answer(self, node: Node, rng: random.Random) -> bool:
        """An answer, or another than before."""
        with node.office.look(OFFICER) as work:
            rows = queries.notices(work, NoticesAsked(direction=Direction.IN, sort="number")).items
            found = [queries.notice(work, queries.notice_key(row.number)) for row in rows]
        open_ = [one for one in found if one.possible]
        if open_:
            one = rng.choice(open_)
            act = rng.choice(one.possible)
            given = SAID[act]
            if one.matter == Matter.RECEIPT and act is not NoticeAct.NOT_YET:
                given = given | {"received_on": node.office.today}
            answer(node, one, act, **given)
        return bool(open_)

    def _decide(self, node: Node, rng: random.Random) -> bool:
        """The licence that Brazil rests on is suspended, or that is lifted; the machine tells it anew."""
        key = licence_key(self.paper)
        with node.office.begin(EVERYTHING) as work:
            row = licences.licence_row(work, key)
            if row.state == "suspended":
                decision_acts.lift(work, key, Because("It is solved"), row.version)
            else:
                appeal = work.today + timedelta(days=30)
                decision_acts.suspend(work, key, Adverse("A reason", appeal), row.version)
        return _follow(node, rng)

    @staticmethod
    def prepared(nodes: Sequence[Node]) -> Trade:
        """The records of the three States, before the first schedule."""
        for node in nodes:
            node.kinds = WITH_TRADE
            node.office.offers = OFFERS
        br, pt, _ = nodes
        export, paper = licensed(list(nodes[:2]))
        gone = (announced(br, export, SENT, "AWB 1"), announced(br, export, CAME, "AWB 2"))
        for number in gone:
            cleared(br, number)
        cleared(pt, announced(pt, paper, CAME, "AWB 2"))
        shown = importing(pt)
        return Trade(exporting(br, shown, transits={"AR": {}}), shown.number, gone)

    def disagreements(self, nodes: Sequence[Node]) -> list[str]:
        """What two States say otherwise of one notice, or what only one of them has."""
        columns = "thread, matter, state, answer_jti, answer_sha256"
        wrong = []
        for node in nodes:
            ours = node.rows(f"SELECT peer, {columns} FROM state_notice WHERE direction = 'out'")  # noqa: S608
            for peer in (one for one in nodes if one is not node):
                asked = f"SELECT peer, {columns} FROM state_notice WHERE direction = 'in' AND peer = :peer"  # noqa: S608
                theirs = {tuple(row[1:]) for row in peer.rows(asked, peer=node.state)}
                here = {tuple(row[1:]) for row in ours if row[0] == peer.state}
                wrong += [f"{node.state} and {peer.state} differ on {one}" for one in sorted(here ^ theirs)]
        return wrong


def _follow(node: Node, _: random.Random) -> bool:
    return following.follow(node.office) > 0
