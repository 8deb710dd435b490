"""What passed between States, and what was erased, held and corrected, is whole after all revisions."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.core.numbers import parse_registry_number
from registry.directory import acts as directory
from registry.firearms import acts as firearms
from registry.licensing import law_acts
from registry.requests import acts as requests
from registry.requests import queries
from registry.retention import acts as retention
from schemas.directory import DeathNew
from schemas.firearms import FirearmChange
from schemas.licensing_law import EmbargoNew
from schemas.notices_vocabulary import Matter
from schemas.requests import ConsentNew
from schemas.requests_vocabulary import RequestAct
from schemas.retention import HoldNew
from schemas.vocabulary import PartyKind, Role
from tests.engines import Engine
from tests.exchange.world import Clock, Node, states
from tests.firearms.world import make_world
from tests.house import carrying
from tests.house.carrying import Rows
from tests.house.test_upgrades import NEWEST_BUT_ONE, STOPS, carried_through, faults
from tests.makers import EVERYTHING, agreed, make_account, make_party, make_token
from tests.notices.world import announced, ask, deliver, licensed, speaking
from tests.requests import world as trace
from tests.requests.files import attach, fetch, from_states, sent_with_photograph
from tests.requests.test_disclosures import tell
from tests.retention.test_disposal import propose
from tests.retention.test_persons import once_theirs, renamed

OF_DECADES = {
    "api_token", "disclosure", "disposed_record", "embargo", "exchange_attachment", "exchange_channel",
    "exchange_in", "exchange_key", "exchange_key_set", "exchange_out", "exchange_own_key", "exchange_root",
    "firearm_correction", "legal_hold", "onward_consent", "peer_rule", "person_death", "records_disposal",
    "state_notice", "state_notice_step", "trace_request_attachment",
}  # fmt: skip
"""Of which the demonstration has no records."""


@pytest.fixture
def records(sqlite: Any) -> Any:
    """Of Brazil, which asked Portugal, was answered with a file, and announced a shipment."""
    with sqlite.ready() as one, sqlite.ready() as other, states([one, other], Clock()) as nodes:
        speaking(nodes)
        _between(nodes)
        _alone(nodes[0])
        yield carrying.records_of(nodes[0].office.database)


def _between(nodes: list[Node]) -> None:
    br, pt = nodes
    trace.made_and_exported(pt, "AR")
    sent_with_photograph(br)
    deliver(nodes)
    fetch(pt, from_states(nodes))
    attach(pt)
    trace.answer(pt, 1, act=RequestAct.ANSWER)
    deliver(nodes)
    fetch(br, from_states(nodes))
    trace.allow(br, "AR", ask=True)
    tell(br, br.office.today + timedelta(days=2))
    with br.office.begin(trace.OFFICER) as work:
        version = queries.request(work, 1).version
        requests.ask_consent(work, 1, ConsentNew("Public prosecutor of Uruguay", "Trial"), version)
    number, _ = licensed(nodes)
    ask(br, announced(br, number, 10), Matter.EXPORT)
    deliver(nodes)


def _alone(node: Node) -> None:
    """A person whose term is over has gone, another died, a firearm was corrected, a case is held."""
    world = make_world(node.office)
    gun = once_theirs(node.office, world)
    renamed(node.office, world)
    agreed(node.office, propose(world.person.number))
    with node.office.begin(EVERYTHING) as work:
        change = FirearmChange("the slide says so", model="PT 99")
        firearms.correct(work, parse_registry_number("F", gun), change, 1)
        died = DeathNew(date(2020, 1, 2), "Civil register")
        ana = make_party(work, PartyKind.PERSON, "Ana Lima").number
        directory.record_death(work, parse_registry_number("P", ana), died)
        law_acts.set_embargo(work, EmbargoNew("KP", date(2006, 10, 14), "SC resolution 1718"))
        retention.place_hold(work, HoldNew("Trial", "Court", case_number="IP 17/2026"))
    make_token(node.office, make_account(node.office, Role.AUDITOR))


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_what_passed_between_states_is_there_after_all_revisions(
    name: str, request: pytest.FixtureRequest, records: Rows, tmp_path: Path
) -> None:
    engine: Engine = request.getfixturevalue(name)
    with engine.empty() as url:
        carried = carried_through(url, records, (*STOPS, *NEWEST_BUT_ONE))
        assert OF_DECADES - carried.tables() == set()
        assert {name: n for name, n in carried.refused.items() if n} == {}
        assert faults(url, carried, tmp_path) == []
