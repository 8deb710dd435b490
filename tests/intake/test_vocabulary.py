"""Companies are read once for a whole file, and again as soon as one of them changes."""

from __future__ import annotations

import pytest

from registry.core.work import Office
from registry.intake import vocabulary as words
from schemas.vocabulary import PartyKind
from tests.makers import EVERYTHING, make_party


def found(office: Office, name: str) -> str | None:
    with office.look(EVERYTHING) as work:
        return words.vocabulary(work).company(name).value


def test_a_company_is_known_as_it_is_now(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.begin(EVERYTHING) as work:
        first = make_party(work, PartyKind.DEALER, "Casa Nova")
    made = list[object]()
    kept = words._Companies
    monkeypatch.setattr(words, "_Companies", lambda rows: made.append(rows) or kept(rows))
    monkeypatch.setattr(words, "MOST_HELD", 0)
    for name, value in (
        ("Casa Nova", first.number),
        (first.number, first.number),
        ("casa  nova", first.number),
    ):
        assert found(office, name) == value
    assert len(made) == 1
    assert found(office, "Armas Sul") is None
    with pytest.raises(ZeroDivisionError), office.begin(EVERYTHING) as work:
        make_party(work, PartyKind.DEALER, "Armas Sul")
        assert words.vocabulary(work).company("Armas Sul").value
        raise ZeroDivisionError
    assert found(office, "Armas Sul") is None  # it never came to be
    with office.begin(EVERYTHING) as work:
        second = make_party(work, PartyKind.DEALER, "Armas Norte")
    assert (found(office, "Armas Norte"), found(office, "Armas Sul")) == (second.number, None)
    with office.begin(EVERYTHING) as work:
        make_party(work, PartyKind.MAKER, "Armas Norte")
    assert found(office, "Armas Norte") is None  # two are called so now
