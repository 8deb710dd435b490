"""What has to be disclosed is told to its source before (FP 12(5)), by signed message."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry.core.errors import Conflict, Refused
from registry.requests import disclosing, queries
from registry.requests.views import DisclosureView
from schemas.disclosures import DisclosureDone, DisclosureNew
from schemas.requests_vocabulary import RequestAct
from tests.exchange.world import Clock, Node
from tests.requests.world import OFFICER, answer, asked, deliver, made_and_exported, send, view


def tell(node: Node, planned_on: date) -> None:
    new = DisclosureNew("Court of Santos", "Code of procedure, art. 12", planned_on, "The maker and the year")
    with node.office.begin(OFFICER) as work:
        disclosing.tell(work, 1, new, queries.request(work, 1).version)


def disclose(node: Node, day: date) -> None:
    with node.office.begin(OFFICER) as work:
        disclosing.disclose(work, 1, 1, DisclosureDone(day), queries.request(work, 1).version)


def see(node: Node) -> None:
    with node.office.begin(OFFICER) as work:
        disclosing.see(work, 1, 1, queries.request(work, 1).version)


def told(node: Node) -> DisclosureView:
    return view(node).disclosures[0]


def unseen(node: Node) -> int:
    with node.office.look(OFFICER) as work:
        return len(queries.told_of(work))


def test_the_source_learns_of_a_disclosure_before_it_is_done(two: list[Node], clock: Clock) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    send(br, asked("PT"))
    deliver(two)
    today = br.office.today
    with pytest.raises(Refused, match="told us nothing yet"):
        tell(br, today)
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    with pytest.raises(Refused, match="learns of it before"):
        tell(br, today - timedelta(days=1))
    tell(br, today + timedelta(days=2))
    with pytest.raises(Refused, match="not receipted"):
        disclose(br, today)
    deliver(two)
    assert (told(br).by_us, told(br).receipted, told(pt).by_us) == (True, True, False)
    assert (told(pt).recipient, told(pt).planned_on) == ("Court of Santos", today + timedelta(days=2))
    assert told(pt).message == told(br).message == view(pt).events[-1].message
    with pytest.raises(Refused, match="nothing is disclosed before"):
        disclose(br, today)
    with pytest.raises(Refused, match="not come yet"):
        disclose(br, today + timedelta(days=2))
    with pytest.raises(Conflict):
        disclose(pt, today + timedelta(days=2))
    with pytest.raises(Conflict):
        see(br)
    assert (unseen(br), unseen(pt)) == (0, 1)
    see(pt)
    assert (unseen(pt), told(pt).seen_at) == (0, clock.now)
    clock.move(timedelta(days=2))
    disclose(br, br.office.today)
    assert told(br).disclosed_on == br.office.today
    with pytest.raises(Conflict):
        disclose(br, br.office.today)
    assert [event.what for event in view(br).events][-2:] == ["disclosure_told", "disclosed"]


def test_the_asked_state_tells_too_what_it_learned_by_the_request(three: list[Node]) -> None:
    br, pt, _ = three
    send(br, asked("PT"))
    deliver(three)
    tell(pt, pt.office.today)
    deliver(three)
    assert (told(br).by_us, told(br).receipted, unseen(br)) == (False, True, 1)
    disclose(pt, pt.office.today)
    assert told(pt).disclosed_on == pt.office.today
