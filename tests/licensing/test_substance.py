"""What papers and answers rest on: where it changes, they fall, and the licence is not issued on them."""

from __future__ import annotations

from typing import Any

import pytest

from registry.core.work import Office
from registry.licensing import acts, queries
from schemas import licensing as told
from tests.licensing import world
from tests.licensing.world import PISTOLS, Situation
from tests.makers import EVERYTHING

AGREES = {"AR": {"answer": "no_objection", "reference": "AR-1", "answered_on": 0}}
BROKER = {"role": "broker", "name": "Broker Ltda", "country": "BR"}
PAPERS = {"import_licence", "import_goods", "end_user"}


def unmet_after(office: Office, **changed: Any) -> set[str]:
    number = world.make(office, Situation(transits=AGREES))
    key = queries.licence_key(number)
    assert all(one.met for one in world.read(office, number).to_issue)
    with office.begin(EVERYTHING) as work:
        new = told.ApplicationSchema().load(changed)
        acts.change(work, key, new, queries.licence(work, key).version)
    return {one.key for one in world.read(office, number).to_issue if not one.met}


@pytest.mark.parametrize(
    ("changed", "fallen"),
    [
        ({"recipient_name": "Somebody else"}, PAPERS | {"transit", "assessment"}),
        ({"recipient_address": "Elsewhere"}, PAPERS | {"transit", "assessment"}),
        ({"end_use": "Resale"}, PAPERS | {"transit", "assessment"}),
        ({"lines": [PISTOLS | {"quantity": 99}]}, {"import_goods", "transit", "assessment"}),
        ({"participants": [BROKER, BROKER | {"name": "Another"}]}, {"assessment"}),
        ({"transits": ["AR", "UY"]}, {"transit", "assessment"}),
        ({"lines": [PISTOLS], "participants": [BROKER], "transits": ["AR"]}, set()),
        ({"place": "Manaus", "conditions": "By air"}, set()),
    ],
    ids=["name", "address", "end_use", "goods", "people", "way", "the_same", "place"],
)
def test_what_rested_on_what_changed_is_done_again(
    office: Office, changed: dict[str, Any], fallen: set[str]
) -> None:
    assert unmet_after(office, **changed) == fallen
