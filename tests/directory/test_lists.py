"""Lists of the directory: pages, filters, order; and no text that breaks them."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from schemas.vocabulary import PartyKind, Role
from tests.makers import EVERYTHING, bearer, make_party
from tests.naughty import NAUGHTY

NAMES = ["aurora", "Ávila Armas", "Boreal", "boreal 2", "Ziegler & Söhne", "Żubr", "_x", "100%"]


@pytest.fixture
def headers(app: Flask, office: Office) -> dict[str, str]:
    with office.begin(EVERYTHING) as work:
        for n, name in enumerate(NAMES):
            make_party(work, PartyKind.MAKER if n % 2 else PartyKind.DEALER, name, "BR" if n < 4 else "DE")
        make_party(work, PartyKind.PERSON, "Ana Souza")
    return bearer(app, Role.CUSTOMS)


def names(client: FlaskClient, headers: dict[str, str], **query: object) -> list[str]:
    answer = client.get("/api/v1/parties", query_string=query, headers=headers)
    assert answer.status_code == 200, answer.get_json()
    return [row["name"] for row in answer.get_json()["items"]]


@pytest.mark.parametrize("sort", ["name", "-name", "id", "-id"])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_together_are_the_whole_list_in_order(
    client: FlaskClient, headers: dict[str, str], sort: str, limit: int
) -> None:
    whole = names(client, headers, sort=sort, limit=200)
    found: list[str] = []
    cursor = ""
    for _ in range(50):
        page = client.get(
            "/api/v1/parties", query_string={"sort": sort, "limit": limit, "cursor": cursor}, headers=headers
        ).get_json()
        found += [row["name"] for row in page["items"]]
        assert len(page["items"]) <= limit
        cursor = page["next"]
        if not cursor:
            break
    assert found == whole
    assert len(found) == len(NAMES) + 1


def test_both_engines_sort_names_by_code_point(client: FlaskClient, headers: dict[str, str]) -> None:
    listed = [name for name in names(client, headers) if not name.startswith("P-")]
    assert listed == sorted(NAMES, key=str.casefold)


def test_parties_are_found_by_kind_country_and_beginning(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert names(client, headers, q="BOR") == ["Boreal", "boreal 2"]
    assert names(client, headers, q="ávi") == ["Ávila Armas"]
    assert names(client, headers, q="ż") == ["Żubr"]
    assert names(client, headers, q="ziegler & s") == ["Ziegler & Söhne"]
    assert names(client, headers, q="_") == ["_x"]
    assert names(client, headers, q="%") == []
    assert names(client, headers, q="oreal") == []
    assert names(client, headers, kind="dealer", country="DE") == ["_x", "Ziegler & Söhne"]


def test_a_registry_number_finds_its_party(client: FlaskClient, headers: dict[str, str]) -> None:
    [number] = names(client, headers, kind="person")
    assert names(client, headers, q=number.lower()) == [number]


def test_a_persons_name_finds_nobody(client: FlaskClient, headers: dict[str, str]) -> None:
    assert names(client, headers, q="Ana") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"sort": "birth_date"}, "sort"),
        ({"cursor": "xyz"}, "cursor"),
        ({"kind": "king"}, "kind"),
        ({"country": "Brazil"}, "country"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_list_says_what_it_cannot_do(
    client: FlaskClient, headers: dict[str, str], query: dict[str, object], field: str
) -> None:
    refused = client.get("/api/v1/parties", query_string=query, headers=headers)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.get_json()["errors"]] == [field]


def test_no_text_breaks_the_api(client: FlaskClient, app: Flask, headers: dict[str, str]) -> None:
    writer = bearer(app)
    for text in NAUGHTY:
        texts = ("name", "short_name", "place", "identifier", "full_name", "document_kind", "document_number")
        sent = [
            *(
                client.get("/api/v1/parties", query_string={n: text}, headers=headers)
                for n in ("q", "cursor", "sort")
            ),
            *(client.get("/api/v1/states", query_string={n: text}, headers=headers) for n in ("q", "cursor")),
            client.get("/api/v1/calibres", query_string={"q": text}, headers=headers),
            client.get(f"/api/v1/parties/{quoted(text)}", headers=headers),
            client.get(f"/api/v1/states/{quoted(text)}", headers=headers),
            *(
                client.post(
                    "/api/v1/parties",
                    json={"kind": "dealer", "name": "x", "country": "BR", n: text},
                    headers=writer,
                )
                for n in texts
            ),
            *(
                client.post(
                    "/api/v1/parties",
                    json={"kind": "person", "full_name": "x", "country": "BR", n: text},
                    headers=writer,
                )
                for n in (*texts, "address", "birth_date", "country")
            ),
        ]
        assert all(answer.status_code < 500 for answer in sent), (text[:20], [a.status_code for a in sent])


def quoted(text: str) -> str:
    return quote(text[:2000], safe="") or "-"
