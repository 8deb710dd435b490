"""What finds its rows by an index of its own finds the same rows as whoever reads everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from registry.ammunition.tables import Movement, Sale
from registry.core import paging
from registry.core.work import OPERATOR, Office
from registry.directory.tables import Party
from registry.firearms.tables import Custody
from registry.retention import person_facts
from schemas.retention_vocabulary import CountedFrom
from tests.house.test_statements import people

Row = dict[str, Any]


def rows(app: Flask, path: str, most: int = 50, **asked: str) -> Iterator[Row]:
    """The rows of all pages."""
    ask, cursor = people(app)["supervisor"], ""
    while True:
        page = ask(f"{path}?{urlencode({'limit': most, 'cursor': cursor, **asked})}").get_json()
        yield from page["items"]
        if not (cursor := page["next"]):
            return


def countries(row: Row) -> set[str]:
    return {row["export_country"], row["import_country"]} - {""}


@pytest.mark.parametrize("sort", ["number", "-number"])
def test_licences_of_a_state_are_all_found(
    demonstration: Flask, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = list(rows(demonstration, "/api/v1/licences", sort=sort))
    monkeypatch.setattr(paging, "MOST_WALKED", 3)

    def found(**asked: str) -> list[Row]:
        return list(rows(demonstration, "/api/v1/licences", 2, sort=sort, **asked))

    for country in set().union(*map(countries, everything)):
        there = [row for row in everything if country in countries(row)]
        assert found(country=country) == there
        for kind in {row["kind"] for row in there}:
            assert found(country=country, kind=kind) == [row for row in there if row["kind"] == kind]
    assert len({row["kind"] for row in everything}) > 1


@pytest.mark.parametrize("sort", ["number", "-number", "on", "-on"])
@pytest.mark.parametrize("sorted_at_most", [0, 10_000])
def test_recoveries_of_a_kind_are_all_found(
    demonstration: Flask, sort: str, sorted_at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = list(rows(demonstration, "/api/v1/recoveries", sort=sort))
    kinds = {row["kind"] for row in everything}
    assert len(kinds) > 1
    monkeypatch.setattr(paging, "MOST_WALKED", 3)
    monkeypatch.setattr(paging, "MOST_SORTED", sorted_at_most)
    for kind in kinds:
        found = rows(demonstration, "/api/v1/recoveries", 2, sort=sort, kind=kind)
        assert list(found) == [row for row in everything if row["kind"] == kind]


def test_every_day_on_which_somebody_gave_or_took_counts(demonstration: Flask) -> None:
    """Of everybody, companies too, against all steps and movements there are."""
    office: Office = demonstration.extensions["registry"].office
    with office.look(OPERATOR) as work:
        expected = defaultdict(set)
        for kind in (Custody, Movement):
            for giver, taker, day in work.session.execute(select(kind.from_id, kind.to_id, kind.happened_on)):
                expected[giver].add(day)
                expected[taker].add(day)
        for seller, buyer, day in work.session.execute(select(Sale.seller_id, Sale.buyer_id, Sale.sold_on)):
            expected[seller].add(day)
            expected[buyer].add(day)
        keys = list(work.session.scalars(select(Party.id)))
        found = person_facts.events(work.session, keys)
    days = {key: {one.day for one in found.get(key, ()) if one.kind is CountedFrom.TRANSFER} for key in keys}
    assert days == {key: expected[key] for key in keys}
    assert sum(map(len, days.values())) > 100
