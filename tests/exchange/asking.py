"""Traces on behalf of another State in the simulator: BR asks PT, which asks AR for it.

BR's officers ask, take back what others ask for them, and close; PT's machine answers and asks on; in AR the
machine answers, or an officer answers, refuses or delays. Every message does what it does in the registry,
and leaves beside it the effect that the simulator counts.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from registry.core.errors import RegistryError
from registry.exchange.kinds import merged
from registry.requests.messages import KINDS as REQUESTS
from registry.rooms import OFFERS
from schemas.requests_vocabulary import (
    Delegation,
    ForOthers,
    RequestAct,
    RestrictionGround,
    Usefulness,
)
from tests.exchange.trade import with_effect
from tests.exchange.world import KINDS, Node
from tests.requests.world import allow, answer, ask, asked, imported_and_sold, made_and_exported, send

WITH_REQUESTS = merged(KINDS, {name: with_effect(kind) for name, kind in REQUESTS.items()})
GROUND = RestrictionGround.ONGOING_INVESTIGATION
SAID: dict[RequestAct, dict[str, Any]] = {
    RequestAct.ANSWER: {},
    RequestAct.REFUSE: {"words": "Not now.", "ground": GROUND},
    RequestAct.DELAY: {"words": "It takes longer.", "ground": GROUND},
    RequestAct.WITHDRAW: {"words": "We have it."},
    RequestAct.WITHDRAW_ONWARD: {"words": "We have it."},
    RequestAct.CLOSE: {"outcome": Usefulness.NO_USE},
}
ASKING = (RequestAct.WITHDRAW, RequestAct.WITHDRAW_ONWARD, RequestAct.CLOSE)
ASKED = (RequestAct.ANSWER, RequestAct.ANSWER, RequestAct.REFUSE, RequestAct.DELAY)
ASKS, GIVES_UP = 0.3, 0.2
OPEN = ("sent", "acknowledged", "more_asked", "delayed", "clarifying")
HEARS = ("answered", "answered_in_part", "clarifying")


_ANY = "SELECT 1 FROM trace_request LIMIT 1"
_HOPS = (
    "SELECT r.thread, h.stands, h.answer FROM trace_hop h JOIN trace_request r ON r.id = h.request_id"
    " WHERE h.n = 1"
)
_ASKED_ON = (
    "SELECT theirs.thread, theirs.state, ours.state, ours.thread FROM trace_onward o"
    " JOIN trace_request ours ON ours.id = o.request_id"
    " JOIN trace_request theirs ON theirs.id = o.for_id"
)


@dataclass(frozen=True)
class Asking:
    """What there is to ask about: a pistol that PT sent to AR. seen: where questions of PT for BR stood at
    the end of schedules, as BR was told.
    """

    seen: Counter[str] = field(default_factory=Counter)

    def step(self, node: Node, rng: random.Random) -> bool:
        """Something that an officer of a State does; whether it was possible."""
        try:
            if node.state == "PT" and rng.random() > GIVES_UP:
                return False
            if node.state == "BR" and (rng.random() < ASKS or not node.rows(_ANY)):
                return bool(send(node, asked("PT", delegation=Delegation.ALLOWED)))
            return self._goes_on(node, rng)
        except RegistryError:
            return False

    def _goes_on(self, node: Node, rng: random.Random) -> bool:
        """Of a request that can still be gone on with, whatever another one has done to it meanwhile."""
        direction, acts, does = {"BR": ("out", ASKING, ask)}.get(node.state, ("in", ASKED, answer))
        if node.state == "PT":  # its machine has answered: it may give up what it asks for BR
            direction, acts, does = "out", (RequestAct.WITHDRAW,), ask
        sql = "SELECT id FROM trace_request WHERE direction = :way AND state NOT IN ('withdrawn', 'closed')"
        rows = node.rows(f"{sql} ORDER BY id DESC LIMIT 2", way=direction)
        if rows:
            act = rng.choice(acts)
            given = SAID[act]
            if act is RequestAct.DELAY:
                given = given | {"until": node.office.today + timedelta(days=9)}
            does(node, rng.choice(rows)[0], act=act, **given)
        return bool(rows)

    @staticmethod
    def prepared(nodes: Sequence[Node], behalf: ForOthers) -> Asking:
        """The records and rules of the three States, before the first schedule. behalf: who answers in AR."""
        for node in nodes:
            node.kinds = WITH_REQUESTS
            node.office.offers = OFFERS
        _, pt, ar = nodes
        made_and_exported(pt, "AR")
        imported_and_sold(ar)
        allow(pt, "BR", release=True, onward=ForOthers.MACHINE)
        allow(ar, "PT", release=True, behalf=behalf)
        allow(ar, "BR", release=True)
        return Asking()

    def disagreements(self, nodes: Sequence[Node]) -> list[str]:
        """Questions that only one State has, or asks for nobody any more, and what was told otherwise."""
        br, pt, ar = nodes
        wrong = [*_questions(br, pt), *_questions(pt, ar)]
        told = {row[0]: (row[1], row[2]) for row in br.rows(_HOPS)}
        came = {row[0] for row in ar.rows("SELECT thread FROM trace_request WHERE direction = 'in'")}
        for thread, theirs, ours, onward in pt.rows(_ASKED_ON):
            if onward not in came:
                wrong.append(f"lost: what PT asks for {thread}")
            stands, answer_told = told.get(thread, ("", ""))
            self.seen[stands] += 1
            expected = "sent" if ours == "acknowledged" else ours
            if theirs in HEARS and stands != expected:
                wrong.append(f"BR was told {stands or 'nothing'} of {thread}, and PT knows {ours}")
            if theirs not in HEARS and ours in OPEN:
                wrong.append(f"PT still asks for {thread}, which is {theirs}")
            if stands == "answered" and not answer_told:
                wrong.append(f"lost: what AR answered for {thread}")
        return wrong


def _questions(here: Node, there: Node) -> list[str]:
    asked = "SELECT thread FROM trace_request WHERE direction = :way AND peer = :peer AND thread IS NOT NULL"
    sent = sorted(row[0] for row in here.rows(asked, way="out", peer=there.state))
    came = sorted(row[0] for row in there.rows(asked, way="in", peer=here.state))
    return [] if sent == came else [f"{here.state} asked {sent}, {there.state} has {came}"]
