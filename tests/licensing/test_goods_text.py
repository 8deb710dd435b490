"""Goods as people type them: what is shown can be saved again without a change."""

from __future__ import annotations

import pytest

from registry.core.errors import Invalid
from registry.licensing import goods_text
from registry.licensing.views import ItemView


def view(**given: object) -> ItemView:
    plain = dict.fromkeys(("firearm", "component", "lot", "first", "last", "country_made"))
    told = {"n": 1, **plain, "serial": "", "maker": "", "name": "", "quantity": 1, **given}
    return ItemView(**told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("item", "line", "read"),
    [
        (view(serial="A1", country_made="CZ"), "A1; ; CZ", {"country_made": "CZ"}),
        (view(serial="A1"), "A1", {}),
        (view(serial="A1", maker="B; C"), "A1; B\\; C", {"maker": "B; C"}),
        (view(serial="A;1", maker="B"), "A\\;1; B", {"serial": "A;1", "maker": "B"}),
        (
            view(serial="A1", maker="B", first=0, last=49, quantity=50),
            "A1; B; ; 50",
            {"maker": "B", "quantity": "50"},
        ),
        (
            view(serial="A1", maker="B", country_made="CZ", first=0, last=49, quantity=50),
            "A1; B; CZ; 50",
            {"maker": "B", "country_made": "CZ", "quantity": "50"},
        ),
    ],
)
def test_what_is_shown_is_read_as_the_same(item: ItemView, line: str, read: dict[str, str]) -> None:
    assert goods_text.written([item]) == line
    assert goods_text.read(line) == [{"serial": "A1", "maker": "", **read}]


def test_more_parts_than_four_are_an_error() -> None:
    with pytest.raises(Invalid, match="four"):
        goods_text.read("A1; B; CZ; 50; more")
